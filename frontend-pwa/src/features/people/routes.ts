import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/people', name: 'people', component: () => import('./pages/PeopleList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
]
