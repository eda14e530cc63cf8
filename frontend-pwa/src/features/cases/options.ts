// What is chosen from when an opinion or a complaint is taken down and dealt with, and how its states look.

import type { FeedbackCase, RectificationPlan } from '@/widgets/rows'

type State = FeedbackCase['state']

export const TYPES: FeedbackCase['feedback_type'][] = ['complaint', 'grumble', 'query', 'suggestion']
export const SEVERITIES: FeedbackCase['severity'][] = ['normal', 'important', 'major']
export const CATEGORIES: FeedbackCase['category'][] = ['supply', 'price', 'order', 'delivery', 'account_manager', 'settlement', 'inspector', 'product_quality', 'policy', 'other']
export const METHODS: NonNullable<FeedbackCase['verify_method']>[] = ['documents', 'visit', 'ask_am', 'ask_post']
export const RESULTS: NonNullable<FeedbackCase['verify_result']>[] = ['true', 'partly_true', 'untrue', 'undetermined']
export const RATINGS = ['sat_time', 'sat_manner', 'sat_process', 'sat_result'] as const
export const TONES: Record<State, string> = {
  registered: 'warn',
  assigned: 'warn',
  accepted: 'info',
  verified: 'info',
  handling: 'info',
  co_handling: 'info',
  reopened: 'warn',
  resolved: 'info',
  reported: 'info',
  informed: 'good',
  closed: '',
  withdrawn: '',
  joined: '',
}
export const PLAN_TONES: Record<RectificationPlan['state'], string> = { assigned: 'warn', in_progress: 'info', submitted: 'good', closed: '' }

export { isLate, isOpen, isOver } from '@/widgets/feedback'
