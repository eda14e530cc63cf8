// How the states and the days of a plan are shown.

import type { Period } from '@/widgets/periods'
import type { VisitPlan } from '@/widgets/rows'

export const TONES: Record<VisitPlan['state'], string> = {
  draft: '',
  submitted: 'warn',
  withdrawn: '',
  returned: 'bad',
  approved: 'good',
  filed: 'good',
  evaluated: '',
}

/** What the words for a plan's days need: its year and month, and its first and last day. */
export const spanOf = ({ first, last }: Period) => ({ year: first.slice(0, 4), month: Number(first.slice(5, 7)), first: first.slice(5), last: last.slice(5), day: first })
/** Those of a plan. */
export const spanOfPlan = ({ first_on: first, last_on: last }: VisitPlan) => spanOf({ first, last })
