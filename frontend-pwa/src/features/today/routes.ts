import type { RouteRecordRaw } from 'vue-router'
import TodayShow from './pages/TodayShow.vue'

export const routes: RouteRecordRaw[] = [{ path: '/', name: 'today', component: TodayShow, meta: { tab: 'today' } }]
