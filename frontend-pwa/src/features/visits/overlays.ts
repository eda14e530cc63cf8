// How own visit commands change the rows on screen before any bundle shows them.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { FileRef } from '@/kernel/types'
import type { Attachment, Customer, Visit, VisitAmendment, VisitAnomaly } from '@/widgets/rows'
import { dayOf } from '@/widgets/days'
import { blankVisit } from '@/widgets/visits'

export const ROWS = ['visits', 'attachments', 'customers']

defineOverlay('visits.check_in', ROWS, (op, draft, userId) => {
  const args = op.args as CommandArgs<'visits.check_in'>
  const planned = draft.get<Visit>('visits', args.id)
  draft.put<Visit>('visits', {
    ...blankVisit,
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

export function showPhotos(
  files: FileRef[],
  visitId: string,
  draft: Parameters<Parameters<typeof defineOverlay>[2]>[1],
): void {
  for (const file of files) {
    if (draft.get('attachments', file.id)) continue
    draft.put<Attachment>('attachments', { ...file, owner_id: visitId, state: 'pending', uploaded_at: null })
  }
}
