// Shops whose complaint is closed: they come into the next plan of who handled it, once (S11.9).

import { dayOf } from '@/widgets/days'
import type { FeedbackCase, VisitPlan } from '@/widgets/rows'
import { type Stop, stopOf } from './content'

/** The stops for shops whose complaint he handled and whose revisit stands in no plan of his yet; `problem` says what it is about. */
export function revisitsOf(cases: FeedbackCase[], plans: VisitPlan[], userId: string | undefined, day: string, problem: (row: FeedbackCase) => string): Stop[] {
  const wanted = new Map<string, FeedbackCase>()
  for (const row of cases) {
    if (row.feedback_type !== 'complaint' || row.state !== 'closed' || row.handler_id !== userId || !row.customer_id || !row.informed_at) continue
    const told = dayOf(row.informed_at)
    const isPlanned = plans.some((plan) => plan.items.some((item) => item.customer_id === row.customer_id && item.day >= told))
    if (!isPlanned) wanted.set(row.customer_id, row)
  }
  return [...wanted.values()].map((row) => stopOf({ customer_id: row.customer_id as string, shop_name: row.shop_name ?? '', day, purpose: 'complaint_revisit', suspected_problem: problem(row) }))
}
