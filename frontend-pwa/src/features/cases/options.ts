// What is chosen from when an opinion is taken down and dealt with, and how its states look.

import type { FeedbackCase } from '@/widgets/rows'

export const TYPES: FeedbackCase['feedback_type'][] = ['grumble', 'query', 'suggestion']
export const CATEGORIES: FeedbackCase['category'][] = ['supply', 'price', 'order', 'delivery', 'account_manager', 'settlement', 'inspector', 'product_quality', 'policy', 'other']
export const METHODS: NonNullable<FeedbackCase['verify_method']>[] = ['documents', 'visit', 'ask_am', 'ask_post']
export const RESULTS: NonNullable<FeedbackCase['verify_result']>[] = ['true', 'partly_true', 'untrue', 'undetermined']
export const RATINGS = ['sat_time', 'sat_manner', 'sat_process', 'sat_result'] as const
export const TONES: Record<FeedbackCase['state'], string> = { registered: 'warn', handling: 'info', informed: 'good', closed: '', withdrawn: '' }
export const isOpen = (row: FeedbackCase) => ['registered', 'handling'].includes(row.state)
export const isOver = (row: FeedbackCase) => ['closed', 'withdrawn'].includes(row.state)
