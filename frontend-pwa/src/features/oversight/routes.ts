import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

const meta = { tab: 'mine' }
const beforeEnter = () => learnWork()

export const routes: RouteRecordRaw[] = [
  { path: '/oversight', name: 'oversight', component: () => import('./pages/OversightShow.vue'), meta, beforeEnter },
  { path: '/oversight/rescue', name: 'rescue', component: () => import('./pages/RescueShow.vue'), meta, beforeEnter },
  { path: '/oversight/phones', name: 'all-phones', component: () => import('./pages/DeviceList.vue'), meta, beforeEnter },
  { path: '/oversight/:what(entries|audit|looks)', name: 'records', component: () => import('./pages/RecordList.vue'), props: true, meta, beforeEnter },
]
