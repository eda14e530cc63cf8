import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

const meta = { tab: 'mine' }
const desk = { tab: 'desk' }
const beforeEnter = () => learnWork()

export const routes: RouteRecordRaw[] = [
  { path: '/oversight', name: 'oversight', component: () => import('./pages/OversightShow.vue'), meta, beforeEnter },
  { path: '/oversight/rescue', name: 'rescue', component: () => import('./pages/RescueShow.vue'), meta, beforeEnter },
  { path: '/desk/devices', name: 'device-table', component: () => import('./pages/DeviceTable.vue'), meta: desk, beforeEnter },
  { path: '/desk/audit', name: 'audit-table', component: () => import('./pages/RecordTable.vue'), props: { what: 'audit' }, meta: desk, beforeEnter },
  { path: '/desk/looks', name: 'look-table', component: () => import('./pages/RecordTable.vue'), props: { what: 'looks' }, meta: desk, beforeEnter },
  { path: '/desk/entries', name: 'entry-table', component: () => import('./pages/RecordTable.vue'), props: { what: 'entries' }, meta: desk, beforeEnter },
]
