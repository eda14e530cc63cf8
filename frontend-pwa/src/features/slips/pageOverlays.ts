// How own slips and steps on slips show before the server has them. Only these pages show them, so only they bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Attachment, Customer, Slip, SlipNote } from '@/widgets/rows'

const ROWS = ['slips', 'slip_notes', 'attachments']

function hang(op: Op, draft: OverlayDraft, owner_id: string): void {
  for (const file of op.files ?? []) {
    if (!draft.get('attachments', file.id)) draft.put<Attachment>('attachments', { ...file, owner_id, state: 'pending', uploaded_at: null })
  }
}

defineOverlay('slips.send', [...ROWS, 'customers'], (op, draft, userId) => {
  const { id, category, content, ...more } = op.args as CommandArgs<'slips.send'>
  if (draft.get('slips', id)) return
  draft.put<Slip>('slips', {
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

function step(op: Op, draft: OverlayDraft, userId: string, word: SlipNote['word'], change: Partial<Slip>): void {
  const { id, slip_id, text, addressee_id } = op.args as { id: string; slip_id: string; text?: string | null; addressee_id?: string }
  if (draft.get('slip_notes', id)) return
  draft.patch<Slip>('slips', slip_id, change)
  draft.put<SlipNote>('slip_notes', { id, slip_id, author_id: userId, word, text: text ?? null, to_id: addressee_id ?? null, made_at: op.made_at })
  hang(op, draft, id)
}

defineOverlay('slips.receive', ROWS, (op, draft, userId) => step(op, draft, userId, 'receive', { state: 'received' }))
defineOverlay('slips.reply', ROWS, (op, draft, userId) => step(op, draft, userId, 'reply', { state: 'replied' }))
defineOverlay('slips.confirm', ROWS, (op, draft, userId) => step(op, draft, userId, 'confirm', { state: 'closed' }))
defineOverlay('slips.reject_reply', ROWS, (op, draft, userId) => step(op, draft, userId, 'unsatisfied', { state: 'received' }))
defineOverlay('slips.forward', ROWS, (op, draft, userId) => {
  const { addressee_id } = op.args as CommandArgs<'slips.forward'>
  step(op, draft, userId, 'forward', { state: 'sent', addressee_id })
})
