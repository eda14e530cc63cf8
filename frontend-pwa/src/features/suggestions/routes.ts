import type { RouteRecordRaw } from 'vue-router'
import { learnWorkAnd } from '@/kernel/i18n'

export const routes: RouteRecordRaw[] = [
  { path: '/suggestions', name: 'suggestions', component: () => import('./pages/SuggestionTable.vue'), beforeEnter: () => learnWorkAnd('cases', 'suggestions') },
]
