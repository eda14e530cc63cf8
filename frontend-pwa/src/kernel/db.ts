// The only door to what this phone keeps: one database per user, and a small one for who uses the phone.

import Dexie, { type EntityTable, type Table } from 'dexie'
import type { Op, Result, Role, Row } from './types'

export interface StoredRow {
  key: string
  collection: string
  id: string
  row: Row
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
  current: 0 | 1
  /** Every name he has signed in by. */
  names?: string[]
  leaseDays?: number
  pin?: Pin
  /** Signed out without signal: the server has not heard of it yet. */
  owesLogout?: 0 | 1
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
  meta!: EntityTable<{ name: string; value: unknown }, 'name'>

  constructor(
    readonly userId: string,
    name = userId,
  ) {
    super(`fieldvisit-${name}`, { chromeTransactionDurability: 'strict' })
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
  }

  async get<T>(name: string): Promise<T | undefined> {
    return (await this.meta.get(name))?.value as T | undefined
  }

  async set(name: string, value: unknown): Promise<void> {
    await this.meta.put({ name, value })
  }

  /** The next number of a counter, inside the caller's transaction. */
  async next(name: 'seq' | 'tick'): Promise<number> {
    const number = ((await this.get<number>(name)) ?? 0) + 1
    await this.set(name, number)
    return number
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

/** The database of one user of this phone. */
export function userDb(userId: string): UserDb {
  const db = open.get(userId) ?? new UserDb(userId)
  open.set(userId, db)
  return db
}
