import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/maintenance/:id?', name: 'maintenance', component: () => import('./pages/CaseList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('maintenance') },
]
