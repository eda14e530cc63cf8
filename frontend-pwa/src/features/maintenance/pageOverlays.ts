// How own cases and comments show before the server has them. Only the page of cases brings this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { MaintenanceCase } from '@/widgets/rows'

const WIDTH = { none: 0, zone: 1, department: 2 }

defineOverlay('maintenance_cases.write', ['maintenance_cases'], (op, draft, userId) => {
  const { skill_tags = [], customer_id = null, ...args } = op.args as CommandArgs<'maintenance_cases.write'> & { id: string }
  const known = draft.get<MaintenanceCase>('maintenance_cases', args.id)
  draft.put<MaintenanceCase>('maintenance_cases', { zone_id: '', mm_comment: null, commented_by_id: null, shared: 'none', made_at: op.made_at, ...known, ...args, customer_id, skill_tags, author_id: userId })
})
defineOverlay('maintenance_cases.comment', ['maintenance_cases'], (op, draft, userId) => {
  const { id, mm_comment, shared = 'none' } = op.args as CommandArgs<'maintenance_cases.comment'> & { id: string }
  const known = draft.get<MaintenanceCase>('maintenance_cases', id)
  if (known) draft.patch<MaintenanceCase>('maintenance_cases', id, { mm_comment, commented_by_id: userId, shared: WIDTH[shared] > WIDTH[known.shared] ? shared : known.shared })
})
