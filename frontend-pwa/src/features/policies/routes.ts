import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/policies/:id?', name: 'policies', component: () => import('./pages/PolicyList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('policies') },
]
