// Saving: an entry and its files go into the outbox in one durable transaction, and only then is it "saved".

import type { UserDb } from './db'
import { mintId } from './ids'
import type { Clock, LocalFile, Op } from './types'

/** This page life; an anchor's elapsed time means something only within it. */
export const RUN = mintId()

interface Anchored {
  anchor: string
  at: number
  run: string
}

export async function rememberAnchor(db: UserDb, anchor: string): Promise<void> {
  await db.set('anchor', { anchor, at: performance.now(), run: RUN } satisfies Anchored)
}

/** The last word of the server on the time, and how long ago it came where that can be told. */
export async function clockOf(db: UserDb): Promise<Clock | undefined> {
  const known = await db.get<Anchored>('anchor')
  if (!known) return undefined
  const clock: Clock = { anchor: known.anchor, run: RUN }
  if (known.run === RUN) clock.elapsed_ms = Math.max(0, Math.round(performance.now() - known.at))
  return clock
}

function localIso(now: Date): string {
  const offset = -now.getTimezoneOffset()
  const sign = offset < 0 ? '-' : '+'
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0')
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, -1)
  return `${local}${sign}${two(offset / 60)}:${two(offset % 60)}`
}

/** A command to be queued, with the files that belong to it and the entry it corrects. */
export interface Wanted {
  name: string
  args: object
  files?: LocalFile[]
  corrects?: string
}

/** Queue a command; resolves when the transaction is complete: the entry is saved on this phone. */
export async function saveOp(db: UserDb, name: string, args: object, files: LocalFile[] = []): Promise<Op> {
  const [op] = await saveOps(db, [{ name, args, files }])
  return op as Op
}

/** Queue commands; resolves when the one transaction is complete: all of them are saved on this phone, or none. */
export async function saveOps(db: UserDb, wanted: Wanted[]): Promise<Op[]> {
  const now = new Date()
  return db.transaction('rw', db.outbox, db.blobs, db.meta, async () => {
    const clock = await clockOf(db)
    const ops: Op[] = []
    for (const { name, args, files = [], corrects } of wanted) {
      const op: Op = {
        id: mintId(now.getTime()),
        seq: await db.next('seq'),
        name,
        v: 1,
        made_at: localIso(now),
        ...(clock && { clock }),
        ...(corrects && { corrects }),
        // What will be sent is JSON; a page may hand over reactive objects, which the database cannot hold.
        args: JSON.parse(JSON.stringify(args)) as Op['args'],
        ...(files.length > 0 && {
          files: files.map(({ id, sha256, bytes, type, kind }) => ({ id, sha256, bytes: bytes.byteLength, type, kind })),
        }),
      }
      await db.outbox.add(op)
      await db.blobs.bulkAdd(
        files.map(({ id, bytes, sha256, type }) => ({
          id,
          opId: op.id,
          bytes,
          sha256,
          type,
          sent: 0 as const,
          refusals: 0,
          madeAt: now.getTime(),
        })),
      )
      ops.push(op)
    }
    return ops
  })
}
