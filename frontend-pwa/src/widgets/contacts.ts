// How a call shows before the server has it: wherever one can call.

import { defineOverlay } from '@/kernel/overlay'
import type { ContactLog } from './rows'

defineOverlay('customers.log_contact', ['contact_logs'], (op, draft, userId) => {
  const args = op.args as Pick<ContactLog, 'id' | 'customer_id' | 'method'>
  draft.put<ContactLog>('contact_logs', { note: null, ...args, author_id: userId, made_at: op.made_at })
})
