import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/customers', name: 'customers', component: () => import('./pages/CustomerList.vue'), meta: { tab: 'customers' }, beforeEnter: learnWork },
  { path: '/customers/:id', name: 'customer', component: () => import('./pages/CustomerShow.vue'), props: true, meta: { tab: 'customers' }, beforeEnter: learnWork },
  { path: '/desk/shops', name: 'shops', component: () => import('./pages/ShopTable.vue'), meta: { tab: 'shops' }, beforeEnter: learnWork },
]
