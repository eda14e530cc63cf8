// How an own day shows on its list before the server has it. Its own pages know more, see pageOverlays.

import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Customer, PlanItem, Visit } from '@/widgets/rows'
import { blankVisit } from '@/widgets/visits'

export const STEPS = ['visit_plans.submit', 'visit_plans.amend']
export const ROWS = ['visits', 'customers']

/** A day that is filed is its list; of one that is amended, what its plan put there and does not hold any more is taken off. */
export function listDay({ name, args }: Op, draft: OverlayDraft, visitor_id: string): void {
  const { horizon, first_on: day, items = [] } = args as { horizon: string; first_on: string; items?: (Omit<PlanItem, 'shop_name' | 'visit_id'> & { visit_id: string })[] }
  if (horizon !== 'day') return
  for (const visit of draft.all<Visit>('visits')) {
    const isLeft = visit.day === day && visit.visitor_id === visitor_id && visit.state === 'planned' && (visit.suspected_problem || name === STEPS[0])
    if (isLeft && !items.some((item) => item.visit_id === visit.id)) draft.patch<Visit>('visits', visit.id, { state: 'cancelled' })
  }
  items.forEach(({ visit_id: id, customer_id, content, ...item }, at) => {
    const known = draft.get<Visit>('visits', id)
    if (known && known.state !== 'planned') return
    const shop_name = draft.get<Customer>('customers', customer_id)?.shop_name ?? ''
    draft.put<Visit>('visits', { ...blankVisit, shop_name, ...known, ...item, id, customer_id, visitor_id, day, state: 'planned', is_planned: true, seq: at + 1, plan_content: content })
  })
}

for (const step of STEPS) defineOverlay(step, ROWS, listDay)
