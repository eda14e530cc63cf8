// How an own log, and what is said of a log, shows before the server has it. Only the pages of logs bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import { periodOf } from '@/widgets/periods'
import type { Customer, InfoSlip, WorkLog } from '@/widgets/rows'

const ROWS = ['work_logs', 'customers', 'info_slips']
const blank = {
  zone_id: '',
  decided_by_id: null,
  decided_for_id: null,
  decided_at: null,
  plan_check: null,
  info_check: null,
  transfer_check: null,
  truth_check: null,
  grade: null,
  comment: null,
  submitted_at: null,
  earliest_at: null,
  latest_at: null,
  timeliness: null,
  due_at: '',
  missing_at: '',
  figures: { planned: 0, completed: 0, visited: 0 },
}

function write(op: Op, draft: OverlayDraft, userId: string, submits: boolean): void {
  const { id, horizon = 'day', first_on, notes = [] } = op.args as CommandArgs<'work_logs.submit'>
  const known = draft.all<WorkLog>('work_logs').find((row) => row.author_id === userId && row.horizon === horizon && row.first_on === first_on)
  const kept = new Map((known?.notes ?? []).map((note) => [note.id, note]))
  for (const { id: note_id, kind, text, is_important = false, info_slip_id = null, customer_id = null } of notes) {
    if (!text) kept.delete(note_id)
    else {
      const slip_number = info_slip_id ? (draft.get<InfoSlip>('info_slips', info_slip_id)?.number ?? null) : null
      const shop_name = customer_id ? (draft.get<Customer>('customers', customer_id)?.shop_name ?? null) : null
      kept.set(note_id, { explanation: null, ...kept.get(note_id), id: note_id, kind, text, is_important, info_slip_id, slip_number, customer_id, shop_name })
    }
  }
  draft.put<WorkLog>('work_logs', {
    ...blank,
    ...known,
    id: known?.id ?? id,
    author_id: userId,
    horizon,
    first_on,
    last_on: periodOf(horizon, first_on).last,
    notes: [...kept.values()],
    state: submits ? 'submitted' : (known?.state ?? 'open'),
    submitted_at: known?.submitted_at ?? (submits ? op.made_at : null),
  })
}

defineOverlay('work_logs.save', ROWS, (op, draft, userId) => write(op, draft, userId, false))
defineOverlay('work_logs.submit', ROWS, (op, draft, userId) => write(op, draft, userId, true))
defineOverlay('work_logs.withdraw', ['work_logs'], (op, draft) => draft.patch<WorkLog>('work_logs', (op.args as { id: string }).id, { state: 'withdrawn' }))
defineOverlay('work_logs.return', ['work_logs'], (op, draft) => {
  const { id, note } = op.args as CommandArgs<'work_logs.return'>
  draft.patch<WorkLog>('work_logs', id, { state: 'returned', comment: note })
})
defineOverlay('work_logs.review', ROWS, (op, draft) => {
  const { id, note, settled = [], ...said } = op.args as CommandArgs<'work_logs.review'>
  const log = draft.get<WorkLog>('work_logs', id)
  if (!log) return
  const notes = log.notes.map((one) => {
    const found = settled.find(({ note_id }) => note_id === one.id)
    if (!found) return one
    const slip_number = found.info_slip_id ? (draft.get<InfoSlip>('info_slips', found.info_slip_id)?.number ?? null) : one.slip_number
    return { ...one, info_slip_id: found.info_slip_id ?? one.info_slip_id, slip_number, explanation: found.explanation ?? one.explanation }
  })
  draft.patch<WorkLog>('work_logs', id, { ...said, notes, comment: note ?? null, state: 'reviewed' })
})
