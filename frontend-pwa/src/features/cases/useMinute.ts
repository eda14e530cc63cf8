// The time, told anew every half minute: one timer for all clocks on the screen.

import { onScopeDispose, readonly, ref } from 'vue'

const TELL_MS = 30_000
const now = ref(Date.now())
let shown = 0
let timer: ReturnType<typeof setInterval> | undefined

export function useMinute() {
  now.value = Date.now()
  shown += 1
  timer ??= setInterval(() => (now.value = Date.now()), TELL_MS)
  onScopeDispose(() => {
    shown -= 1
    if (shown > 0) return
    clearInterval(timer)
    timer = undefined
  })
  return readonly(now)
}
