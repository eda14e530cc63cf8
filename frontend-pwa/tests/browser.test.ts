// In what the app runs, told from user agents as they were seen; and how much room is too little.

import { describe, expect, it } from 'vitest'
import { hostOf, systemOf } from '@/kernel/browser'
import { isLow } from '@/kernel/storage'
import agents from './agents.json'

describe('the window the page was opened in', () => {
  it('knows enough agents to mean something', () => {
    expect(agents.length).toBeGreaterThanOrEqual(30)
    expect(agents.filter(({ host }) => host === null).length).toBeGreaterThanOrEqual(12)
  })

  it.each(agents)('$name', ({ agent, host, system, touch }) => {
    expect(hostOf(agent)).toBe(host)
    expect(systemOf(agent, touch ?? 0)).toBe(system)
  })
})

describe('room on the phone', () => {
  const GB = 1024 ** 3
  it.each([
    [{ usage: 0, quota: 60 * GB }, false],
    [{ usage: 0.89 * GB, quota: GB }, false],
    [{ usage: 0.91 * GB, quota: GB }, true],
    [{ usage: 0.96 * GB, quota: GB }, true],
    [{ usage: 0, quota: 49 * 1024 ** 2 }, true],
    [{ usage: 0, quota: 0 }, false],
  ])('%o is little: %s', (room, low) => {
    expect(isLow(room)).toBe(low)
  })
})
