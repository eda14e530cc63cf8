// How own opinions and steps on them show before the server has them. Only these pages show them, so only they bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Attachment, Customer, FeedbackCase, FeedbackNote, RectificationPlan } from '@/widgets/rows'

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
    severity: args.severity ?? 'normal',
    handle_due_at: null,
    state: 'registered',
    verify_method: null,
    verify_result: null,
    finding: null,
    opinion: null,
    result: null,
    resolved_at: null,
    reported_at: null,
    extension_on: null,
    reopen_count: 0,
    joined_to_id: null,
    judged_by_id: null,
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
  attach(op, draft, args.id)
})

function attach(op: Op, draft: OverlayDraft, owner_id: string): void {
  for (const file of op.files ?? []) {
    if (!draft.get('attachments', file.id)) draft.put<Attachment>('attachments', { ...file, owner_id, state: 'pending', uploaded_at: null })
  }
}

function step(op: Op, draft: OverlayDraft, userId: string, word: FeedbackNote['word'], text: string | null, change: Partial<FeedbackCase>, ref_id: string | null = null): void {
  const { id, feedback_case_id } = op.args as { id: string; feedback_case_id: string }
  if (draft.get('feedback_notes', id)) return
  draft.patch<FeedbackCase>('feedback_cases', feedback_case_id, change)
  draft.put<FeedbackNote>('feedback_notes', { id, feedback_case_id, author_id: userId, word, text, ref_id, made_at: op.made_at })
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

// A step that is explained and leads somewhere.
type Explained = { text?: string | null }
const LEADS: { word: FeedbackNote['word']; to: Partial<FeedbackCase> }[] = [
  { word: 'close', to: { state: 'closed' } },
  { word: 'withdraw', to: { state: 'withdrawn' } },
  { word: 'accept', to: { state: 'accepted' } },
  { word: 'refuse', to: { state: 'registered' } },
  { word: 'return', to: { state: 'registered' } },
  { word: 'contact', to: {} },
  { word: 'report', to: { state: 'reported' } },
]
for (const { word, to } of LEADS) {
  defineOverlay(`feedback_cases.${word}`, ROWS, (op, draft, userId) => step(op, draft, userId, word, (op.args as Explained).text ?? null, to))
}
defineOverlay('feedback_cases.resolve', ROWS, (op, draft, userId) => {
  const { text } = op.args as CommandArgs<'feedback_cases.resolve'>
  step(op, draft, userId, 'resolve', text, { state: 'resolved', result: text, resolved_at: op.made_at, extension_on: null })
})
defineOverlay('feedback_cases.verify', ROWS, (op, draft, userId) => {
  const { id, verify_method, verify_result, finding, severity, object_user_id } = op.args as CommandArgs<'feedback_cases.verify'>
  step(op, draft, userId, 'verify', finding, { state: 'verified', verify_method, verify_result, finding, ...(severity && { severity }), ...(object_user_id && { object_user_id }) })
  attach(op, draft, id)
})
defineOverlay('feedback_cases.co_handle', ROWS, (op, draft, userId) => {
  const { content, info_slip_id } = op.args as CommandArgs<'feedback_cases.co_handle'>
  step(op, draft, userId, 'co_handle', content, { state: 'co_handling' }, info_slip_id)
})
defineOverlay('feedback_cases.demand', ROWS, (op, draft, userId) => {
  const { title, task_id } = op.args as CommandArgs<'feedback_cases.demand'>
  step(op, draft, userId, 'demand', title, {}, task_id)
})
defineOverlay('feedback_cases.ask_extension', ROWS, (op, draft, userId) => {
  const { text, extension_on } = op.args as CommandArgs<'feedback_cases.ask_extension'>
  step(op, draft, userId, 'ask_extension', text, { extension_on })
})

const PLANS = [...ROWS, 'rectification_plans']
defineOverlay('rectification_plans.assign', PLANS, (op, draft, userId) => {
  const { rectification_plan_id: id, feedback_case_id, owner_id, problem, cause, measures, due_on } = op.args as CommandArgs<'rectification_plans.assign'>
  step(op, draft, userId, 'rectify', measures, {}, id)
  if (draft.get('rectification_plans', id)) return
  draft.put<RectificationPlan>('rectification_plans', {
    id,
    feedback_case_id,
    author_id: userId,
    owner_id,
    problem,
    cause,
    measures,
    due_on,
    result: null,
    check_result: null,
    state: 'assigned',
    made_at: op.made_at,
    earliest_at: null,
    latest_at: null,
    timeliness: null,
  })
})
const OF_PLAN: Record<'start' | 'submit' | 'accept' | 'reject', RectificationPlan['state']> = { start: 'in_progress', submit: 'submitted', accept: 'closed', reject: 'in_progress' }
for (const [name, state] of Object.entries(OF_PLAN)) {
  defineOverlay(`rectification_plans.${name}`, ['rectification_plans'], (op, draft) => {
    const { rectification_plan_id, ...said } = op.args as { rectification_plan_id: string; result?: string; check_result?: string }
    draft.patch<RectificationPlan>('rectification_plans', rectification_plan_id, { state, ...said })
  })
}
