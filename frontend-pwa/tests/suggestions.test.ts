// The pool of suggestions: how each stands by its notes, and the counts by cause.

import { describe, expect, it } from 'vitest'
import { causesOf, counts, isPickable, membersOf, standings } from '@/features/suggestions/pool'
import type { FeedbackCase, FeedbackNote } from '@/widgets/rows'

const note = (feedback_case_id: string, word: FeedbackNote['word'], ref_id: string) => ({ id: `${feedback_case_id}${word}${ref_id}`, feedback_case_id, word, ref_id }) as FeedbackNote
const row = (id: string, category: FeedbackCase['category'], more: Partial<FeedbackCase> = {}) => ({ id, category, state: 'registered', object_user_id: null, ...more }) as FeedbackCase

describe('what became of a suggestion', () => {
  it('is what the analyses it is part of were answered, the best of them first', () => {
    const known = standings([
      note('waits', 'pool', 'a'),
      note('adopted', 'pool', 'a'),
      note('adopted', 'decline', 'a'),
      note('adopted', 'pool', 'b'),
      note('adopted', 'adopt', 'b'),
      note('declined', 'pool', 'a'),
      note('declined', 'decline', 'a'),
      note('again', 'pool', 'a'),
      note('again', 'decline', 'a'),
      note('again', 'pool', 'b'),
    ])
    expect(Object.fromEntries(known)).toEqual({ waits: 'pooled', adopted: 'adopted', declined: 'declined', again: 'pooled' })
  })

  it('is open again, and not part of it, where the analysis was taken back', () => {
    const notes = [note('1', 'pool', 'a'), note('1', 'unpool', 'a'), note('2', 'pool', 'a'), note('2', 'unpool', 'a'), note('2', 'pool', 'b')]
    expect(Object.fromEntries(standings(notes))).toEqual({ 2: 'pooled' })
    expect([...membersOf(notes).keys()]).toEqual(['b'])
  })

  it('is counted by cause, the most frequent first', () => {
    const known = standings([note('1', 'pool', 'a'), note('1', 'adopt', 'a'), note('2', 'pool', 'b')])
    const cases = [row('0', 'price'), row('1', 'supply'), row('2', 'supply'), row('3', 'supply')]
    expect(causesOf(cases, (id) => known.get(id) ?? 'open')).toEqual([
      { category: 'supply', all: 3, open: 1, adopted: 1 },
      { category: 'price', all: 1, open: 1, adopted: 0 },
    ])
  })

  it('is known by the analysis it is part of', () => {
    const known = membersOf([note('1', 'pool', 'a'), note('2', 'pool', 'a'), note('2', 'pool', 'b'), note('1', 'adopt', 'a')])
    expect([...known].map(([id, cases]) => [id, [...cases]])).toEqual([['a', ['1', '2']], ['b', ['2']]])
  })

  it('leaves out what was taken back or joined, and lets nobody pick what is about somebody', () => {
    expect([row('0', 'price', { state: 'withdrawn' }), row('1', 'price', { state: 'joined' }), row('2', 'price', { state: 'closed' })].map(counts)).toEqual([false, false, true])
    expect([row('0', 'price'), row('1', 'price', { object_user_id: 'u' })].map(isPickable)).toEqual([true, false])
  })
})
