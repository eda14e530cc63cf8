// Of a deadline's lengths holds what was set last by the day; what comes later is shown beside it.

import { describe, expect, it } from 'vitest'
import { comingAfter, heldOn } from '@/widgets/deadlines'
import type { DeadlinePolicy } from '@/widgets/rows'

const row = (key: string, since: string, value: number): DeadlinePolicy => ({ id: `${key}:${since}`, key, since, value, unit: 'working_day', remind_hours: 4 })
const POLICIES = [row('a.b', '2026-12-15', 10), row('a.b', '1970-01-01', 2), row('a.b', '2026-12-01', 5), row('c.d', '2026-12-20', 7)]

describe('the lengths of a deadline', () => {
  it.each([
    ['2026-11-30', 2, [5, 10]],
    ['2026-12-01', 5, [10]],
    ['2026-12-14', 5, [10]],
    ['2026-12-15', 10, []],
  ])('on %s it is %i, and then %j', (day, held, coming) => {
    expect(heldOn(POLICIES, 'a.b', day)?.value).toBe(held)
    expect(comingAfter(POLICIES, 'a.b', day).map(({ value }) => value)).toEqual(coming)
  })

  it('is unknown where nothing holds yet', () => {
    expect(heldOn(POLICIES, 'c.d', '2026-12-19')).toBeUndefined()
    expect(comingAfter(POLICIES, 'c.d', '2026-12-19')).toHaveLength(1)
  })
})
