import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/checklists', name: 'checklists', component: () => import('./pages/ChecklistList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('checklists') },
]
