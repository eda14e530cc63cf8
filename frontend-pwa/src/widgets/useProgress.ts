// What has come of a plan: as the server counts it, and of one's own also what only this phone knows yet.

import { computed } from 'vue'
import { useRows } from '@/kernel/rows'
import { useSession } from '@/kernel/session'
import { dayAfter, dayOf } from '@/widgets/days'
import type { PlanProgress, Visit, VisitPlan } from '@/widgets/rows'

/** So many days back every phone carries its user's own visits. */
export const CARRIED_DAYS = 6

export interface Progress {
  days: Record<string, number[]>
  planned: number
  completed: number
  visited: number
}

export function progressOf(plan: VisitPlan, counted: PlanProgress | undefined, own: Visit[], today: string): Progress {
  const since = dayAfter(today, -CARRIED_DAYS)
  const days: Record<string, number[]> = Object.fromEntries(Object.entries(counted?.days ?? {}).filter(([day]) => own.length === 0 || day < since))
  const visited = new Set(counted?.visited)
  for (const visit of own.filter(({ day }) => plan.first_on <= day && day <= plan.last_on)) {
    if (visit.state === 'completed') visited.add(visit.customer_id)
    if (visit.day < since || !visit.is_planned || visit.state === 'cancelled') continue
    const [planned = 0, completed = 0] = days[visit.day] ?? []
    days[visit.day] = [planned + 1, completed + Number(visit.state === 'completed')]
  }
  const all = Object.values(days)
  const sum = (at: number) => all.reduce((total, one) => total + (one[at] ?? 0), 0)
  return { days, planned: sum(0), completed: sum(1), visited: visited.size }
}

export function useProgress(plan: () => VisitPlan) {
  const session = useSession()
  const { rows: counted } = useRows<PlanProgress>('plan_progress')
  const { rows: visits } = useRows<Visit>('visits')
  return computed(() => {
    const own = plan().author_id === session.user?.id ? visits.value.filter((visit) => visit.visitor_id === session.user?.id) : []
    return progressOf(plan(), counted.value.find(({ id }) => id === plan().id), own, dayOf())
  })
}
