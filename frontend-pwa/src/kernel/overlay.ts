// The screen is bundles + overlay: own entries that no bundle shows yet are laid over what was pulled.

import type { UserDb } from './db'
import type { Op, Row } from './types'

export interface OverlayDraft {
  get<T extends Row>(collection: string, id: string): T | undefined
  all<T extends Row>(collection: string): T[]
  put<T extends Row>(collection: string, row: T): void
  patch<T extends Row>(collection: string, id: string, change: Partial<T>): void
}

interface Overlay {
  collections: string[]
  apply(op: Op, draft: OverlayDraft, userId: string): void
}

const overlays = new Map<string, Overlay>()

/** Say how a command changes the rows on screen, and which collections it reads or changes; said anew, that holds. */
export function defineOverlay(name: string, collections: string[], apply: Overlay['apply']): void {
  overlays.set(name, { collections, apply })
}

export interface Own {
  /** Still to be laid over, in order: all unsent, and those settled until a pull that started after their result has landed, or their own bundle has come. */
  pending: Op[]
  unsent: Op[]
}

/** The own entries the screen must add to what was pulled. */
export function ownEntries(db: UserDb): Promise<Own> {
  return db.transaction('r', db.outbox, db.settled, db.bundles, db.meta, async () => {
    const landed = (await db.get<number>('landed')) ?? 0
    const settled = await db.settled.where('tick').above(landed).toArray()
    const held = await db.bundles.bulkGet(settled.map(({ id }) => `op:${id}`))
    const shown = settled.filter(({ result }, index) => result.state === 'applied' || !held[index])
    const unsent = await db.outbox.toArray()
    return { unsent, pending: [...shown.map(({ op }) => op), ...unsent].sort((a, b) => a.seq - b.seq) }
  })
}

/** Those of the entries that read or change a collection. */
export function touching(ops: Op[], collection: string): Op[] {
  return ops.filter((op) => overlays.get(op.name)?.collections.includes(collection))
}

/** Every collection the entries read or change. */
export function touched(ops: Op[]): string[] {
  return [...new Set(ops.flatMap((op) => overlays.get(op.name)?.collections ?? []))]
}

/** The rows of `collection` with the entries laid over; `bases` holds what was pulled of all `touched` collections. */
export function lay(ops: Op[], collection: string, bases: Map<string, Row[]>, userId: string): Row[] {
  const tables = new Map([...bases].map(([name, rows]) => [name, new Map(rows.map((row) => [row.id, row]))]))
  const draft: OverlayDraft = {
    get: <R extends Row>(name: string, id: string) => tables.get(name)?.get(id) as R | undefined,
    all: <R extends Row>(name: string) => [...(tables.get(name)?.values() ?? [])] as R[],
    put: (name, row) => void tables.get(name)?.set(row.id, row),
    patch: (name, id, change) => {
      const row = tables.get(name)?.get(id)
      if (row) tables.get(name)?.set(id, { ...row, ...change })
    },
  }
  for (const op of ops) overlays.get(op.name)?.apply(op, draft, userId)
  return [...(tables.get(collection)?.values() ?? [])]
}

/** The rows of a collection as the screen shows them, once. */
export async function overlaid<T extends Row>(db: UserDb, collection: string): Promise<T[]> {
  const ops = touching((await ownEntries(db)).pending, collection)
  const bases = new Map<string, Row[]>()
  for (const name of [collection, ...touched(ops)]) bases.set(name, await db.read(name))
  return lay(ops, collection, bases, db.userId) as T[]
}
