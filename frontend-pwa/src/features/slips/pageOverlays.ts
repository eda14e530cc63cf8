// How own slips and steps on slips show before the server has them. Only these pages show them, so only they bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Attachment, Customer, InfoSlip, InfoSlipNote } from '@/widgets/rows'

const ROWS = ['info_slips', 'info_slip_notes', 'attachments']

function hang(op: Op, draft: OverlayDraft, owner_id: string): void {
  for (const file of op.files ?? []) {
    if (!draft.get('attachments', file.id)) draft.put<Attachment>('attachments', { ...file, owner_id, state: 'pending', uploaded_at: null })
  }
}

defineOverlay('info_slips.send', [...ROWS, 'customers'], (op, draft, userId) => {
  const { id, category, content, ...more } = op.args as CommandArgs<'info_slips.send'>
  if (draft.get('info_slips', id)) return
  draft.put<InfoSlip>('info_slips', {
    id,
    number: '',
    author_id: userId,
    department_id: null,
    addressee_id: more.addressee_id ?? null,
    category,
    urgency: more.urgency ?? 'normal',
    customer_id: more.customer_id ?? null,
    shop_name: more.customer_id ? (draft.get<Customer>('customers', more.customer_id)?.shop_name ?? null) : null,
    visit_id: more.visit_id ?? null,
    content,
    wanted_action: more.wanted_action ?? null,
    reply_due_on: more.reply_due_on ?? null,
    state: 'sent',
    made_at: op.made_at,
    earliest_at: null,
    latest_at: null,
    timeliness: null,
  })
  hang(op, draft, id)
})

function step(op: Op, draft: OverlayDraft, userId: string, word: InfoSlipNote['word'], change: Partial<InfoSlip>): void {
  const { id, info_slip_id, text, addressee_id } = op.args as { id: string; info_slip_id: string; text?: string | null; addressee_id?: string }
  if (draft.get('info_slip_notes', id)) return
  draft.patch<InfoSlip>('info_slips', info_slip_id, change)
  draft.put<InfoSlipNote>('info_slip_notes', { id, info_slip_id, author_id: userId, word, text: text ?? null, to_id: addressee_id ?? null, made_at: op.made_at })
  hang(op, draft, id)
}

defineOverlay('info_slips.receive', ROWS, (op, draft, userId) => step(op, draft, userId, 'receive', { state: 'received' }))
defineOverlay('info_slips.reply', ROWS, (op, draft, userId) => step(op, draft, userId, 'reply', { state: 'replied' }))
defineOverlay('info_slips.confirm', ROWS, (op, draft, userId) => step(op, draft, userId, 'confirm', { state: 'closed' }))
defineOverlay('info_slips.withdraw', ROWS, (op, draft, userId) => step(op, draft, userId, 'withdraw', { state: 'closed' }))
defineOverlay('info_slips.reject_reply', ROWS, (op, draft, userId) => step(op, draft, userId, 'unsatisfied', { state: 'received' }))
defineOverlay('info_slips.forward', ROWS, (op, draft, userId) => {
  const { addressee_id } = op.args as CommandArgs<'info_slips.forward'>
  step(op, draft, userId, 'forward', { state: 'sent', addressee_id })
})
