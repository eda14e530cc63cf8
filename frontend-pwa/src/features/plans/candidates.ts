// Which shops want a visit, and why (S11.1): from what this phone carries, so it holds without signal.

import { computed } from 'vue'
import { useRows } from '@/kernel/rows'
import { dayAfter, dayOf } from '@/widgets/days'
import { useFalling } from '@/widgets/falling'
import { periodOf } from '@/widgets/periods'
import type { Customer, ServiceStandard, Suggestion, VisitAnomaly, VisitDigest } from '@/widgets/rows'

export const REASONS = ['falling', 'unvisited', 'behind', 'dissatisfied', 'doubt', 'is_key', 'is_watched'] as const
export type Reason = (typeof REASONS)[number]

const UNVISITED_DAYS = 30
/** Where the department has set no standard. */
const VISITS_A_MONTH: Record<string, number> = { 1: 4, 2: 2, 3: 1 }
const CLOSED = ['03', '04']

export interface Candidate {
  customer: Customer
  reasons: Reason[]
}

/** The latest word of a shop on how satisfied it is, and its visits this month. */
interface Told {
  day: string
  satisfaction: number | null
  visits: number
}

export function reasonsOf(customer: Customer, told: Told | undefined, doubted: Set<string>, falls: Set<string>, today: string, standards: Record<string, number> = {}): Reason[] {
  const long = customer.last_visited_on === null || customer.last_visited_on < dayAfter(today, -UNVISITED_DAYS)
  const share = Number(today.slice(8)) / Number(periodOf('month', today).last.slice(8))
  const found: Record<Reason, boolean> = {
    falling: falls.has(customer.id),
    unvisited: long,
    behind: !long && (told?.visits ?? 0) < Math.floor((standards[customer.business_size] ?? VISITS_A_MONTH[customer.business_size] ?? 1) * share),
    dissatisfied: (told?.satisfaction ?? 5) <= 2,
    doubt: doubted.has(customer.id),
    is_key: customer.is_key,
    is_watched: customer.is_watched,
  }
  return REASONS.filter((reason) => found[reason])
}

/** Every shop that may be planned, those with the most reasons first. */
export function useCandidates() {
  const { rows: customers, ready: here } = useRows<Customer>('customers')
  const { rows: digests, ready: heard } = useRows<VisitDigest>('visit_digests')
  const { rows: anomalies, ready: flagged } = useRows<VisitAnomaly>('visit_anomalies')
  const { rows: suggestions, ready: suggested } = useRows<Suggestion>('suggestions')
  const { falls, ready: compared } = useFalling(customers)
  const { rows: standards, ready: set } = useRows<ServiceStandard>('service_standards')
  const frequencies = computed(() => Object.fromEntries(standards.value.map((row) => [row.business_size, row.visits_a_month])))
  // Only what is complete is shown: an order that changes under the finger picks the wrong shop.
  const ready = computed(() => here.value && heard.value && flagged.value && suggested.value && compared.value && set.value)
  const today = dayOf()

  const told = computed(() => {
    const found = new Map<string, Told>()
    for (const { customer_id, day, satisfaction } of digests.value) {
      const known = found.get(customer_id) ?? { day: '', satisfaction: null, visits: 0 }
      if (satisfaction !== null && day > known.day) Object.assign(known, { day, satisfaction })
      if (day.slice(0, 7) === today.slice(0, 7)) known.visits += 1
      found.set(customer_id, known)
    }
    return found
  })
  const doubted = computed(
    () =>
      new Set([
        ...anomalies.value.filter((row) => row.state !== 'accepted').map((row) => row.customer_id),
        ...suggestions.value.filter((row) => row.state === 'open').map((row) => row.customer_id),
      ]),
  )
  const candidates = computed<Candidate[]>(() =>
    customers.value
      .filter((customer) => !CLOSED.includes(customer.customer_status))
      .map((customer) => ({ customer, reasons: reasonsOf(customer, told.value.get(customer.id), doubted.value, falls.value, today, frequencies.value) }))
      .sort((a, b) => b.reasons.length - a.reasons.length || (a.customer.last_visited_on ?? '').localeCompare(b.customer.last_visited_on ?? '')),
  )
  return { candidates, ready }
}
