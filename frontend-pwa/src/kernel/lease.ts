// How long a phone may show what it carries without hearing from the server.

import type { UserDb } from './db'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 14

/** What the server's clock said when it was last heard. */
export async function heardAt(db: UserDb, serverNow: string): Promise<void> {
  await db.set('serverTime', Date.parse(serverNow))
}

/** A pull has landed: both clocks as they stand. */
export async function noteLanding(db: UserDb): Promise<void> {
  await db.set('pulledAt', new Date().toISOString())
  await db.set('pulledServerTime', await db.get('serverTime'))
}

/** Whether the last landed pull is too long ago, by the phone's clock or by the server's as last heard. */
export async function leaseIsOver(db: UserDb, days = DEFAULT_DAYS, now = Date.now()): Promise<boolean> {
  const pulledAt = await db.get<string>('pulledAt')
  if (!pulledAt) return false
  const heard = await db.get<number>('serverTime')
  const heardThen = await db.get<number>('pulledServerTime')
  const ago = Math.max(now - Date.parse(pulledAt), heard && heardThen ? heard - heardThen : 0)
  return ago > days * DAY_MS
}
