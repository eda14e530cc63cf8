// How own meetings, and steps made on meetings, show before the server has them. Only the pages of meetings bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Meeting, MeetingAttendance, MeetingNote, Person } from '@/widgets/rows'

const blank = {
  zone_id: null,
  source: null,
  purpose: null,
  content: null,
  place: null,
  outline: null,
  recorder_id: null,
  reported_at: null,
  notified_at: null,
  started_at: null,
  ended_at: null,
  minutes: null,
  digest: null,
  published_at: null,
  cancel_reason: null,
  earliest_at: null,
  latest_at: null,
  timeliness: null,
}

defineOverlay('meetings.save', ['meetings', 'people'], (op, draft, userId) => {
  const { agenda = [], invitee_ids = [], kind = 'daily', ...args } = op.args as CommandArgs<'meetings.save'> & { id: string }
  draft.put<Meeting>('meetings', {
    ...blank,
    ...args,
    kind,
    invitee_ids,
    agenda: agenda.map((item) => ({ speaker_id: null, minutes: 5, is_done: false, ...item })),
    author_id: userId,
    department_id: draft.get<Person>('people', userId)?.department_id ?? '',
    state: 'draft',
  })
})

/** A step that changes the meeting alone. */
function changes<T extends { meeting_id: string }>(step: string, change: (args: T, op: Op, meeting: Meeting, userId: string) => Partial<Meeting>): void {
  defineOverlay(`meetings.${step}`, ['meetings'], (op, draft, userId) => {
    const args = op.args as T
    const meeting = draft.get<Meeting>('meetings', args.meeting_id)
    if (meeting) draft.patch<Meeting>('meetings', meeting.id, change(args, op, meeting, userId))
  })
}
type On = { meeting_id: string }

changes<On>('report', (_args, op) => ({ state: 'reported', reported_at: op.made_at }))
changes<On>('notify', (_args, op) => ({ state: 'notified', notified_at: op.made_at }))
changes<On & { reason: string }>('cancel', ({ reason }) => ({ state: 'cancelled', cancel_reason: reason }))
changes<On & { agenda: Meeting['agenda']; recorder_id?: string | null }>('set_agenda', ({ agenda, recorder_id }) => ({ agenda, recorder_id: recorder_id ?? null }))
changes<On>('open', (_args, op) => ({ state: 'in_session', started_at: op.made_at }))
changes<On>('end', (_args, op) => ({ state: 'minutes_pending', ended_at: op.made_at }))
changes<On>('accept', () => ({ state: 'accepted' }))
changes<On & { minutes: string }>('write_minutes', ({ minutes }, _op, meeting, userId) => ({ minutes, state: meeting.author_id === userId ? 'accepted' : 'minutes_submitted' }))
changes<On & { digest: string }>('publish', ({ digest }, op) => ({ digest, state: 'published', published_at: op.made_at }))

const attendance = (draft: OverlayDraft, meetingId: string, userId: string) => draft.all<MeetingAttendance>('meeting_attendances').find((row) => row.meeting_id === meetingId && row.user_id === userId)

defineOverlay('meetings.sign_in', ['meeting_attendances'], (op, draft, userId) => {
  const row = attendance(draft, (op.args as On).meeting_id, userId)
  if (row && row.state !== 'signed') draft.patch<MeetingAttendance>('meeting_attendances', row.id, { state: 'signed', signed_at: op.made_at })
})
defineOverlay('meetings.excuse', ['meeting_attendances'], (op, draft) => {
  const { meeting_id, user_id, is_leave } = op.args as CommandArgs<'meetings.excuse'> & On
  const row = attendance(draft, meeting_id, user_id)
  if (row) draft.patch<MeetingAttendance>('meeting_attendances', row.id, { state: is_leave ? 'leave' : 'absent' })
})
defineOverlay('meetings.read_digest', ['meeting_attendances'], (op, draft, userId) => {
  const row = attendance(draft, (op.args as On).meeting_id, userId)
  if (row) draft.patch<MeetingAttendance>('meeting_attendances', row.id, { digest_read_at: row.digest_read_at ?? op.made_at })
})
defineOverlay('meetings.note', ['meeting_notes'], (op, draft, userId) => {
  const note = op.args as CommandArgs<'meetings.note'> & On
  if (!draft.get('meeting_notes', note.id)) draft.put<MeetingNote>('meeting_notes', { ...note, author_id: userId, made_at: op.made_at })
})
