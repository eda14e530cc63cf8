import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

const beforeEnter = () => learnWorkAnd('cases')

export const routes: RouteRecordRaw[] = [
  { path: '/feedback/:id?', name: 'feedback', component: () => import('./pages/FeedbackList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/feedback/:id/print', name: 'feedback-print', component: () => import('./pages/FeedbackPrint.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/rectification/:id?', name: 'rectification', component: () => import('./pages/RectificationList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/desk/feedback', name: 'feedback-table', component: () => import('./pages/FeedbackTable.vue'), beforeEnter },
  { path: '/desk/feedback/board', name: 'feedback-board', component: () => import('./pages/FeedbackBoard.vue'), beforeEnter },
  { path: '/desk/feedback/archive', name: 'feedback-archive', component: () => import('./pages/FeedbackArchive.vue'), beforeEnter },
]
