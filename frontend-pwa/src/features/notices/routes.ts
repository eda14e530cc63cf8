import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/notices', name: 'notices', component: () => import('./pages/NoticeList.vue'), meta: { tab: 'today' }, beforeEnter: () => learnWorkAnd('notices') },
]
