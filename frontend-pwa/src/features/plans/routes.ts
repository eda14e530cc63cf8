import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

const page = { props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('plans') }

export const routes: RouteRecordRaw[] = [
  { path: '/plans/:id?', name: 'plans', component: () => import('./pages/PlanList.vue'), ...page },
  { path: '/plans/:horizon(month|week|day)/:first/edit', name: 'plan-edit', component: () => import('./pages/PlanEdit.vue'), ...page },
  { path: '/plans/:id/print', name: 'plan-print', component: () => import('./pages/PlanPrint.vue'), ...page },
]
