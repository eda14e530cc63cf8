import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/service/plans/:id?', name: 'service-plans', component: () => import('./pages/ServicePlanList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('service') },
  { path: '/service', name: 'service', component: () => import('./pages/StandardList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('service') },
]
