import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/install', name: 'install', component: () => import('./pages/InstallShow.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
]
