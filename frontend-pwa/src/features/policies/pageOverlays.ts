// How own words on policies show before the server has them. Only these pages show them, so only they bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { Attachment, Policy, PolicyReceipt } from '@/widgets/rows'

defineOverlay('policies.publish', ['policies', 'attachments'], (op, draft, userId) => {
  const { id, department_id, replaces_id, title, category, version, text, effective_on, must_read_roles } = op.args as CommandArgs<'policies.publish'> & { id: string }
  if (draft.get('policies', id)) return
  if (replaces_id) draft.patch<Policy>('policies', replaces_id, { ended_at: op.made_at })
  draft.put<Policy>('policies', {
    id,
    department_id,
    replaces_id: replaces_id ?? null,
    title,
    category,
    version,
    text,
    effective_on,
    must_read_roles: must_read_roles ?? [],
    author_id: userId,
    made_at: op.made_at,
    ended_at: null,
  })
  for (const file of op.files ?? []) {
    if (!draft.get('attachments', file.id)) draft.put<Attachment>('attachments', { ...file, owner_id: id, state: 'pending', uploaded_at: null })
  }
})

defineOverlay('policies.read', ['policy_receipts'], (op, draft, userId) => {
  const { id, policy_id, is_understood, question } = op.args as CommandArgs<'policies.read'>
  const known = draft.all<PolicyReceipt>('policy_receipts').find((row) => row.policy_id === policy_id && row.user_id === userId)
  const said = { is_understood: is_understood ?? true, question: question ?? null }
  if (known) draft.patch<PolicyReceipt>('policy_receipts', known.id, said)
  else draft.put<PolicyReceipt>('policy_receipts', { id, policy_id, user_id: userId, read_at: op.made_at, ...said })
})
