// How own visit commands change the rows on screen before any bundle shows them.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { FileRef } from '@/kernel/types'
import type { Attachment, Customer, Visit } from '@/widgets/rows'
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
  place_refusal: null,
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
