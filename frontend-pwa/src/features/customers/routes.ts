import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/customers', name: 'customers', component: () => import('./pages/CustomerList.vue'), meta: { tab: 'customers' } },
  { path: '/customers/:id', name: 'customer', component: () => import('./pages/CustomerShow.vue'), props: true, meta: { tab: 'customers' }, beforeEnter: () => learnWork() },
  { path: '/shops', name: 'shops', component: () => import('./pages/ShopFind.vue'), meta: { tab: 'shops' }, beforeEnter: () => learnWork() },
  { path: '/shops/:id', name: 'shop', component: () => import('./pages/ShopShow.vue'), props: true, meta: { tab: 'shops' }, beforeEnter: () => learnWork() },
]
