// What a meeting is made of, as its form holds it.

import type { CommandArgs } from '@/kernel/commands'
import { mintId } from '@/kernel/ids'
import { dayOf, timeOf } from '@/widgets/days'
import type { Meeting } from '@/widgets/rows'

export type Kind = Meeting['kind']
export type AgendaItem = Meeting['agenda'][number]

export interface Content {
  kind: Kind
  source: Meeting['source']
  theme: string
  purpose: string
  content: string
  start: string
  end: string
  place: string
  outline: string
  recorder: string
  invitees: string[]
  agenda: AgendaItem[]
}

export const KINDS: Kind[] = ['daily', 'weekly', 'monthly_marketing', 'special_topic', 'other']
export const FORMS: AgendaItem['form'][] = ['theme', 'visits', 'feedback', 'speeches', 'comments', 'work_assignment', 'exchange', 'discussion', 'analysis_briefing', 'study', 'training']
export const TONES: Record<Meeting['state'], string> = {
  draft: '',
  reported: 'info',
  notified: 'warn',
  in_session: 'warn',
  minutes_pending: 'bad',
  minutes_submitted: 'bad',
  accepted: 'bad',
  published: 'good',
  cancelled: '',
}
export const PLANNED: Meeting['state'][] = ['draft', 'reported']
export const CALLED: Meeting['state'][] = ['notified', 'in_session']
export const OVER: Meeting['state'][] = ['published', 'cancelled']

/** A moment as a date-and-time field shows it, on Shanghai's clocks; and back. */
export const fieldOf = (moment: string): string => `${dayOf(moment)}T${timeOf(moment)}`
export const momentOf = (field: string): string => `${field.slice(0, 16)}:00+08:00`

export const itemOf = (form: AgendaItem['form'], title: string, minutes = 5): AgendaItem => ({ id: mintId(), form, title, speaker_id: null, minutes, is_done: false })

export const contentOf = (meeting: Meeting): Content => ({
  kind: meeting.kind,
  source: meeting.source,
  theme: meeting.theme,
  purpose: meeting.purpose ?? '',
  content: meeting.content ?? '',
  start: fieldOf(meeting.planned_start),
  end: fieldOf(meeting.planned_end),
  place: meeting.place ?? '',
  outline: meeting.outline ?? '',
  recorder: meeting.recorder_id ?? '',
  invitees: [...meeting.invitee_ids],
  agenda: meeting.agenda.map((item) => ({ ...item })),
})

export const argsOf = (id: string, content: Content): CommandArgs<'meetings.save'> & { id: string } => ({
  id,
  kind: content.kind,
  source: content.source,
  theme: content.theme,
  purpose: content.purpose.trim() || null,
  content: content.content.trim() || null,
  planned_start: momentOf(content.start),
  planned_end: momentOf(content.end),
  place: content.place.trim() || null,
  outline: content.outline.trim() || null,
  recorder_id: content.recorder || null,
  invitee_ids: content.invitees,
  agenda: content.agenda.filter(({ title }) => title.trim()),
})

/** Whether a meeting is reported before it is called: all but the daily, and the weekly as the department has it. */
export const needsReport = (kind: Kind, weeklyDoes: boolean): boolean => kind !== 'daily' && (kind !== 'weekly' || weeklyDoes)
