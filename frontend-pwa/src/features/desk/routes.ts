import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/desk/visits', name: 'visits', component: () => import('./pages/VisitTable.vue'), beforeEnter: learnWork },
]
