// The only door to what this phone keeps: one database per user, and a small one for who uses the phone.

import Dexie, { type Collection, type EntityTable, type Table } from 'dexie'
import type { Op, Result, Role, Row } from './types'

export interface StoredRow {
  key: string
  collection: string
  id: string
  row: Row
}

/** Which rows of a collection are meant, where all would be many: these, those of one bundle, or of one day. */
export interface Part {
  ids?: string[]
  bundle?: string
  day?: string
}

export interface Settled {
  id: string
  seq: number
  op: Op
  result: Result
  /** The server's time that settled it. */
  settledAt: string
  /** Where it stands among settlings and pulls, see `tick`. */
  tick: number
}

export interface Blob {
  id: string
  opId: string
  bytes: ArrayBuffer
  sha256: string
  type: string
  sent: 0 | 1
  /** The server's time of the first push after it was sent: no earlier than the sending; '' until then. */
  sentBy?: string | undefined
  refusals: number
  madeAt: number
}

/** A PIN as the phone keeps it: a slow hash, and how often it was wrong in a row. */
export interface Pin {
  salt: Uint8Array
  hash: Uint8Array
  wrong: number
}

export interface Account {
  userId: string
  username: string
  name: string
  role: Role
  device: string
  deposit: string
  /** The server's public key for rescue files; absent until he signs in to a server that has one. */
  rescueKey?: string
  current: 0 | 1
  /** Every name he has signed in by. */
  names?: string[]
  leaseDays?: number
  pin?: Pin
  /** Signed out without signal: the server has not heard of it yet. */
  owesLogout?: 0 | 1
}

/** A rescue file that a wiped phone could not hand in yet: nobody but the server can open it. */
export interface Sealed {
  id: string
  bytes: ArrayBuffer
  ops: number
  files: number
}

/** Everything of one user on this phone. `durability: strict`, for "saved" must survive a dying battery. */
export class UserDb extends Dexie {
  rows!: Table<StoredRow, [string, string, string]>
  bundles!: EntityTable<{ key: string; rev: number }, 'key'>
  outbox!: EntityTable<Op & { receipt?: string }, 'id'>
  settled!: EntityTable<Settled, 'id'>
  aside!: EntityTable<Op, 'id'>
  blobs!: EntityTable<Blob, 'id'>
  drafts!: EntityTable<{ key: string; value: unknown }, 'key'>
  sealed!: EntityTable<Sealed, 'id'>
  meta!: EntityTable<{ name: string; value: unknown }, 'name'>

  constructor(
    readonly userId: string,
    name = userId,
  ) {
    // Pages keep what they read (kernel/rows): a second copy would only cost time.
    super(`fieldvisit-${name}`, { chromeTransactionDurability: 'strict', cache: 'disabled' })
    this.version(1).stores({
      rows: '[key+collection+id], collection, key',
      bundles: 'key',
      outbox: 'id, seq',
      settled: 'id, seq, tick',
      aside: 'id, seq',
      blobs: 'id, sent',
      drafts: 'key',
      meta: 'name',
    })
    // One row, and today's visits, are found among those of seven weeks.
    this.version(2).stores({ rows: '[key+collection+id], [collection+id], key, [collection+row.day]' })
    // What may be forgotten is found without reading the photos and entries of a month.
    this.version(3)
      .stores({ sealed: 'id', blobs: 'id, sent, [sent+sentBy]', settled: 'id, seq, tick, settledAt' })
      .upgrade((before) => before.table('blobs').where('sent').equals(1).modify({ sentBy: '' }))
  }

  async get<T>(name: string): Promise<T | undefined> {
    return (await this.meta.get(name))?.value as T | undefined
  }

  async set(name: string, value: unknown): Promise<void> {
    await this.meta.put({ name, value })
  }

  /** The rows of a collection. */
  async read(collection: string, part: Part = {}): Promise<Row[]> {
    const kept = await Promise.all(this.kept(collection, part).map((found) => found.toArray()))
    return kept.flat().map(({ row }) => row)
  }

