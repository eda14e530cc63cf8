// The own entries on this phone, one by one, with where each stands.

import { home, isPractising } from './home'
import { useLive } from './rows'
import { saveOp } from './outbox'
import { syncNow } from './sync'
import type { CommandArgs, CommandName } from './commands'
import type { UserDb } from './db'
import type { LocalFile, Op, Suggested } from './types'

export interface Entry {
  op: Op
  state: 'saved' | 'applied' | 'held' | 'rejected' | 'aside'
  receipt?: string
  reason?: string
  code?: string
  suggested?: Suggested[]
  decidedBy?: string
  note?: string
  filesWaiting: number
}

/** The args of an own entry on this phone, to be corrected; undefined once it is gone. */
export async function argsOf(id: string): Promise<Op['args'] | undefined> {
  return (await home()?.settled.get(id))?.op.args
}

/** Queue a command of the signed-in user and try to send it, unless he practises; resolves when it is saved. */
export async function queueOp<N extends CommandName>(
  name: N,
  args: CommandArgs<N>,
  files: LocalFile[] = [],
  corrects?: string,
): Promise<Op> {
  const db = home()
  if (!db) throw new Error('nobody is signed in')
  const op = await saveOp(db, name, args as Record<string, unknown>, files, corrects)
  if (!isPractising.value) void syncNow()
  return op
}

interface Decided {
  state: Entry['state']
  code: string
  decided_by_id: string | null
  decision_note: string | null
}

/** What has become of a held entry since its result: its present state, and who decided it with which words. */
function decision(row: Decided | undefined): Partial<Entry> {
  if (!row) return {}
  const { state, code, decided_by_id: decidedBy, decision_note: note } = row
  return { state, code, ...(decidedBy && { decidedBy }), ...(note && { note }) }
}

async function read(db: UserDb): Promise<Entry[]> {
  const waiting = new Map<string, number>()
  for (const blob of await db.blobs.where('sent').equals(0).toArray()) {
    waiting.set(blob.opId, (waiting.get(blob.opId) ?? 0) + 1)
  }
  const held = await db.rows.where('collection').equals('held_ops').toArray()
  const ended = new Map(held.map(({ id, row }) => [id, row as unknown as Decided]))
  const filesWaiting = (op: Op) => waiting.get(op.id) ?? 0
  const unsent = (state: Entry['state']) => (op: Op) => ({ op, state, filesWaiting: filesWaiting(op) })
  const settled = (await db.settled.toArray()).map(({ op, result }) => ({
    ...result,
    op,
    ...decision(ended.get(op.id)),
    filesWaiting: filesWaiting(op),
  }))
  const all: Entry[] = [
    ...(await db.outbox.toArray()).map(unsent('saved')),
    ...(await db.aside.toArray()).map(unsent('aside')),
    ...settled,
  ]
  return all.sort((a, b) => b.op.seq - a.op.seq)
}

/** All own entries of the last 30 days, newest first. */
export function useEntries() {
  const { value, ready } = useLive(read, [] as Entry[])
  return { entries: value, ready }
}

/** Everything this phone still owes, as a file the back office can take in. */
export async function rescueFile(db: UserDb, device: string): Promise<Blob> {
  const ops = [...(await db.outbox.orderBy('seq').toArray()), ...(await db.aside.toArray())]
  return new Blob([JSON.stringify({ proto: 1, device, ops })], { type: 'application/json' })
}
