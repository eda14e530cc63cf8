// Whom one leads, and may give tasks to: the server has the last word.

import { computed } from 'vue'
import { useRows } from '@/kernel/rows'
import { useSession } from '@/kernel/session'
import { dayOf } from '@/widgets/days'
import type { Absence, Person, Route, Zone } from '@/widgets/rows'

/** A market manager's account managers, with those of whom he stands in for; for who leads the department all in the field. */
export function useTeam() {
  const session = useSession()
  const { rows: people } = useRows<Person>('people')
  const { rows: routes } = useRows<Route>('routes')
  const { rows: zones } = useRows<Zone>('zones')
  const { rows: absences } = useRows<Absence>('absences')
  const today = dayOf()

  const led = computed(() => {
    const away = absences.value.filter((row) => row.deputy_id === session.user?.id && row.since <= today && today < row.until)
    const leaders = new Set([session.user?.id, ...away.map((row) => row.user_id)])
    const mine = new Set(zones.value.filter((zone) => zone.market_manager_id && leaders.has(zone.market_manager_id)).map((zone) => zone.id))
    return new Set(routes.value.filter((route) => mine.has(route.zone_id)).map((route) => route.account_manager_id))
  })
  return computed(() =>
    people.value
      .filter((one) => one.is_active && one.id !== session.user?.id)
      .filter((one) => (['department_manager', 'general_admin'].includes(session.user?.role ?? '') ? ['account_manager', 'market_manager'].includes(one.role) : led.value.has(one.id)))
      .sort((a, b) => b.role.localeCompare(a.role) || a.name.localeCompare(b.name, 'zh')),
  )
}