  /** One question for each row asked for: a cursor over them all would be slower. */
  private kept(collection: string, { ids, bundle, day }: Part): Collection<StoredRow>[] {
    if (ids !== undefined) return ids.map((id) => this.rows.where('[collection+id]').equals([collection, id]))
    if (bundle !== undefined) return [this.rows.where('[key+collection+id]').between([bundle, collection, Dexie.minKey], [bundle, collection, Dexie.maxKey])]
    if (day !== undefined) return [this.rows.where('[collection+row.day]').equals([collection, day])]
    return [this.rows.where('[collection+id]').between([collection, Dexie.minKey], [collection, Dexie.maxKey])]
  }

  /** Put bundles in the place of what was here under their keys and those that are gone, in one transaction. */
  replace(bundles: { key: string; rev: number; rows: Record<string, Row[]> }[], gone: string[] = []): Promise<void> {
    return this.transaction('rw', this.rows, this.bundles, this.meta, async () => {
      await this.drop([...gone, ...bundles.map(({ key }) => key)])
      await this.bundles.bulkPut(bundles.map(({ key, rev }) => ({ key, rev })))
      await this.rows.bulkPut(
        bundles.flatMap(({ key, rows }) =>
          Object.entries(rows).flatMap(([collection, list]) => list.map((row) => ({ key, collection, id: row.id, row }))),
        ),
      )
      await this.tellChanged(bundles.flatMap(({ rows }) => Object.keys(rows)))
    })
  }

  /** Drop bundles, inside the caller's transaction over `rows`, `bundles` and `meta`. */
  async drop(keys: string[]): Promise<void> {
    const rows = await this.rows.where('key').anyOf(keys).primaryKeys()
    await this.rows.bulkDelete(rows)
    await this.bundles.bulkDelete(keys)
    await this.tellChanged(rows.map(([, collection]) => collection))
  }

  /** Show nothing of what was pulled any more; own entries stay. */
  hideBundles(): Promise<void> {
    return this.transaction('rw', this.rows, this.bundles, this.meta, async () => {
      const collections = (await this.rows.toCollection().primaryKeys()).map(([, collection]) => collection)
      await this.rows.clear()
      await this.bundles.clear()
      await this.tellChanged(collections)
      await this.set('etag', null)
    })
  }

  /** Keep only what the server has not had yet: its order to wipe takes the rest at once. */
  async forgetReadable(): Promise<void> {
    await this.transaction('rw', [this.rows, this.bundles, this.meta, this.settled, this.drafts, this.blobs], async () => {
      await this.hideBundles()
      await this.settled.clear()
      await this.drafts.clear()
      await this.set('wiped', true)
      await this.blobs.where('sent').equals(1).delete()
    })
  }

  /**
   * Whoever awaits this inside a live query is told of the next change to the collection. One word for a whole
   * collection is cheaper by far than watching each of its rows.
   */
  watch(collection: string): Promise<unknown> {
    return this.get(`changed:${collection}`)
  }

  private async tellChanged(collections: string[]): Promise<void> {
    await this.meta.bulkPut([...new Set(collections)].map((collection) => ({ name: `changed:${collection}`, value: Math.random() })))
  }

  /** The next number of a counter, or the first of so many, inside the caller's transaction. */
  async next(name: 'seq' | 'tick', many = 1): Promise<number> {
    const last = (await this.get<number>(name)) ?? 0
    await this.set(name, last + many)
    return last + 1
  }
}

class PhoneDb extends Dexie {
  accounts!: EntityTable<Account, 'userId'>

  constructor() {
    super('fieldvisit', { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ accounts: 'userId, username' })
  }
}

export const phone = new PhoneDb()
const open = new Map<string, UserDb>()

/** Leave nothing of a user on this phone. */
export async function deleteUser(userId: string): Promise<void> {
  await phone.accounts.delete(userId)
  await userDb(userId).delete()
  await Dexie.delete('fieldvisit-practice')
  open.delete(userId)
}

/** The database of one user of this phone. */
export function userDb(userId: string): UserDb {
  const db = open.get(userId) ?? new UserDb(userId)
  open.set(userId, db)
  return db
}
