import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/desk/visits', component: () => import('./pages/VisitTable.vue'), beforeEnter: learnWork },
]
