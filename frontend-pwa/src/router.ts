import { createRouter, createWebHistory } from 'vue-router'
import { routes as appraisal } from './features/appraisal/routes'
import { routes as calendar } from './features/calendar/routes'
import { routes as cases } from './features/cases/routes'
import { routes as catalogue } from './features/catalogue/routes'
import { routes as checklists } from './features/checklists/routes'
import { routes as customers } from './features/customers/routes'
import { routes as decisions } from './features/decisions/routes'
import { routes as helpdesk } from './features/helpdesk/routes'
import { routes as imports } from './features/imports/routes'
import { routes as install } from './features/install/routes'
import { routes as notices } from './features/notices/routes'
import { routes as oversight } from './features/oversight/routes'
import { routes as outside } from './features/outside/routes'
import { routes as overview } from './features/overview/routes'
import { routes as people } from './features/people/routes'
import { routes as plans } from './features/plans/routes'
import { routes as policies } from './features/policies/routes'
import { routes as privacy } from './features/privacy/routes'
import { routes as reports } from './features/reports/routes'
import { routes as service } from './features/service/routes'
import { routes as serviceIssues } from './features/service_issues/routes'
import { routes as session } from './features/session/routes'
import { routes as slips } from './features/slips/routes'
import { routes as maintenance } from './features/maintenance/routes'
import { routes as meetings } from './features/meetings/routes'
import { routes as worklogs } from './features/worklogs/routes'
import { routes as suggestions } from './features/suggestions/routes'
import { routes as sync } from './features/sync/routes'
import { routes as tasks } from './features/tasks/routes'
import { routes as today } from './features/today/routes'
import { routes as visits } from './features/visits/routes'
import { missPage, notHere } from './kernel/update'
import { useSession } from './kernel/session'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    ...today,
    ...customers,
    ...visits,
    ...sync,
    ...tasks,
    ...plans,
    ...slips,
    ...cases,
    ...serviceIssues,
    ...suggestions,
    ...worklogs,
    ...meetings,
    ...maintenance,
    ...appraisal,
    ...decisions,
    ...overview,
    ...reports,
    ...service,
    ...policies,
    ...people,
    ...imports,
    ...calendar,
    ...outside,
    ...catalogue,
    ...checklists,
    ...notices,
    ...install,
    ...helpdesk,
    ...oversight,
    ...privacy,
    ...session,
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.onError(missPage)
router.afterEach(() => (notHere.value = false))

router.beforeEach((to) => {
  const signedIn = useSession().account !== null
  if (!signedIn && to.name !== 'sign-in') return { name: 'sign-in' }
  if (signedIn && to.name === 'sign-in' && useSession().state === 'signed_in' && !useSession().locked) return { name: 'today' }
  return true
})
