// A form of a visit: a draft at every key, saved by its button and by leaving the page; only what differs is sent.

import { computed, onBeforeUnmount, ref, watch } from 'vue'
import { useDraft } from '@/kernel/drafts'

export function useSavedDraft<T extends object, C extends object>(
  key: string,
  before: () => T,
  differs: (draft: T, before: T) => C,
  send: (changes: C) => Promise<unknown>,
) {
  const { draft, ready, clear } = useDraft<T>(key, before)
  const saved = ref(false)
  let sent = ''
  const changes = computed(() => differs(draft, before()))
  const dirty = computed(() => Object.keys(changes.value).length > 0 && JSON.stringify(changes.value) !== sent)

  async function save(): Promise<void> {
    if (!ready.value || !dirty.value) return
    // The row follows a moment later; until then the same changes are not sent again.
    sent = JSON.stringify(changes.value)
    await send(changes.value)
    await clear()
    saved.value = true
  }
  watch(changes, (now) => {
    if (Object.keys(now).length === 0) sent = ''
    else if (dirty.value) saved.value = false
  })
  onBeforeUnmount(() => void save())
  return { draft, dirty, saved, save }
}
