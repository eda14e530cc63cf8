// What a desk shows, read again when something moves; every shop's file wakes the centre, so what moves within a few seconds is read once.

import { onScopeDispose, watch } from 'vue'
import { woken } from '@/kernel/live'

const GATHERED_MS = 5_000

export function useWoken(reload: () => void): void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  watch(woken, () => {
    waiting ??= setTimeout(() => {
      waiting = undefined
      reload()
    }, GATHERED_MS)
  })
  onScopeDispose(() => clearTimeout(waiting))
}
