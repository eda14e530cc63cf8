// How own edits of the file show before the server has judged them.

import { defineOverlay } from '@/kernel/overlay'
import type { Customer, Suggestion } from '@/widgets/rows'
import { dayOf } from '@/widgets/days'
import { PROTECTED } from './fields'

const ROWS = ['customers', 'suggestions']

defineOverlay('customers.edit', ROWS, (op, draft, userId) => {
  const args = op.args as { customer_id: string; set: Record<string, { from: string | null; to: string | null }> }
  for (const [field, { from, to }] of Object.entries(args.set)) {
    if (!PROTECTED.has(field)) {
      draft.patch<Customer>('customers', args.customer_id, { [field]: to })
      continue
    }
    draft.put<Suggestion>('suggestions', {
      id: `${op.id}:${field}`,
      customer_id: args.customer_id,
      field,
      seen_value: from,
      suggested_value: to,
      why: 'protected',
      author_id: userId,
      made_at: op.made_at,
      due_on: dayOf(op.made_at),
      state: 'open',
      decided_by_id: null,
      decided_at: null,
      decision_note: null,
      earliest_at: null,
      latest_at: null,
      timeliness: null,
    })
  }
})

defineOverlay('customers.accept_suggestion', ROWS, (op, draft) => {
  const { suggestion_id } = op.args as { suggestion_id: string }
  const row = draft.get<Suggestion>('suggestions', suggestion_id)
  if (!row) return
  draft.patch<Customer>('customers', row.customer_id, { [row.field]: row.suggested_value })
  draft.patch<Suggestion>('suggestions', suggestion_id, { state: 'accepted' })
})

defineOverlay('customers.dismiss_suggestion', ROWS, (op, draft) => {
  const { suggestion_id } = op.args as { suggestion_id: string }
  draft.patch<Suggestion>('suggestions', suggestion_id, { state: 'dismissed' })
})
