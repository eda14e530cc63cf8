// What one is to a service issue: who leads its zone, who checks it; a deputy is what he is for whom he stands in.

import { computed } from 'vue'
import { useRows } from '@/kernel/rows'
import { useSession } from '@/kernel/session'
import { dayOf } from '@/widgets/days'
import type { Absence, ServiceIssue, Zone } from '@/widgets/rows'
import type { Who } from './steps'

export function useWho() {
  const session = useSession()
  const { rows: zones } = useRows<Zone>('zones')
  const { rows: absences } = useRows<Absence>('absences')
  const today = dayOf()
  const stoodIn = computed(() => {
    const away = absences.value.filter((one) => one.deputy_id === session.user?.id && one.since <= today && today < one.until)
    return new Set<string | null | undefined>([session.user?.id, ...away.map((one) => one.user_id)])
  })
  const led = computed(() => new Set(zones.value.filter((one) => one.market_manager_id && stoodIn.value.has(one.market_manager_id)).map(({ id }) => id)))
  return (row: ServiceIssue): Who => {
    const { id, role } = session.user ?? {}
    const overall = role === 'department_manager'
    const leads = role === 'market_manager' && (led.value.has(row.zone_id) || row.zone_id === '')
    const asked = ['market_manager', 'department_manager'].includes(role ?? '') && row.assigner_id !== null && stoodIn.value.has(row.assigner_id)
    return { id, leads: overall || leads, checks: (overall || asked) && row.owner_id !== id }
  }
}
