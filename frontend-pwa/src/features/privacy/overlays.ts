// How a request about one's own data shows before the server has it.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { PrivacyRequest } from '@/widgets/rows'

const ROWS = ['privacy_requests']

defineOverlay('privacy_requests.submit', ROWS, (op, draft, userId) => {
  const args = op.args as CommandArgs<'privacy_requests.submit'>
  draft.put<PrivacyRequest>('privacy_requests', { ...args, author_id: userId, state: 'submitted', made_at: op.made_at, decided_by_id: null, decided_for_id: null, decided_at: null })
})

const to = (name: string, state: string) =>
  defineOverlay(name, ROWS, (op, draft) => draft.patch<PrivacyRequest>('privacy_requests', String(op.args.id), { state }))

to('privacy_requests.resubmit', 'submitted')
to('privacy_requests.withdraw', 'withdrawn')
to('privacy_requests.grant', 'granted')
to('privacy_requests.refuse', 'refused')
to('privacy_requests.return', 'returned')
