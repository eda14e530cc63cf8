// How own opinions and steps on them show before the server has them. Only these pages show them, so only they bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Attachment, Customer, FeedbackCase, FeedbackNote } from '@/widgets/rows'

const ROWS = ['feedback_cases', 'feedback_notes', 'attachments']
const DUE_MS = 2 * 86_400_000

defineOverlay('feedback_cases.register', [...ROWS, 'customers'], (op, draft, userId) => {
  const args = op.args as CommandArgs<'feedback_cases.register'>
  if (draft.get('feedback_cases', args.id)) return
  draft.put<FeedbackCase>('feedback_cases', {
    id: args.id,
    number: '',
    author_id: userId,
    zone_id: args.zone_id ?? '',
    handler_id: '',
    object_user_id: args.object_user_id ?? null,
    feedback_type: args.feedback_type,
    source: args.source,
    source_id: args.source_id ?? null,
    category: args.category,
    customer_id: args.customer_id ?? null,
    shop_name: args.customer_id ? (draft.get<Customer>('customers', args.customer_id)?.shop_name ?? null) : null,
    contact_name: args.contact_name ?? null,
    contact_phone: args.contact_phone ?? null,
    content: args.content,
    demand: args.demand ?? null,
    received_at: op.made_at,
    due_at: new Date(Date.parse(op.made_at) + DUE_MS).toISOString(), // the server counts working days
    state: 'registered',
    verify_method: null,
    verify_result: null,
    finding: null,
    opinion: null,
    informed_at: null,
    informed_method: null,
    sat_time: null,
    sat_manner: null,
    sat_process: null,
    sat_result: null,
    earliest_at: null,
    latest_at: null,
    timeliness: null,
  })
  for (const file of op.files ?? []) {
    if (!draft.get('attachments', file.id)) draft.put<Attachment>('attachments', { ...file, owner_id: args.id, state: 'pending', uploaded_at: null })
  }
})

function step(op: Op, draft: OverlayDraft, userId: string, word: FeedbackNote['word'], text: string | null, change: Partial<FeedbackCase>): void {
  const { id, feedback_case_id } = op.args as { id: string; feedback_case_id: string }
  if (draft.get('feedback_notes', id)) return
  draft.patch<FeedbackCase>('feedback_cases', feedback_case_id, change)
  draft.put<FeedbackNote>('feedback_notes', { id, feedback_case_id, author_id: userId, word, text, made_at: op.made_at })
}

defineOverlay('feedback_cases.handle', ROWS, (op, draft, userId) => {
  const { opinion, verify_method, verify_result, finding } = op.args as CommandArgs<'feedback_cases.handle'>
  const found = { ...(verify_method && { verify_method }), ...(verify_result && { verify_result }), ...(finding && { finding }) }
  step(op, draft, userId, 'handle', opinion, { state: 'handling', opinion, ...found })
})
defineOverlay('feedback_cases.inform', ROWS, (op, draft, userId) => {
  const { text, method, sat_time = null, sat_manner = null, sat_process = null, sat_result = null } = op.args as CommandArgs<'feedback_cases.inform'>
  step(op, draft, userId, 'inform', text, { state: 'informed', informed_at: op.made_at, informed_method: method, sat_time, sat_manner, sat_process, sat_result })
})
defineOverlay('feedback_cases.close', ROWS, (op, draft, userId) => {
  const { text } = op.args as CommandArgs<'feedback_cases.close'>
  step(op, draft, userId, 'close', text ?? null, { state: 'closed' })
})
defineOverlay('feedback_cases.withdraw', ROWS, (op, draft, userId) => {
  const { text } = op.args as CommandArgs<'feedback_cases.withdraw'>
  step(op, draft, userId, 'withdraw', text, { state: 'withdrawn' })
})
