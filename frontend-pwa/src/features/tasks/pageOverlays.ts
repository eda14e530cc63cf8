// How own tasks and words on them show before the server has them. Only these pages show them, so only they bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Attachment, Task, TaskNote } from '@/widgets/rows'

const ROWS = ['tasks', 'task_notes', 'attachments']

defineOverlay('tasks.assign', ROWS, (op, draft, userId) => {
  const args = op.args as CommandArgs<'tasks.assign'>
  if (draft.get('tasks', args.id)) return
  draft.put<Task>('tasks', {
    ...args,
    key_points: args.key_points ?? null,
    cautions: args.cautions ?? null,
    source_type: args.source_type ?? null,
    source_id: args.source_id ?? null,
    author_id: userId,
    progress_pct: 0,
    state: 'open',
    made_at: op.made_at,
    earliest_at: null,
    latest_at: null,
    timeliness: null,
  })
})

function say(op: Op, draft: OverlayDraft, userId: string, word: TaskNote['word'], text: string | null, change: Partial<Task>): void {
  const { id, task_id } = op.args as { id: string; task_id: string }
  if (draft.get('task_notes', id)) return
  draft.patch<Task>('tasks', task_id, change)
  const progress_pct = change.progress_pct ?? draft.get<Task>('tasks', task_id)?.progress_pct ?? 0
  draft.put<TaskNote>('task_notes', { id, task_id, author_id: userId, word, text, progress_pct, made_at: op.made_at })
  for (const file of op.files ?? []) {
    if (!draft.get('attachments', file.id)) draft.put<Attachment>('attachments', { ...file, owner_id: id, state: 'pending', uploaded_at: null })
  }
}

defineOverlay('tasks.report_progress', ROWS, (op, draft, userId) => {
  const { text, progress_pct } = op.args as CommandArgs<'tasks.report_progress'>
  say(op, draft, userId, 'progress', text ?? null, { progress_pct })
})

defineOverlay('tasks.finish', ROWS, (op, draft, userId) => {
  const { result } = op.args as CommandArgs<'tasks.finish'>
  say(op, draft, userId, 'result', result, { state: 'finished', progress_pct: 100 })
})

defineOverlay('tasks.return', ROWS, (op, draft, userId) => {
  const { note, due_on } = op.args as CommandArgs<'tasks.return'>
  say(op, draft, userId, 'return', note, { state: 'open', due_on })
})

defineOverlay('tasks.accept', ROWS, (op, draft, userId) => {
  const { note } = op.args as CommandArgs<'tasks.accept'>
  say(op, draft, userId, 'accept', note ?? null, { state: 'accepted' })
})

defineOverlay('tasks.cancel', ROWS, (op, draft, userId) => {
  const { reason } = op.args as CommandArgs<'tasks.cancel'>
  say(op, draft, userId, 'cancel', reason, { state: 'cancelled' })
})
