// The own entries on this phone, one by one, with where each stands.

import { home, isPractising } from './home'
import { learn, useLive } from './rows'
import { firstIdAt } from './ids'
import { saveOps, type Wanted } from './outbox'
import { isRefused } from './storage'
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
export async function queueOp<N extends CommandName>(name: N, args: CommandArgs<N>, files: LocalFile[] = [], corrects?: string): Promise<Op> {
  const [op] = await queue([{ name, args, files, corrects }])
  return op as Op
}

/** Queue one command several times over, saved together: one after the other could be cut in the middle. */
export async function queueEach<N extends CommandName>(name: N, all: CommandArgs<N>[]): Promise<void> {
  await queue(all.map((args) => ({ name, args })))
}

async function queue(wanted: Wanted[]): Promise<Op[]> {
  const db = home()
  if (!db) throw new Error('nobody is signed in')
  const ops = await saveOps(db, wanted).catch((error: unknown) => {
    isRefused.value = true
    throw error
  })
  isRefused.value = false
  ops.forEach((op) => learn(db, op))
  if (!isPractising.value) void syncNow()
  return ops
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

async function read(db: UserDb, since: number): Promise<Entry[]> {
  const waiting = new Map<string, number>()
  for (const blob of await db.blobs.where('sent').equals(0).toArray()) {
    waiting.set(blob.opId, (waiting.get(blob.opId) ?? 0) + 1)
  }
  const held = await db.read('held_ops')
  const ended = new Map(held.map((row) => [row.id, row as unknown as Decided]))
  const filesWaiting = (op: Op) => waiting.get(op.id) ?? 0
  const unsent = (state: Entry['state']) => (op: Op) => ({ op, state, filesWaiting: filesWaiting(op) })
  const settled = (await db.settled.where('id').aboveOrEqual(firstIdAt(since)).toArray()).map(({ op, result }) => ({
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

/** The own entries of the last 30 days, newest first; of those that are settled only such as were made after `since`. */
export function useEntries(since = 0) {
  const { value, ready } = useLive((db) => read(db, since), [] as Entry[])
  return { entries: value, ready }
}
