// The screen is bundles + overlay: own entries that no bundle shows yet are laid over what was pulled.

import type { UserDb } from './db'
import type { Op, Row } from './types'

export interface OverlayDraft {
  get<T extends Row>(collection: string, id: string): T | undefined
  put<T extends Row>(collection: string, row: T): void
  patch<T extends Row>(collection: string, id: string, change: Partial<T>): void
}

interface Overlay {
  collections: string[]
  apply(op: Op, draft: OverlayDraft, userId: string): void
}

const overlays = new Map<string, Overlay>()

/** Say how a command changes the rows on screen, and which collections it reads or changes. */
export function defineOverlay(name: string, collections: string[], apply: Overlay['apply']): void {
  overlays.set(name, { collections, apply })
}

/**
 * The own entries still to be laid over, in order: all unsent ones, and settled ones until a pull that
 * started after their result has landed, or their own bundle has come.
 */
async function pending(db: UserDb): Promise<Op[]> {
  const landed = (await db.get<number>('landed')) ?? 0
  const settled = await db.settled.where('tick').above(landed).toArray()
  const shown: Op[] = []
  for (const entry of settled) {
    const held = entry.result.state !== 'applied'
    if (!(held && (await db.bundles.get(`op:${entry.id}`)))) shown.push(entry.op)
  }
  return [...shown, ...(await db.outbox.toArray())].sort((a, b) => a.seq - b.seq)
}

/** The rows of a collection as the screen shows them. */
export async function overlaid<T extends Row>(db: UserDb, collection: string): Promise<T[]> {
  const ops = (await pending(db)).filter((op) => overlays.get(op.name)?.collections.includes(collection))
  const names = new Set([collection, ...ops.flatMap((op) => overlays.get(op.name)?.collections ?? [])])
  const tables = new Map<string, Map<string, Row>>()
  for (const name of names) {
    const rows = await db.rows.where('collection').equals(name).toArray()
    tables.set(name, new Map(rows.map(({ id, row }) => [id, row])))
  }
  const draft: OverlayDraft = {
    get: <R extends Row>(name: string, id: string) => tables.get(name)?.get(id) as R | undefined,
    put: (name, row) => void tables.get(name)?.set(row.id, row),
    patch: (name, id, change) => {
      const row = tables.get(name)?.get(id)
      if (row) tables.get(name)?.set(id, { ...row, ...change })
    },
  }
  for (const op of ops) overlays.get(op.name)?.apply(op, draft, db.userId)
  return [...(tables.get(collection)?.values() ?? [])] as T[]
}
