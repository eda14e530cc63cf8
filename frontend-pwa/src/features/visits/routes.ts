import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/desk/visits', name: 'visits', component: () => import('./pages/VisitTable.vue'), beforeEnter: learnWork },
  { path: '/practice', name: 'practice', component: () => import('./pages/VisitPractice.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
  {
    path: '/visits/:id',
    name: 'visit',
    component: () => import('./pages/VisitShow.vue'),
    meta: { tab: 'today' },
    beforeEnter: () => learnWork(),
    props: (route) => ({ id: route.params.id, shop: route.query.shop }),
  },
]
