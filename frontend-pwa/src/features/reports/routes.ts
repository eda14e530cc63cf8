import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/reports/:name?', name: 'reports', component: () => import('./pages/ReportShow.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('reports', 'cases') },
]
