// Suggestions summed up: by cause, which of them are part of an analysis, and what was said to it (S12.9).

import type { FeedbackCase, FeedbackNote } from '@/widgets/rows'

export type Standing = 'open' | 'pooled' | 'adopted' | 'declined'
export const TONES: Record<Standing, string> = { open: 'warn', pooled: 'info', adopted: 'good', declined: '' }

export interface Cause {
  category: FeedbackCase['category']
  all: number
  open: number
  adopted: number
}

const pairOf = ({ feedback_case_id, ref_id }: FeedbackNote) => `${feedback_case_id} ${ref_id}`

/** The notes of analyses that were not taken back. */
function lasting(notes: FeedbackNote[]): FeedbackNote[] {
  const gone = new Set(notes.filter(({ word }) => word === 'unpool').map(pairOf))
  return notes.filter((note) => !gone.has(pairOf(note)))
}

/** How each case stands by its notes: adopted once is adopted; what still waits for an answer comes before what was declined. */
export function standings(all: FeedbackNote[]): Map<string, Standing> {
  const notes = lasting(all)
  const answered = new Set(notes.filter(({ word }) => word !== 'pool').map(pairOf))
  const adopted = new Set(notes.filter(({ word }) => word === 'adopt').map(({ feedback_case_id }) => feedback_case_id))
  const found = new Map<string, Standing>()
  for (const note of notes) {
    const id = note.feedback_case_id
    if (note.word !== 'pool') continue
    if (adopted.has(id)) found.set(id, 'adopted')
    else if (!answered.has(pairOf(note))) found.set(id, 'pooled')
    else if (!found.has(id)) found.set(id, 'declined')
  }
  return found
}

/** By analysis, the cases that are part of it, as far as one sees them. */
export function membersOf(notes: FeedbackNote[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { word, ref_id, feedback_case_id } of lasting(notes)) {
    if (word === 'pool' && ref_id) found.set(ref_id, (found.get(ref_id) ?? new Set()).add(feedback_case_id))
  }
  return found
}

/** One about somebody is handled by itself; one that was taken back or joined to another is not there any more. */
export const counts = (row: FeedbackCase) => row.state !== 'withdrawn' && row.state !== 'joined'
export const isPickable = (row: FeedbackCase) => row.object_user_id === null

/** By cause, the most frequent first. */
export function causesOf(cases: FeedbackCase[], standing: (id: string) => Standing): Cause[] {
  const found = new Map<string, Cause>()
  for (const { id, category } of cases) {
    const cause = found.get(category) ?? { category, all: 0, open: 0, adopted: 0 }
    cause.all += 1
    cause.open += Number(standing(id) === 'open')
    cause.adopted += Number(standing(id) === 'adopted')
    found.set(category, cause)
  }
  return [...found.values()].sort((a, b) => b.all - a.all || a.category.localeCompare(b.category))
}
