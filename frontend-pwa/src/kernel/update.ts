// A new version waits until the user agrees; queued entries are on disk and survive it.

import { ref } from 'vue'
import { registerSW } from 'virtual:pwa-register'
import { trustOwnScripts } from './trusted'

/** A page was asked for that this phone does not keep: there is no line, or a newer version took its place. */
export const notHere = ref(false)

const needRefresh = ref(false)
const tooOld = ref(false)
let registration: ServiceWorkerRegistration | undefined
let apply: ((reload?: boolean) => Promise<void>) | undefined

export function startUpdates(): void {
  trustOwnScripts()
  apply = registerSW({ onNeedRefresh: () => (needRefresh.value = true), onRegistered: (made) => (registration = made) })
}

/** The server gives this version no more data; what it saves is still taken. */
export function demandUpdate(): void {
  tooOld.value = true
  void registration?.update()
}

export function missPage(): void {
  notHere.value = true
  void registration?.update()
}

async function update(): Promise<void> {
  if (needRefresh.value) await apply?.(true)
  else location.reload()
}

export function useAppUpdate() {
  return { needRefresh, tooOld, update }
}
