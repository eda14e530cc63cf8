// A new version waits until the user agrees; queued entries are on disk and survive it.

import { ref } from 'vue'
import { registerSW } from 'virtual:pwa-register'

const needRefresh = ref(false)
let apply: ((reload?: boolean) => Promise<void>) | undefined

export function startUpdates(): void {
  apply = registerSW({ onNeedRefresh: () => (needRefresh.value = true) })
}

export function useAppUpdate() {
  return { needRefresh, update: () => apply?.(true) }
}
