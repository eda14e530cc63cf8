// Nothing typed is ever lost: a form's draft is written shortly after each key, and when the page is left.

import { onScopeDispose, reactive, ref, toRaw, watch } from 'vue'
import { home } from './home'

const DELAY_MS = 250

export function useDraft<T extends object>(key: string, initial: () => T) {
  const draft = reactive(initial()) as T
  const ready = ref(false)
  const db = home()
  let timer: ReturnType<typeof setTimeout> | undefined
  let dirty = false

  function stop(): void {
    clearTimeout(timer)
    timer = undefined
  }

  async function flush(): Promise<void> {
    stop()
    if (!dirty || !db) return
    dirty = false
    await db.drafts.put({ key, value: JSON.parse(JSON.stringify(toRaw(draft))) })
  }

  async function clear(): Promise<void> {
    stop()
    dirty = false
    await db?.drafts.delete(key)
  }

  void db?.drafts.get(key).then((stored) => {
    if (stored) Object.assign(draft, stored.value)
    ready.value = true
    watch(
      () => draft,
      () => {
        dirty = true
        timer ??= setTimeout(() => void flush(), DELAY_MS) // not put off by the next key: whoever types on is kept up with
      },
      { deep: true, flush: 'sync' },
    )
  })
  const leave = () => void flush()
  window.addEventListener('pagehide', leave)
  onScopeDispose(() => {
    window.removeEventListener('pagehide', leave)
    void flush()
  })
  return { draft, ready, clear, flush }
}
