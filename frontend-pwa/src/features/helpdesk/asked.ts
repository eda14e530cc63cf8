// How own requests and messages show before the server has them. Only these pages show them, so only they bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Attachment, HelpMessage, HelpRequest } from '@/widgets/rows'

const ROWS = ['help_requests', 'help_messages', 'attachments']

function say(op: Op, draft: OverlayDraft, userId: string, id: string, request_id: string, text: string): void {
  if (draft.get('help_messages', id)) return
  draft.put<HelpMessage>('help_messages', { id, request_id, author_id: userId, text, made_at: op.made_at })
  for (const file of op.files ?? []) {
    if (!draft.get('attachments', file.id)) draft.put<Attachment>('attachments', { ...file, owner_id: id, state: 'pending', uploaded_at: null })
  }
}

defineOverlay('helpdesk.ask', ROWS, (op, draft, userId) => {
  const { id, kind, text, page, app } = op.args as CommandArgs<'helpdesk.ask'>
  if (!draft.get('help_requests', id)) {
    draft.put<HelpRequest>('help_requests', {
      id,
      number: '',
      author_id: userId,
      kind,
      page: page ?? null,
      app: app ?? null,
      state: 'open',
      made_at: op.made_at,
      closed_at: null,
    })
  }
  say(op, draft, userId, id, id, text)
})

const wrote = (name: 'helpdesk.write' | 'helpdesk.answer', state: HelpRequest['state']) =>
  defineOverlay(name, ROWS, (op, draft, userId) => {
    const { id, request_id, text } = op.args as CommandArgs<typeof name>
    draft.patch<HelpRequest>('help_requests', request_id, { state })
    say(op, draft, userId, id, request_id, text)
  })
wrote('helpdesk.write', 'open')
wrote('helpdesk.answer', 'answered')

defineOverlay('helpdesk.close', ROWS, (op, draft) => {
  const { request_id } = op.args as CommandArgs<'helpdesk.close'>
  draft.patch<HelpRequest>('help_requests', request_id, { state: 'closed', closed_at: op.made_at })
})
