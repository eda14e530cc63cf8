import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/notices', name: 'notices', component: () => import('./pages/NoticeList.vue'), meta: { tab: 'today' }, beforeEnter: () => learnWork() },
]
