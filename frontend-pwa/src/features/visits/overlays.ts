// How own visit commands change the rows on screen before any bundle shows them.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { FileRef } from '@/kernel/types'
import type { Attachment, Customer, StockReading, Visit, VisitAmendment, VisitAnomaly, VisitAnswers, VisitComment } from '@/widgets/rows'
import { dayOf } from '@/widgets/days'

const ROWS = ['visits', 'attachments', 'customers']

const blank: Omit<Visit, 'id' | 'customer_id' | 'shop_name' | 'visitor_id' | 'day' | 'state'> = {
  version: 0,
  zone_id: '',
  is_planned: false,
  seq: null,
  planned_time: null,
  purpose: null,
  contact_method: null,
  check_in_at: null,
  check_in_lat: null,
  check_in_lng: null,
  check_in_datum: null,
  check_in_accuracy_m: null,
  check_in_fix_at: null,
  check_in_fix_age_s: null,
  place_refusal: null,
  place_note: null,
  phone_verdict: null,
  place_verdict: null,
  distance_m: null,
  photo_refusal: null,
  check_out_at: null,
  met_person: null,
  findings: null,
  note: null,
  next_step: null,
  satisfaction: null,
  responsibility_tags: [],
  cancel_reason: null,
  is_late_scope: false,
  stated_at: null,
  earliest_at: null,
  latest_at: null,
  check_in_wall_at: null,
  check_out_earliest_at: null,
  check_out_latest_at: null,
  check_out_wall_at: null,
  scope_timeliness: null,
}

defineOverlay('visits.plan_visit', ROWS, (op, draft, userId) => {
  const args = op.args as CommandArgs<'visits.plan_visit'>
  if (draft.get('visits', args.id)) return
  draft.put<Visit>('visits', {
    ...blank,
    id: args.id,
    customer_id: args.customer_id,
    shop_name: draft.get<Customer>('customers', args.customer_id)?.shop_name ?? '',
    visitor_id: userId,
    day: args.day,
    state: 'planned',
    is_planned: true,
    purpose: args.purpose ?? null,
  })
})

defineOverlay('visits.check_in', ROWS, (op, draft, userId) => {
  const args = op.args as CommandArgs<'visits.check_in'>
  const planned = draft.get<Visit>('visits', args.id)
  draft.put<Visit>('visits', {
    ...blank,
    ...planned,
    id: args.id,
    customer_id: args.customer_id,
    shop_name: planned?.shop_name ?? draft.get<Customer>('customers', args.customer_id)?.shop_name ?? '',
    visitor_id: userId,
    day: dayOf(op.made_at),
    state: 'in_progress',
    purpose: args.purpose ?? planned?.purpose ?? null,
    contact_method: planned?.contact_method ?? 'in_person',
    check_in_at: op.made_at,
    check_in_accuracy_m: args.place?.accuracy_m ?? null,
    place_refusal: args.place_refusal ?? null,
    place_note: args.place_note ?? null,
    phone_verdict: args.place_verdict ?? 'cannot_tell',
    photo_refusal: args.photo_refusal ?? null,
  })
  showPhotos(op.files ?? [], args.id, draft)
})

defineOverlay('visits.add_photos', ROWS, (op, draft) => {
  showPhotos(op.files ?? [], (op.args as { visit_id: string }).visit_id, draft)
})

defineOverlay('visits.record', ROWS, (op, draft) => {
  const { visit_id, ...fields } = op.args as { visit_id: string } & Partial<Visit>
  draft.patch<Visit>('visits', visit_id, fields)
})

defineOverlay('visits.check_out', ROWS, (op, draft) => {
  const { visit_id } = op.args as { visit_id: string }
  draft.patch<Visit>('visits', visit_id, { state: 'completed', check_out_at: op.made_at })
})

defineOverlay('visits.cancel', ROWS, (op, draft) => {
  const { visit_id, reason } = op.args as { visit_id: string; reason: string }
  draft.patch<Visit>('visits', visit_id, { state: 'cancelled', cancel_reason: reason })
})

defineOverlay('visits.answer', ['visit_answers'], (op, draft) => {
  const args = op.args as CommandArgs<'visits.answer'> & { visit_id: string }
  const known = draft.get<VisitAnswers>('visit_answers', args.visit_id)
  const answers = { ...(known?.checklist_id === args.checklist_id && known.answers), ...args.answers }
  const given = Object.entries(answers).filter(([, answer]) => answer !== null)
  draft.put<VisitAnswers>('visit_answers', {
    id: args.visit_id,
    checklist_id: args.checklist_id,
    answers: Object.fromEntries(given) as VisitAnswers['answers'],
  })
})

defineOverlay('visits.record_stock', ['stock_readings', 'visits'], (op, draft, userId) => {
  const { visit_id, readings } = op.args as CommandArgs<'visits.record_stock'> & { visit_id: string }
  const visit = draft.get<Visit>('visits', visit_id)
  if (!visit) return
  const blankReading = { backroom_qty: 0, out_of_stock_days: null, carton_price: null, pack_price: null }
  for (const reading of readings) {
    draft.put<StockReading>('stock_readings', {
      ...blankReading,
      ...reading,
      visit_id,
      customer_id: visit.customer_id,
      read_on: visit.day,
      collected_by_id: userId,
    })
  }
})

defineOverlay('visits.comment', ['visit_comments'], (op, draft, userId) => {
  const { id, visit_id, text } = op.args as { id: string; visit_id: string; text: string }
  draft.put<VisitComment>('visit_comments', { id, visit_id, text, author_id: userId, made_at: op.made_at })
})

defineOverlay('visits.correct_shop', ['visits', 'customers', 'visit_amendments', 'stock_readings'], (op, draft, userId) => {
  const { visit_id, customer_id, reason } = op.args as { visit_id: string; customer_id: string; reason: string }
  const visit = draft.get<Visit>('visits', visit_id)
  if (!visit) return
  const to_shop_name = draft.get<Customer>('customers', customer_id)?.shop_name ?? ''
  draft.put<VisitAmendment>('visit_amendments', {
    id: op.id,
    visit_id,
    from_customer_id: visit.customer_id,
    to_customer_id: customer_id,
    from_shop_name: visit.shop_name,
    to_shop_name,
    reason,
    author_id: userId,
    made_at: op.made_at,
  })
  draft.patch<Visit>('visits', visit_id, { customer_id, shop_name: to_shop_name, is_planned: false })
})

const STATES: Record<string, VisitAnomaly['state']> = { withdraw: 'withdrawn', accept: 'accepted', invalidate: 'invalid', return: 'returned' }
for (const [step, state] of Object.entries(STATES)) {
  defineOverlay(`visit_anomalies.${step}`, ['visit_anomalies'], (op, draft) => {
    draft.patch<VisitAnomaly>('visit_anomalies', (op.args as { id: string }).id, { state })
  })
}

defineOverlay('visit_anomalies.explain', ['visit_anomalies'], (op, draft) => {
  const { id, explanation } = op.args as { id: string; explanation: string }
  draft.patch<VisitAnomaly>('visit_anomalies', id, { state: 'submitted', explanation })
})

function showPhotos(
  files: FileRef[],
  visitId: string,
  draft: Parameters<Parameters<typeof defineOverlay>[2]>[1],
): void {
  for (const file of files) {
    if (draft.get('attachments', file.id)) continue
    draft.put<Attachment>('attachments', { ...file, owner_id: visitId, state: 'pending', uploaded_at: null })
  }
}
