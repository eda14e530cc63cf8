import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, type Language, speak } from './kernel/i18n'
import { lockWhenIdle } from './kernel/idle'
import { useSession } from './kernel/session'
import { startSync } from './kernel/sync'
import { startUpdates } from './kernel/update'
import { router } from './router'
import './ui/tokens.css'
import './ui/base.css'

import.meta.glob('./features/*/overlays.ts', { eager: true })

async function start(): Promise<void> {
  const app = createApp(App).use(createPinia()).use(i18n)
  await useSession().restore()
  const language = localStorage.getItem('language')
  if (language === 'en') await speak(language satisfies Language)
  document.documentElement.classList.toggle('large-type', localStorage.getItem('large-type') === 'yes')
  app.use(router).mount('#app')
  startSync()
  startUpdates()
  lockWhenIdle()
}

void start()
