import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/slips/:id?', name: 'slips', component: () => import('./pages/SlipList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('slips') },
  { path: '/slips/:id/print', name: 'slip-print', component: () => import('./pages/SlipPrint.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('slips') },
]
