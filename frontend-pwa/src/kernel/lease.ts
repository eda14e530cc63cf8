// How long a phone may show what it carries without hearing from the server.

import type { UserDb } from './db'
import { RUN } from './outbox'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 14

/** What the server's clock said when it was last heard. */
export async function heardAt(db: UserDb, serverNow: string): Promise<void> {
  await db.set('serverTime', Date.parse(serverNow))
}

/** How long the phone has been without a pull, as it felt it: its clock may be set back, time that passed stays passed. */
interface Spent {
  ms: number
  wall: number
  at: number
  run: string
}

async function spend(db: UserDb, now: number): Promise<number> {
  const before = await db.get<Spent>('leaseSpent')
  const felt = before?.run === RUN ? performance.now() - before.at : 0
  const ms = before ? before.ms + Math.max(0, now - before.wall, felt) : 0
  await db.set('leaseSpent', { ms, wall: now, at: performance.now(), run: RUN } satisfies Spent)
  return ms
}

/** A pull has landed: all clocks as they stand. */
export async function noteLanding(db: UserDb): Promise<void> {
  const now = new Date()
  await db.set('pulledAt', now.toISOString())
  await db.set('pulledServerTime', await db.get('serverTime'))
  await db.set('leaseSpent', { ms: 0, wall: now.getTime(), at: performance.now(), run: RUN } satisfies Spent)
}

/** Whether the last landed pull is too long ago: by the phone's clock, by the time it felt pass, or by the server's as last heard. */
export async function leaseIsOver(db: UserDb, days = DEFAULT_DAYS, now = Date.now()): Promise<boolean> {
  return db.transaction('rw', db.meta, async () => {
    const pulledAt = await db.get<string>('pulledAt')
    if (!pulledAt) return false
    const heard = await db.get<number>('serverTime')
    const heardThen = await db.get<number>('pulledServerTime')
    const spent = await spend(db, now)
    return Math.max(now - Date.parse(pulledAt), spent, heard && heardThen ? heard - heardThen : 0) > days * DAY_MS
  })
}
