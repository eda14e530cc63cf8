// A line copied out of a map is a place, or is nothing.

import { describe, expect, it } from 'vitest'
import { pointOf } from '@/features/customers/place'

describe('a pasted place', () => {
  it.each([
    ['30.0123, 110.0456', 30.0123, 110.0456],
    ['30.0123,110.0456', 30.0123, 110.0456],
    ['30.0123,110.0456', 30.0123, 110.0456],
    ['(30.0123, 110.0456)', 30.0123, 110.0456],
    ['30.0123 110.0456', 30.0123, 110.0456],
    ['-33.9、151', -33.9, 151],
  ])('%s is read', (line, lat, lng) => {
    expect(pointOf(line)).toEqual({ lat, lng })
  })

  it.each(['', '30.0123', '110.0456, 30.0123', '30,110,5', 'abc, def', '30.0123, 181', '30.1.2, 110', '1e1, 110', 'NaN, 0'])('%s is not', (line) => {
    expect(pointOf(line)).toBeNull()
  })
})
