import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/service', name: 'service', component: () => import('./pages/StandardList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('service') },
]
