// How long a phone may show what it carries, whatever is done to its clock.

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { UserDb } from '@/kernel/db'
import { mintId } from '@/kernel/ids'
import { leaseIsOver, noteLanding } from '@/kernel/lease'

const DAY = 86_400_000
let db: UserDb

beforeEach(async () => {
  vi.restoreAllMocks()
  db = new UserDb(mintId())
  await noteLanding(db)
})

describe('the lease', () => {
  it('holds for as many days as were given, and no longer', async () => {
    expect(await leaseIsOver(db, 14, Date.now() + 13 * DAY)).toBe(false)
    expect(await leaseIsOver(db, 14, Date.now() + 15 * DAY)).toBe(true)
  })

  it('runs out though the clock is set back while the app is open', async () => {
    const opened = performance.now()
    for (let day = 1; day <= 15; day += 1) {
      vi.spyOn(performance, 'now').mockReturnValue(opened + day * DAY - 1000)
      expect(await leaseIsOver(db, 14, Date.now() - DAY)).toBe(day > 14)
    }
  })

  it('runs out though the clock is set back every evening and the app is opened anew every morning', async () => {
    const landed = Date.now()
    for (let day = 1; day <= 14; day += 1) {
      await db.set('leaseSpent', { ...((await db.get('leaseSpent')) as object), run: 'another page life' })
      expect(await leaseIsOver(db, 14, landed)).toBe(false)
      expect(await leaseIsOver(db, 14, landed + DAY + 1)).toBe(day === 14)
    }
  })

  it('begins anew with every pull', async () => {
    expect(await leaseIsOver(db, 14, Date.now() + 10 * DAY)).toBe(false)
    await noteLanding(db)
    expect(await leaseIsOver(db, 14, Date.now() + 10 * DAY)).toBe(false)
  })
})
