import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

const beforeEnter = () => learnWorkAnd('outside')

export const routes: RouteRecordRaw[] = [
  { path: '/outside', name: 'outside', component: () => import('./pages/OutsideEdit.vue'), meta: { tab: 'mine' }, beforeEnter },
  { path: '/desk/outside', name: 'outside-messages', component: () => import('./pages/MessageTable.vue'), beforeEnter },
]
