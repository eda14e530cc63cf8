import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/service_issues/:id?', name: 'service-issues', component: () => import('./pages/IssueList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('service_issues') },
]
