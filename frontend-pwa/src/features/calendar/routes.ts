import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/calendar', name: 'calendar', component: () => import('./pages/CalendarEdit.vue'), meta: { tab: 'mine' }, beforeEnter: learnWork },
]
