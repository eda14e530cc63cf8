import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

const beforeEnter = () => learnWorkAnd('worklogs')

export const routes: RouteRecordRaw[] = [
  { path: '/logs/:id?', name: 'logs', component: () => import('./pages/LogList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/logs/:horizon(day|week|month)/:first/edit', name: 'log-edit', component: () => import('./pages/LogEdit.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
]
