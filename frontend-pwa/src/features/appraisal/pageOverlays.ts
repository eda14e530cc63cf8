// How own appraisals show before the server has them. Only the pages of appraisals bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import { periodOf } from '@/widgets/periods'
import type { MaintenanceAppraisal } from '@/widgets/rows'

const ROWS = ['maintenance_appraisals']
const blank = { zone_id: '', evidence: null, due_at: '', reported_at: null, earliest_at: null, latest_at: null, timeliness: null }

function write(op: Op, draft: OverlayDraft, userId: string, reports: boolean): void {
  const { record_check = null, satisfaction = null, target_completion = null, quality_score = null, comment = null, ...args } = op.args as CommandArgs<'maintenance_appraisals.report'> & { id: string }
  const known = draft.get<MaintenanceAppraisal>('maintenance_appraisals', args.id)
  const said = { record_check, satisfaction, target_completion, quality_score, comment }
  const state = reports ? ('reported' as const) : ('draft' as const)
  draft.put<MaintenanceAppraisal>('maintenance_appraisals', { ...blank, last_on: periodOf('month', args.first_on).last, ...known, ...args, ...said, author_id: userId, state, reported_at: reports ? op.made_at : null })
}

defineOverlay('maintenance_appraisals.save', ROWS, (op, draft, userId) => write(op, draft, userId, false))
defineOverlay('maintenance_appraisals.report', ROWS, (op, draft, userId) => write(op, draft, userId, true))
