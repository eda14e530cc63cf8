import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [{ path: '/sync', name: 'sync', component: () => import('./pages/EntryList.vue'), meta: { tab: 'mine' } }]
