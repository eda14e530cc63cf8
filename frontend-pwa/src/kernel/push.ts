// Push: the head of the outbox goes out again and again, the same bytes, until the server has named every op.

import { json } from './api'
import type { Account, UserDb } from './db'
import { heardAt } from './lease'
import { rememberAnchor } from './outbox'
import { NetworkError, ProblemError } from './problem'
import { roomToTell } from './storage'
import type { Op, PushAnswer } from './types'

const MAX_OPS = 50
const MAX_BYTES = 200 * 1024
const KEEP_MS = 30 * 24 * 3600 * 1000

export interface Told {
  session: PushAnswer['session']
  /** How long to wait before pushing again, if the server asked to stop. */
  waitMs: number | null
  /** The phone is to forget everything, once what is left has been handed in. */
  wipe: boolean
}

async function head(db: UserDb, limit: number): Promise<Op[]> {
  const batch: Op[] = []
  let size = 0
  for (const op of await db.outbox.orderBy('seq').limit(limit).toArray()) {
    size += new TextEncoder().encode(JSON.stringify(op)).length
    if (batch.length > 0 && size > MAX_BYTES) break
    batch.push(op)
  }
  return batch
}

async function envelope(db: UserDb, ops: Op[]): Promise<Record<string, unknown>> {
  const oldest = await db.outbox.orderBy('seq').first()
  const sealed = await db.sealed.toArray()
  return {
    proto: 1,
    epoch: (await db.get('epoch')) ?? null,
    last: (await db.get('last')) ?? null,
    app: __APP__,
    now: new Date().toISOString(),
    pending: {
      ops: (await db.outbox.count()) + sealed.reduce((sum, { ops }) => sum + ops, 0),
      files: (await db.blobs.where('sent').equals(0).count()) + sealed.reduce((sum, { files }) => sum + files, 0),
      ...(oldest && { oldest: oldest.made_at }),
      ...(await roomToTell()),
    },
    ops,
  }
}

/** After a restore: what was settled goes back into the outbox with its receipt, and its files count as unsent. */
async function resend(db: UserDb, epoch: string): Promise<void> {
  await db.transaction('rw', db.outbox, db.settled, db.blobs, db.meta, async () => {
    const settled = await db.settled.toArray()
    await db.outbox.bulkPut(settled.map(({ op, result }) => ({ ...op, receipt: result.receipt })))
    await db.settled.clear()
    await db.blobs.toCollection().modify({ sent: 0, sentBy: undefined, refusals: 0 })
    await db.set('epoch', epoch)
    await db.set('last', null)
  })
}

async function settle(db: UserDb, answer: PushAnswer): Promise<void> {
  await db.transaction('rw', db.outbox, db.settled, db.meta, async () => {
    const found = await db.outbox.bulkGet(answer.results.map(({ id }) => id))
    const named = answer.results.flatMap((result, index) => {
      const op: (Op & { receipt?: string }) | undefined = found[index]
      delete op?.receipt
      return op ? [{ op, result }] : []
    })
    const tick = await db.next('tick', named.length)
    await db.settled.bulkPut(
      named.map(({ op, result }, index) => ({ id: op.id, seq: op.seq, op, result, settledAt: answer.server_now, tick: tick + index })),
    )
    await db.outbox.bulkDelete(named.map(({ op }) => op.id))
    const last = named.at(-1)
    if (last) await db.set('last', last.op.id)
    await db.set('epoch', answer.epoch)
    await rememberAnchor(db, answer.anchor)
    await heardAt(db, answer.server_now)
  })
  await forget(db, answer)
}

/** Settled ops and sent bytes are kept until a verified backup holds them, and for 30 days. */
async function forget(db: UserDb, answer: PushAnswer): Promise<void> {
  const monthAgo = new Date(Date.parse(answer.server_now) - KEEP_MS).toISOString()
  const before = answer.safe_before !== null && answer.safe_before < monthAgo ? answer.safe_before : monthAgo
  // First the word: what is missing without it was lost, and is put back from the second copy.
  await db.set('forgotten', before)
  await db.settled.where('settledAt').below(before).delete()
  // A photo may follow its entry by weeks, and then be in no backup that has the entry.
  await db.blobs.where('[sent+sentBy]').equals([1, '']).modify({ sentBy: answer.server_now })
  await db.blobs.where('[sent+sentBy]').between([1, '0'], [1, before]).delete()
}

async function setAside(db: UserDb, op: Op): Promise<void> {
  await db.transaction('rw', db.outbox, db.aside, async () => {
    await db.aside.put(op)
    await db.outbox.delete(op.id)
  })
}

async function send(db: UserDb, account: Account, ops: Op[]): Promise<PushAnswer> {
  const answer = await json<PushAnswer>('/api/sync/push', {
    token: account.deposit,
    json: await envelope(db, ops),
  })
  if (answer.proto !== 1) throw new NetworkError()
  return answer
}

/** Empty the outbox of one user of this phone. Throws ProblemError; the outbox then is as it was. */
export async function push(db: UserDb, account: Account): Promise<Told> {
  let limit = MAX_OPS
  for (;;) {
    const ops = await head(db, limit)
    let answer: PushAnswer
    try {
      answer = await send(db, account, ops)
    } catch (error) {
      if (!(error instanceof ProblemError) || (error.status !== 413 && error.status !== 400)) throw error
      const [only] = ops
      if (only === undefined) throw error
      if (ops.length === 1) await setAside(db, only)
      else limit = error.status === 413 ? Math.ceil(ops.length / 2) : 1
      continue
    }
    if (answer.stop?.why === 'resend') {
      await resend(db, answer.epoch)
      continue
    }
    await settle(db, answer)
    const wipe = answer.wipe === true
    if (wipe) await db.forgetReadable()
    const left = await db.outbox.count()
    if (answer.stop) return { session: answer.session, waitMs: answer.stop.after_ms, wipe }
    if (left === 0) return { session: answer.session, waitMs: null, wipe }
    // An answer that settles nothing and asks for nothing would spin for ever.
    if (answer.results.length === 0) return { session: answer.session, waitMs: 5_000, wipe }
  }
}

/** Say that nothing is left here that the server asked to forget. */
export async function tellWiped(db: UserDb, account: Account): Promise<void> {
  await json('/api/sync/push', { token: account.deposit, json: { ...(await envelope(db, [])), wiped: true } })
}
