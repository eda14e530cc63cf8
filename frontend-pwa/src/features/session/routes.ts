import type { RouteRecordRaw } from 'vue-router'
import { learnWork } from '@/kernel/i18n'
import SignIn from './pages/SignIn.vue'

export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: SignIn },
  { path: '/password', name: 'password', component: () => import('./pages/PasswordEdit.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
  { path: '/privacy', name: 'privacy', component: () => import('./pages/PrivacyShow.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
  { path: '/phones', name: 'phones', component: () => import('./pages/PhoneList.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
  { path: '/introduction', name: 'introduction', component: () => import('./pages/IntroShow.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
  { path: '/mine', name: 'mine', component: () => import('./pages/MineShow.vue'), meta: { tab: 'mine' }, beforeEnter: () => learnWork() },
]
