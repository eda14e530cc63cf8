import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/help/:id?', name: 'help', component: () => import('./pages/HelpList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('manual') },
]
