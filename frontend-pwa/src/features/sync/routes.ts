import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [{ path: '/sync', name: 'sync', component: () => import('./pages/EntryList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() }]
