import { describe, expect, it } from 'vitest'
import { bulletinOf, monthTold, sinceOf } from '@/features/meetings/bulletin'
import type { FeedbackCase, FeedbackNote, Meeting } from '@/widgets/rows'

const SINCE = '2026-12-07T00:00:00Z'
const NOW = Date.parse('2026-12-08T00:00:00Z')
const caseOf = (id: string, more: Partial<FeedbackCase> = {}) =>
  ({ id, number: id, shop_name: `shop ${id}`, feedback_type: 'complaint', category: 'delivery', state: 'handling', received_at: '2026-12-07T02:00:00Z', due_at: '2026-12-09T00:00:00Z', object_user_id: null, content: 'CANARY', finding: 'CANARY', result: null, ...more }) as FeedbackCase
const closing = (id: string, made_at: string) => ({ id: `n${id}`, feedback_case_id: id, word: 'confirm', made_at, text: 'CANARY' }) as FeedbackNote
const meetingOf = (id: string, planned_start: string, more: Partial<Meeting> = {}) => ({ id, author_id: 'mm', kind: 'daily', state: 'published', planned_start, started_at: planned_start, ...more }) as Meeting
const ids = ({ told }: { told: { id: string }[] }) => told.map(({ id }) => id)

describe('the bulletin of a stand-up (S12.18)', () => {
  it('tells what came in since the last one, what is open, overdue first, and what was closed with its result', () => {
    const cases = [
      caseOf('new'),
      caseOf('old', { received_at: '2026-12-01T02:00:00Z', due_at: '2026-12-07T00:00:00Z' }),
      caseOf('done', { received_at: '2026-12-01T02:00:00Z', state: 'closed', result: 'said sorry' }),
      caseOf('before', { received_at: '2026-12-01T02:00:00Z', state: 'closed' }),
      caseOf('gone', { state: 'withdrawn' }),
    ]
    const { came, open, closed } = bulletinOf(cases, [closing('done', '2026-12-07T03:00:00Z'), closing('before', '2026-12-02T03:00:00Z')], SINCE, NOW)
    expect([ids(came), ids(open), ids(closed)]).toEqual([['new'], ['old', 'new'], ['done']])
    expect([open.all, open.late, closed.told[0]?.result]).toEqual([2, 1, 'said sorry'])
  })

  it('counts a case about somebody and says not a word of it, nor of any case what was said', () => {
    const cases = [caseOf('plain'), caseOf('about', { object_user_id: 'am', shop_name: 'SECRET', result: 'SECRET' }), caseOf('over', { object_user_id: 'am', state: 'closed', result: 'SECRET' })]
    const told = bulletinOf(cases, [closing('over', '2026-12-07T03:00:00Z')], SINCE, NOW)
    expect([told.came.all, told.came.counted, told.closed.all, told.closed.counted]).toEqual([3, 2, 1, 1])
    expect([ids(told.came), ids(told.open), ids(told.closed)]).toEqual([['plain'], ['plain'], []])
    expect(JSON.stringify(told)).not.toMatch(/SECRET|CANARY|about|over"/)
    const open = bulletinOf(cases.map((row) => ({ ...row, object_user_id: null })), [], SINCE, NOW)
    expect(JSON.stringify(open), 'without whom it is about they would be told').toContain('SECRET')
  })

  it('begins with the last daily meeting of the same chair, without one with the working day before', () => {
    const monday = meetingOf('now', '2026-12-07T00:00:00Z', { state: 'in_session' })
    const others = [meetingOf('other', '2026-12-04T00:00:00Z', { author_id: 'else' }), meetingOf('off', '2026-12-04T00:00:00Z', { state: 'cancelled', started_at: null }), meetingOf('week', '2026-12-04T00:00:00Z', { kind: 'weekly' })]
    expect(sinceOf([monday, ...others], monday)).toBe('2026-12-04T00:00:00+08:00')
    expect(sinceOf([monday, ...others, meetingOf('last', '2026-12-03T00:00:00Z')], monday)).toBe('2026-12-03T00:00:00Z')
  })

  it('tells of the month before in the first daily meeting of a month, and only there', () => {
    const first = meetingOf('first', '2026-12-01T00:00:00Z')
    const second = meetingOf('second', '2026-12-02T00:00:00Z')
    const all = [meetingOf('before', '2026-11-30T00:00:00Z'), first, second]
    expect([monthTold(all, first), monthTold(all, second), monthTold(all, { ...first, kind: 'weekly' })]).toEqual(['2026-11-30', null, null])
  })
})
