// The bulletin of opinions and complaints at a stand-up (S12.18): what is told aloud, before people it may be about.

import { dayBefore, dayOf } from '@/widgets/days'
import { isLate, isOpen } from '@/widgets/feedback'
import type { FeedbackCase, FeedbackNote, Meeting } from '@/widgets/rows'
import { workedBefore } from './prepare'

/** A case as it may be shown to all: nothing of whoever took it, handles it or said it. */
export interface Told {
  id: string
  number: string
  shop: string | null
  type: FeedbackCase['feedback_type']
  category: FeedbackCase['category']
  state: FeedbackCase['state']
  isLate: boolean
  result: string | null
}

/** All of a list are counted; those about somebody are `counted` only, not a word of them is told. */
export interface Part {
  all: number
  late: number
  counted: number
  told: Told[]
}

const CLOSING: FeedbackNote['word'][] = ['close', 'confirm']
const UNCALLED: Meeting['state'][] = ['draft', 'reported', 'cancelled']

function partOf(cases: FeedbackCase[], now: number): Part {
  const aboutNobody = cases.filter((row) => row.object_user_id === null)
  return {
    all: cases.length,
    late: cases.filter((row) => isLate(row, now)).length,
    counted: cases.length - aboutNobody.length,
    told: aboutNobody.map((row) => ({ id: row.id, number: row.number, shop: row.shop_name, type: row.feedback_type, category: row.category, state: row.state, isLate: isLate(row, now), result: row.state === 'closed' ? row.result : null })),
  }
}

/** What came in since a moment, what is open, those overdue first, and what was closed since. */
export function bulletinOf(cases: FeedbackCase[], notes: FeedbackNote[], since: string, now = Date.now()) {
  const after = Date.parse(since)
  const ended = new Set(notes.filter((note) => CLOSING.includes(note.word) && Date.parse(note.made_at) >= after).map((note) => note.feedback_case_id))
  const counts = cases.filter((row) => row.state !== 'withdrawn' && row.state !== 'joined')
  return {
    came: partOf(counts.filter((row) => Date.parse(row.received_at) >= after), now),
    open: partOf(counts.filter(isOpen).sort((a, b) => Number(isLate(b, now)) - Number(isLate(a, now)) || a.due_at.localeCompare(b.due_at)), now),
    closed: partOf(counts.filter((row) => row.state === 'closed' && ended.has(row.id)), now),
  }
}

/** The daily meetings of whoever chairs this one that were called for before it, the last first. */
function earlier(meetings: Meeting[], meeting: Meeting): Meeting[] {
  return meetings.filter((row) => row.kind === 'daily' && row.author_id === meeting.author_id && !UNCALLED.includes(row.state) && row.planned_start < meeting.planned_start).sort((a, b) => b.planned_start.localeCompare(a.planned_start))
}

/** Since when there is something to tell: the last daily meeting, without one the working day before. */
export function sinceOf(meetings: Meeting[], meeting: Meeting): string {
  const last = earlier(meetings, meeting).find((row) => row.started_at)
  return last?.started_at ?? `${workedBefore(dayOf(meeting.planned_start))}T00:00:00+08:00`
}

/** The last day of the month that is told of in the first daily meeting of the next; null in any other. */
export function monthTold(meetings: Meeting[], meeting: Meeting): string | null {
  const month = dayOf(meeting.planned_start).slice(0, 7)
  if (meeting.kind !== 'daily' || earlier(meetings, meeting).some((row) => dayOf(row.planned_start).startsWith(month))) return null
  return dayBefore(`${month}-01`)
}
