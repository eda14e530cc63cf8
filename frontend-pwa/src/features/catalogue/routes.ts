import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/catalogue', name: 'catalogue', component: () => import('./pages/CatalogueList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWorkAnd('catalogue') },
]
