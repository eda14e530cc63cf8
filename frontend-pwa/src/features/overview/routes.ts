import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/zone', name: 'zone', component: () => import('./pages/ZoneShow.vue'), beforeEnter: learnWork },
]
