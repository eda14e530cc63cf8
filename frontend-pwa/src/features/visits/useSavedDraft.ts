// The forms of a visit: drafts at every key, all saved by one button, by leaving the shop and by leaving the page.

import { computed, type ComputedRef, inject, type InjectionKey, onBeforeUnmount, provide, ref, shallowReactive } from 'vue'
import { useDraft } from '@/kernel/drafts'

interface Form {
  dirty: ComputedRef<boolean>
  save(): Promise<void>
}

const FORMS: InjectionKey<Set<Form>> = Symbol('forms of a visit')

/** The forms below a page: whether any holds what is not saved, and saving them all. */
export function useForms() {
  const forms = shallowReactive(new Set<Form>())
  provide(FORMS, forms)
  const dirty = computed(() => [...forms].some((form) => form.dirty.value))
  const saved = ref(false)
  async function saveAll(): Promise<void> {
    if (!dirty.value) return
    for (const form of forms) await form.save()
    saved.value = true
  }
  return { dirty, saved, saveAll }
}

/** One form: a draft over what the rows say; only what differs is sent. */
export function useSavedDraft<T extends object, C extends object>(
  key: string,
  before: () => T,
  differs: (draft: T, before: T) => C,
  send: (changes: C) => Promise<unknown>,
): T {
  const { draft, ready, clear } = useDraft<T>(key, before)
  const forms = inject(FORMS, undefined)
  const sent = ref('')
  const changes = computed(() => differs(draft, before()))
  // The row follows a moment after it was sent; until then the same changes are not sent again.
  const dirty = computed(() => ready.value && Object.keys(changes.value).length > 0 && JSON.stringify(changes.value) !== sent.value)

  async function save(): Promise<void> {
    if (!dirty.value) return
    const now = changes.value
    sent.value = JSON.stringify(now)
    await send(now).catch((error: unknown) => {
      sent.value = '' // it is still to be saved
      throw error
    })
    await clear()
  }
  const form = { dirty, save }
  forms?.add(form)
  onBeforeUnmount(() => {
    forms?.delete(form)
    void save()
  })
  return draft
}
