import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/checklists', name: 'checklists', component: () => import('./pages/ChecklistList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
]
