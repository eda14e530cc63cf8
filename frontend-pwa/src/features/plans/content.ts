// What a plan holds while it is written, and what a new one begins with.

import { mintId } from '@/kernel/ids'
import type { Horizon } from '@/widgets/periods'
import type { PlanItem, Visit, VisitPlan } from '@/widgets/rows'

/** A shop of a plan as the form holds it: nothing is null, so that every field can be typed into. */
export interface Stop {
  customer_id: string
  shop_name: string
  day: string
  visit_id: string
  planned_time: string
  purpose: string
  suspected_problem: string
  content: string
  contact_method: string
  /** Put on its day by somebody: a proposal leaves it there. */
  fixed: boolean
}

export interface Content {
  id: string
  target: number | ''
  sizes: string[]
  purposes: string[]
  content: string
  stops: Stop[]
  note: string
}

export const EDITABLE: VisitPlan['state'][] = ['draft', 'withdrawn', 'returned']
export const IN_FORCE: VisitPlan['state'][] = ['approved', 'filed']

export function stopOf(item: Pick<PlanItem, 'customer_id' | 'shop_name' | 'day'> & Partial<PlanItem>, fixed = true): Stop {
  const { customer_id, shop_name, day, visit_id, planned_time, purpose, suspected_problem, content, contact_method } = item
  return {
    customer_id,
    shop_name,
    day,
    visit_id: visit_id ?? mintId(),
    planned_time: planned_time ?? '',
    purpose: purpose ?? '',
    suspected_problem: suspected_problem ?? '',
    content: content ?? '',
    contact_method: contact_method ?? 'in_person',
    fixed,
  }
}

const ofPlan = (plan: VisitPlan): Content => ({
  id: plan.id,
  target: plan.target_count ?? '',
  sizes: plan.business_sizes,
  purposes: plan.purposes,
  content: plan.content ?? '',
  stops: plan.items.map((item) => stopOf(item)),
  note: '',
})

/** What a draft was begun upon, told by what the plan says: '' where there is none yet. */
export function baseOf(plan: VisitPlan | undefined): string {
  if (!plan) return ''
  const stops = plan.items.map((item) => [item.customer_id, item.day, item.planned_time, item.purpose, item.suspected_problem, item.content, item.contact_method])
  return JSON.stringify([plan.target_count, plan.business_sizes, plan.purposes, plan.content, stops])
}

/** What is planned for a day already: by the week, else by the month, and by hand. */
function stopsOf(day: string, plans: VisitPlan[], visits: Visit[]): Stop[] {
  const listed = visits.filter((visit) => visit.day === day && visit.state === 'planned')
  const above = ['week', 'month'].map((horizon) => plans.find((plan) => plan.horizon === horizon && plan.items.some((item) => item.day === day)))
  const purpose = plans.find((plan) => plan.horizon === 'week' && plan.first_on <= day && day <= plan.last_on)?.purposes[0] ?? null
  const stops = (above.find(Boolean)?.items ?? [])
    .filter((item) => item.day === day)
    .map((item) => ({ ...item, purpose: item.purpose ?? purpose, visit_id: listed.find((visit) => visit.customer_id === item.customer_id)?.id ?? null }))
  const more = listed.filter((visit) => !stops.some((stop) => stop.customer_id === visit.customer_id))
  return [...stops, ...more.map((visit) => ({ ...visit, content: visit.plan_content, visit_id: visit.id, purpose: visit.purpose ?? purpose }))].map((item) => stopOf(item))
}

/** What the form of a plan begins with: the plan itself, else what the one above it and the one before it say, and `more` shops. */
export function seedOf(horizon: Horizon, first: string, last: string, plans: VisitPlan[], visits: Visit[], more: Stop[] = []): Content {
  const known = plans.find((plan) => plan.horizon === horizon && plan.first_on === first)
  if (known) return ofPlan(known)
  const before = plans.filter((plan) => plan.horizon === horizon && plan.first_on < first).sort((a, b) => b.first_on.localeCompare(a.first_on))[0]
  const month = horizon === 'week' ? plans.find((plan) => plan.horizon === 'month' && plan.first_on <= last && first <= plan.last_on) : undefined
  const above = horizon === 'day' ? stopsOf(first, plans, visits) : (month?.items ?? []).filter(({ day }) => first <= day && day <= last).map((item) => stopOf(item))
  const stops = [...above, ...more.filter((one) => !above.some((stop) => stop.customer_id === one.customer_id))]
  return {
    id: mintId(),
    target: horizon === 'day' ? '' : stops.length || (before?.target_count ?? ''),
    sizes: before?.business_sizes ?? [],
    purposes: before?.purposes ?? [],
    content: before?.lessons ?? '',
    stops,
    note: '',
  }
}

/** The arguments of a plan's commands. A month or a week names shops and days; the rest is for the day. */
export function argsOf(horizon: Horizon, first: string, { id, target, sizes, purposes, content, stops }: Content) {
  const or = <T extends string>(text: string) => (text.trim() || null) as T | null
  return {
    id,
    horizon,
    first_on: first,
    target_count: target === '' ? null : target,
    business_sizes: sizes,
    purposes: purposes as NonNullable<PlanItem['purpose']>[],
    content: or(content),
    items: stops.map((stop) =>
      horizon === 'day'
        ? {
            customer_id: stop.customer_id,
            day: first,
            visit_id: stop.visit_id,
            planned_time: or(stop.planned_time),
            purpose: or<NonNullable<PlanItem['purpose']>>(stop.purpose),
            suspected_problem: or(stop.suspected_problem),
            content: or(stop.content),
            contact_method: or<NonNullable<PlanItem['contact_method']>>(stop.contact_method),
          }
        : { customer_id: stop.customer_id, day: stop.day },
    ),
  }
}
