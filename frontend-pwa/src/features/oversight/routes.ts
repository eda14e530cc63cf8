import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

const meta = { tab: 'mine' }
const beforeEnter = () => learnWorkAnd('oversight')

export const routes: RouteRecordRaw[] = [
  { path: '/oversight', name: 'oversight', component: () => import('./pages/OversightShow.vue'), meta, beforeEnter },
  { path: '/oversight/rescue', name: 'rescue', component: () => import('./pages/RescueShow.vue'), meta, beforeEnter },
  { path: '/desk/devices', name: 'devices', component: () => import('./pages/DeviceTable.vue'), beforeEnter },
  { path: '/desk/:what(audit|looks|entries)', name: 'records', component: () => import('./pages/RecordTable.vue'), props: true, beforeEnter },
]
