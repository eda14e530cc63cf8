import type { RouteRecordRaw } from 'vue-router'
import SignIn from './pages/SignIn.vue'

export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: SignIn },
  { path: '/mine', name: 'mine', component: () => import('./pages/MineShow.vue'), meta: { tab: 'mine' } },
]
