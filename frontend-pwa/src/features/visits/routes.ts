import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  {
    path: '/visits/:id',
    name: 'visit',
    component: () => import('./pages/VisitShow.vue'),
    meta: { tab: 'today' },
    props: (route) => ({ id: route.params.id, shop: route.query.shop }),
  },
]
