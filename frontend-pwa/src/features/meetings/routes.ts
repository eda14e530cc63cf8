import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

const beforeEnter = () => learnWorkAnd('meetings')

export const routes: RouteRecordRaw[] = [
  { path: '/meetings/:id?', name: 'meetings', component: () => import('./pages/MeetingList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/meetings/:id/edit', name: 'meeting-edit', component: () => import('./pages/MeetingEdit.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/meetings/:id/print', name: 'meeting-print', component: () => import('./pages/MeetingPrint.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/meetings/:id/board', name: 'meeting-board', component: () => import('./pages/MeetingBoard.vue'), props: true, meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('meetings', 'cases') },
]
