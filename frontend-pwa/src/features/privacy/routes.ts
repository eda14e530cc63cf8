import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/privacy/requests', name: 'privacy-requests', component: () => import('./pages/RequestList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
]
