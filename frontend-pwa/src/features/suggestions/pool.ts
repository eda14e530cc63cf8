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

/** How each case stands by its notes: adopted once is adopted; what still waits for an answer comes before what was declined. */
export function standings(notes: FeedbackNote[]): Map<string, Standing> {
  const answered = new Set(notes.filter(({ word }) => word !== 'pool').map(({ feedback_case_id, ref_id }) => `${feedback_case_id} ${ref_id}`))
  const adopted = new Set(notes.filter(({ word }) => word === 'adopt').map(({ feedback_case_id }) => feedback_case_id))
  const found = new Map<string, Standing>()
  for (const { word, feedback_case_id: id, ref_id } of notes) {
    if (word !== 'pool') continue
    if (adopted.has(id)) found.set(id, 'adopted')
    else if (!answered.has(`${id} ${ref_id}`)) found.set(id, 'pooled')
    else if (!found.has(id)) found.set(id, 'declined')
  }
  return found
}

/** By analysis, the cases that are part of it, as far as one sees them. */
export function membersOf(notes: FeedbackNote[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { word, ref_id, feedback_case_id } of notes) {
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
