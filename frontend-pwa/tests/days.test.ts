// A day begins at midnight in Shanghai, whatever date formats the browser has.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { dayOf, timeOf, untilOf } from '@/widgets/days'

describe('a moment in Shanghai', () => {
  afterEach(() => vi.restoreAllMocks())

  it.each([
    ['2026-11-25T15:59:59Z', '2026-11-25', '23:59'],
    ['2026-11-25T16:00:00Z', '2026-11-26', '00:00'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01', '08:30'],
  ])('%s is of %s, at %s', (moment, day, time) => {
    const formats = Intl.DateTimeFormat.prototype as unknown as { format: object }
    vi.spyOn(formats, 'format', 'get').mockReturnValue(() => '11/25/2026')
    expect(dayOf(moment)).toBe(day)
    expect(dayOf(new Date(moment))).toBe(day)
    expect(timeOf(moment)).toBe(time)
  })
})

describe('until when', () => {
  it.each([
    ['2026-11-25T15:59:00Z', '2026-11-25 23:59'],
    ['2026-11-25T16:00:00Z', '2026-11-25 24:00'],
    ['2026-12-31T16:00:00Z', '2026-12-31 24:00'],
  ])('%s is said as %s', (moment, said) => expect(untilOf(moment)).toBe(said))
})
