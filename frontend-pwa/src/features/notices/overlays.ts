// A notice that was read shows as read before the server has heard of it.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { Notice } from '@/widgets/rows'

defineOverlay('notices.read', ['notices'], (op, draft) => {
  const { notice_ids } = op.args as CommandArgs<'notices.read'>
  for (const id of notice_ids) draft.patch<Notice>('notices', id, { read_at: op.made_at })
})
