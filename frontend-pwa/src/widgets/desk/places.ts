// The pages of the desk by role, in groups: the side navigation and the links on a phone are this one list.

export interface Place {
  path: string
  name: string
}

const MANAGER = 'market_manager'
const LEADER = 'department_manager'
const CENTRE = 'complaint_centre'
const POST = 'related_post'
const ADMIN = 'general_admin'
const SYSTEM = 'system_admin'

const PLACES: Record<string, [path: string, name: string, roles: string[]][]> = {
  overview: [
    ['/zone', 'zone', [MANAGER, LEADER, ADMIN]],
    ['/reports', 'reports', [MANAGER, LEADER, CENTRE, ADMIN]],
    ['/decisions', 'decisions', [MANAGER, LEADER, ADMIN]],
    ['/logs', 'logs', [MANAGER, LEADER]],
    ['/meetings', 'meetings', [MANAGER, LEADER, ADMIN, POST]],
    ['/plans', 'plans', [MANAGER, LEADER]],
    ['/tasks', 'tasks', [MANAGER, LEADER]],
    ['/slips', 'slips', [MANAGER, LEADER, CENTRE, ADMIN, POST]],
    ['/feedback', 'feedback', [MANAGER, LEADER]],
    ['/desk/feedback', 'feedbackTable', [MANAGER, LEADER, CENTRE, ADMIN]],
    ['/service_issues', 'serviceIssues', [MANAGER, LEADER, ADMIN]],
    ['/suggestions', 'suggestions', [MANAGER, LEADER, ADMIN]],
    ['/service/plans', 'servicePlans', [MANAGER, LEADER]],
    ['/maintenance', 'maintenance', [MANAGER, LEADER]],
    ['/appraisals', 'appraisals', [MANAGER, LEADER, ADMIN]],
    ['/policies', 'policies', [MANAGER, LEADER, CENTRE, ADMIN]],
  ],
  customers: [['/desk/shops', 'shops', [MANAGER]]],
  visits: [['/desk/visits', 'visits', [MANAGER, LEADER]]],
  people: [
    ['/desk/people', 'people', [MANAGER, LEADER, ADMIN]],
    ['/desk/routes', 'routes', [MANAGER, LEADER, ADMIN]],
  ],
  admin: [
    ['/imports', 'imports', [ADMIN]],
    ['/checklists', 'checklists', [ADMIN]],
    ['/service', 'service', [ADMIN]],
    ['/catalogue', 'catalogue', [ADMIN]],
    ['/calendar', 'calendar', [ADMIN]],
    ['/outside', 'outside', [ADMIN]],
    ['/privacy/requests', 'requests', [ADMIN, SYSTEM]],
    ['/desk/devices', 'devices', [MANAGER, ADMIN, SYSTEM]],
    ['/oversight/rescue', 'rescue', [ADMIN, SYSTEM]],
    ['/desk/entries', 'entries', [SYSTEM]],
    ['/desk/audit', 'audit', [SYSTEM]],
    ['/desk/looks', 'looks', [SYSTEM]],
  ],
}

/** The groups a role has anything in, each with its pages. */
export function placesOf(role: string): { group: string; places: Place[] }[] {
  return Object.entries(PLACES)
    .map(([group, all]) => ({ group, places: all.filter(([, , roles]) => roles.includes(role)).map(([path, name]) => ({ path, name })) }))
    .filter(({ places }) => places.length > 0)
}
