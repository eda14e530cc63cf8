// 本机 = 服务器: the own entries of each day, and which of them the server says it has.

import { json } from './api'
import type { Account, UserDb } from './db'
import type { Op } from './types'

const AT_ONCE = 500

export interface Compared {
  /** When the server was asked. */
  at: string
  /** Of all own entries here those the server does not have. */
  missing: string[]
}

export const lastCompared = (db: UserDb): Promise<Compared | undefined> => db.get<Compared>('compared')

/** Every own entry on this phone, sent or not. */
async function ownOps(db: UserDb): Promise<Op[]> {
  return [...(await db.outbox.toArray()), ...(await db.aside.toArray()), ...(await db.settled.toArray()).map(({ op }) => op)]
}

/**
 * Ask the server which own entries it has. One that it had confirmed and has no more goes back into the outbox with
 * its receipt, and its files count as unsent.
 */
export async function compare(db: UserDb, account: Account): Promise<void> {
  // First what was confirmed: an entry that settles while the server is asked is not taken for one it lost.
  const confirmed = new Set(await db.settled.toCollection().primaryKeys())
  const ids = (await ownOps(db)).map(({ id }) => id)
  const known = new Set<string>()
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const answer = await json<{ known: string[] }>('/api/sync/known', { token: account.deposit, json: { ids: ids.slice(start, start + AT_ONCE) } })
    for (const id of answer.known) known.add(id)
  }
  const missing = ids.filter((id) => !known.has(id))
  await db.transaction('rw', db.outbox, db.settled, db.blobs, db.meta, async () => {
    const lost = (await db.settled.bulkGet(missing.filter((id) => confirmed.has(id)))).filter((entry) => entry !== undefined)
    await db.outbox.bulkPut(lost.map(({ op, result }) => ({ ...op, receipt: result.receipt })))
    await db.settled.bulkDelete(lost.map(({ id }) => id))
    const again = new Set(lost.map(({ id }) => id))
    await db.blobs.filter(({ opId }) => again.has(opId)).modify({ sent: 0, refusals: 0 })
    if (again.has((await db.get<string>('last')) ?? '')) await db.set('last', null)
    await db.set('compared', { at: new Date().toISOString(), missing } satisfies Compared)
  })
}
