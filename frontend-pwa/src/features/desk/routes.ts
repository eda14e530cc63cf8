import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/desk/visits', name: 'visit-table', component: () => import('./pages/VisitTable.vue'), meta: { tab: 'desk' }, beforeEnter: learnWork },
]
