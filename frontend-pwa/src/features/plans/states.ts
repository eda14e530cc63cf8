// How the states of a plan are shown.

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
