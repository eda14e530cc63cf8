import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

const meta = { tab: 'mine' }
const beforeEnter = learnWork

export const routes: RouteRecordRaw[] = [
  { path: '/people', name: 'people', component: () => import('./pages/PeopleList.vue'), meta, beforeEnter },
  { path: '/desk/people', name: 'people-table', component: () => import('./pages/PeopleTable.vue'), beforeEnter },
  { path: '/desk/routes', name: 'route-table', component: () => import('./pages/RouteTable.vue'), beforeEnter },
]
