// How an opinion or a complaint stands, wherever it is shown.

import type { FeedbackCase } from './rows'

/** Whether something is due: the next step of a complaint until the shop was told, of anything else until it was answered. */
export const isOpen = (row: FeedbackCase) => !['informed', 'closed', 'withdrawn', 'joined'].includes(row.state)
export const isOver = (row: FeedbackCase) => ['closed', 'withdrawn', 'joined'].includes(row.state)
export const isLate = (row: FeedbackCase, now = Date.now()) => isOpen(row) && Date.parse(row.due_at) < now
