import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/imports', name: 'imports', component: () => import('./pages/ImportShow.vue'), meta: { tab: 'mine' }, beforeEnter: learnWork },
]
