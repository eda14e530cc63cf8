// Quarters, which service plans run over, and how the states of a plan are shown.

import { dayAfter, dayOf } from '@/widgets/days'
import type { ServicePlan } from '@/widgets/rows'

/** The first day (YYYY-MM-DD) of the quarter a day lies in. */
export function quarterOf(day: string): string {
  const month = Number(day.slice(5, 7))
  return `${day.slice(0, 4)}-${String(month - ((month - 1) % 3)).padStart(2, '0')}-01`
}

/** This quarter and the next, by their first days. */
export function quartersToPlan(): string[] {
  const first = quarterOf(dayOf())
  return [first, quarterOf(dayAfter(first, 95))]
}

/** What the words for a quarter need. */
export const spanOf = (first: string) => ({ year: first.slice(0, 4), n: Math.ceil(Number(first.slice(5, 7)) / 3) })

export const TONES: Record<ServicePlan['state'], string> = { submitted: 'warn', withdrawn: '', returned: 'bad', approved: 'good' }
