import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/decisions', name: 'decisions', component: () => import('./pages/DecisionList.vue'), meta: { tab: 'today' }, beforeEnter: learnWork },
]
