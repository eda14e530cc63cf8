// Rows read online, page after page.

import { ref, shallowRef } from 'vue'
import { json } from '@/kernel/api'
import { useSession } from '@/kernel/session'
import { useNow } from './useNow'

export function usePages<T>() {
  const rows = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const ready = ref(false)
  const { busy, problem, attempt } = useNow(() => undefined)
  let asked = ''

  async function read(after: string | null): Promise<void> {
    const cursor = after ? `&after=${encodeURIComponent(after)}` : ''
    const now = asked
    const page = await json<{ items: T[]; next: string | null }>(`/api/${now}${cursor}`, { token: await useSession().token() })
    // An answer that comes after something else was asked for is nobody's any more.
    if (now !== asked) return
    rows.value = after ? [...rows.value, ...page.items] : page.items
    next.value = page.next
    ready.value = true
  }

  /** Ask anew for `collection?filters`. */
  function ask(path: string): Promise<void> {
    asked = path
    rows.value = []
    next.value = null
    ready.value = false
    return attempt(() => read(null))
  }

  const more = () => attempt(() => read(next.value))
  return { rows, next, ready, busy, problem, attempt, ask, more }
}
