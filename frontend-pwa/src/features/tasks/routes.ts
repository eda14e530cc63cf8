import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/tasks/:id?', name: 'tasks', component: () => import('./pages/TaskList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('tasks') },
]
