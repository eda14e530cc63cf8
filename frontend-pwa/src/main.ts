import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { hostOf } from './kernel/browser'
import { i18n, learnWork, speak } from './kernel/i18n'
import { lockWhenIdle } from './kernel/idle'
import { listenForInstall } from './kernel/install'
import { startLive } from './kernel/live'
import { firstScreen } from './kernel/rows'
import { useSession } from './kernel/session'
import { watchRoom } from './kernel/storage'
import { startSync, syncNow } from './kernel/sync'
import { startUpdates } from './kernel/update'
import { router } from './router'
import './ui/tokens.css'
import './ui/base.css'

import.meta.glob('./features/*/overlays.ts', { eager: true })

/** In another app's window (WeChat …) storage is not kept: a page that leads out, and what may lie here is sent. */
async function showWayOut(): Promise<void> {
  await learnWork()
  const { default: InAppShow } = await import('./features/install/pages/InAppShow.vue')
  createApp(InAppShow).use(createPinia()).use(i18n).mount('#app')
  startSync()
}

async function start(): Promise<void> {
  if (localStorage.getItem('language') === 'en') await speak('en')
  if (hostOf(navigator.userAgent)) return showWayOut()
  const app = createApp(App).use(createPinia()).use(i18n)
  await useSession().restore()
  app.use(router).mount('#app')
  lockWhenIdle()
  // What is here already must not wait behind what may come.
  await firstScreen
  startSync()
  startUpdates()
  watchRoom()
  startLive(() => void syncNow())
}

/** The sentence that stands ready in index.html. */
const say = (id: string) => document.getElementById(id)?.removeAttribute('hidden')

if (!document.documentElement.classList.contains('too-old')) {
  listenForInstall()
  start().catch((error: unknown) => {
    if (error instanceof Error && /^(MissingAPI|OpenFailed|InvalidState|Security|DatabaseClosed|Unknown|QuotaExceeded)/.test(error.name)) say('no-storage')
    throw error
  })
}
