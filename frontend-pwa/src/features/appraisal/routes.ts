import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

const beforeEnter = () => learnWorkAnd('appraisal')

export const routes: RouteRecordRaw[] = [
  { path: '/appraisals/:id?', name: 'appraisals', component: () => import('./pages/AppraisalList.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/appraisals/:month(\\d{4}-\\d{2})/:person/edit', name: 'appraisal-edit', component: () => import('./pages/AppraisalEdit.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
  { path: '/appraisals/:id/print', name: 'appraisal-print', component: () => import('./pages/AppraisalPrint.vue'), props: true, meta: { tab: 'mine' }, beforeEnter },
]
