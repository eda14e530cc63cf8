// A second copy of every entry, outside the database: a browser that cleared, emptied or set back the one has the other.

import type { liveQuery, Subscription } from 'dexie'
import type { Account, phone, userDb, UserDb } from './db'
import { Journal, journals } from './journal'
import type { saveOp } from './outbox'
import type { Op } from './types'

/** What the first route has already; handed over, for importing it from here would cut its chunks in two. */
export interface Around {
  phone: typeof phone
  userDb: typeof userDb
  saveOp: typeof saveOp
  liveQuery: typeof liveQuery
  /** Whether entries are kept twice here is known now. */
  tell: (isKept: boolean) => void
  /** Something was put back, and wants to be sent. */
  again: () => void
}

/** What is kept of an account: enough to hand its entries in, not to open the app, so no PIN. */
type Owner = Omit<Account, 'pin' | 'current' | 'owesLogout'>

/** What the server said of an entry, and its time. */
interface Done {
  at: string
  receipt: string
}

type Note = { owner: Owner } | { op: Op } | ({ done: string } & Done)

interface Entry {
  op: Op
  done?: Done
}

const followed = new Map<string, Copy>()

/** One thing at a time is done with the journals, in all tabs, where the browser has locks. */
const alone = <T>(work: () => Promise<T>): Promise<T> => (navigator.locks ? navigator.locks.request('fieldvisit-copy', work) : work())

function ownerOf(account: Account): Owner {
  const owner: Partial<Account> & Owner = { ...account }
  delete owner.pin
  delete owner.current
  delete owner.owesLogout
  return owner
}

/** An entry as it was saved: a receipt it carries while it waits to be sent again is no part of it. */
function bare(queued: Op & { receipt?: string }): Op {
  const op = { ...queued }
  delete op.receipt
  return op
}

/** The copy of one user's entries, as this page knows it. */
class Copy {
  private readonly entries = new Map<string, Entry>()
  private owner: Owner | undefined
  private lines = 0
  /** Up to where what was settled is noted; null until all of it has been looked through once. */
  private tick: number | null = null
  private watching: Subscription | undefined
  private isOpen = false
  private work: Promise<void> = Promise.resolve()

  constructor(
    private readonly journal: Journal<Note>,
    private readonly db: UserDb,
    private readonly around: Around,
  ) {}

  /** Read what was written since the last look. Callers hold the lock. */
  async read(): Promise<Owner | undefined> {
    const notes = await this.journal.news()
    this.learn(notes)
    return this.owner
  }

  private learn(notes: Note[]): void {
    this.lines += notes.length
    for (const note of notes) {
      if ('owner' in note) this.owner = note.owner
      else if ('op' in note) this.entries.set(note.op.id, { ...this.entries.get(note.op.id), op: note.op })
      else {
        const entry = this.entries.get(note.done)
        if (entry) entry.done = { at: note.at, receipt: note.receipt }
      }
    }
  }

  /** From now on: what the database lacks is put back, and what it gains is noted. */
  follow(account: Account): void {
    const { db, around } = this
    const changes = () => Promise.all([db.outbox.count(), db.aside.count(), db.get('tick'), db.get('wiped')])
    this.watching = around.liveQuery(changes).subscribe(() => {
      this.work = this.work.then(() => (this.isOpen ? this.catchUp() : this.open(account))).catch(() => around.tell(false))
    })
  }

  stop(): void {
    this.watching?.unsubscribe()
  }

  async remove(): Promise<void> {
    this.stop()
    await this.work
    await alone(() => this.journal.remove())
  }

  private async open(account: Account): Promise<void> {
    await alone(async () => {
      await this.read()
      if (await this.db.get('wiped')) return this.journal.remove()
      const back = await this.putBack()
      await this.note(ownerOf(account))
      await this.tidy()
      if (back > 0) this.around.again()
    })
    this.isOpen = true
  }

  private async catchUp(): Promise<void> {
    if ((await this.missing()).notes.length === 0) return
    await alone(async () => {
      await this.read() // another tab may have been faster
      await this.note()
    })
  }

  private async note(owner?: Owner): Promise<void> {
    const { notes, tick } = await this.missing()
    if (owner && JSON.stringify(owner) !== JSON.stringify(this.owner)) notes.unshift({ owner })
    if (notes.length > 0) await this.journal.append(notes)
    this.learn(notes)
    this.tick = tick
    this.around.tell(true)
  }

  /** What the database has and the journal has not. */
  private missing(): Promise<{ notes: Note[]; tick: number }> {
    const { db, entries } = this
    return db.transaction('r', db.outbox, db.aside, db.settled, db.meta, async () => {
      const tick = (await db.get<number>('tick')) ?? 0
      if (await db.get('wiped')) return { notes: [], tick }
      const fresh = async (table: UserDb['outbox']) =>
        (await table.bulkGet((await table.toCollection().primaryKeys()).filter((id) => !entries.has(id)))).filter((op) => op !== undefined)
      const settled = await this.newlySettled()
      const ops = [...(await fresh(db.outbox)), ...(await fresh(db.aside)), ...settled.filter(({ id }) => !entries.has(id)).map(({ op }) => op)]
      const notes: Note[] = [
        ...ops.map((op) => ({ op: bare(op) })),
        ...settled.map(({ id, settledAt, result }) => ({ done: id, at: settledAt, receipt: result.receipt })),
      ]
      return { notes, tick }
    })
  }

  private async newlySettled() {
    const { settled } = this.db
    if (this.tick !== null) return settled.where('tick').above(this.tick).toArray()
    const ids = (await settled.toCollection().primaryKeys()).filter((id) => !this.entries.get(id)?.done)
    return (await settled.bulkGet(ids)).filter((entry) => entry !== undefined)
  }

  /** Put back what the database lacks and did not forget for good reason: queued, as it was saved. How many. */
  private async putBack(): Promise<number> {
    const { db } = this
    const lost = await db.transaction('rw', [db.outbox, db.aside, db.settled, db.meta], async () => {
      const here = new Set((await Promise.all([db.outbox, db.aside, db.settled].map((table) => table.toCollection().primaryKeys()))).flat())
      const isForgotten = await this.isForgotten()
      const gone = [...this.entries.values()].filter((entry) => !here.has(entry.op.id) && !isForgotten(entry))
      await db.outbox.bulkPut(gone.map(({ op, done }) => ({ ...op, ...(done && { receipt: done.receipt }) })))
      const last = Math.max(0, ...[...this.entries.values()].map(({ op }) => op.seq))
      if (last > ((await db.get<number>('seq')) ?? 0)) await db.set('seq', last)
      if (gone.length > 0) await db.set('putBack', ((await db.get<number>('putBack')) ?? 0) + gone.length)
      return gone
    })
    await this.giveUpFiles(lost)
    return lost.length
  }

  /** A photo is kept once: one that was lost before it was sent is waited for no longer, and people see that. */
  private async giveUpFiles(lost: Entry[]): Promise<void> {
    const files = lost.flatMap(({ op, done }) => (done ? [] : (op.files ?? [])))
    for (const { id } of files) {
      if (!(await this.db.blobs.get(id))) await this.around.saveOp(this.db, 'attachments.give_up', { attachment_id: id, reason: 'lost_on_phone' })
    }
  }

  /** What `settled` keeps no longer need not be kept here either. */
  private async isForgotten(): Promise<(entry: Entry) => boolean> {
    const before = (await this.db.get<string>('forgotten')) ?? ''
    return ({ done }) => done !== undefined && done.at < before
  }

  /** Write the journal anew once a quarter of it is of no use any more. */
  private async tidy(): Promise<void> {
    const isForgotten = await this.isForgotten()
    const wanted = [...this.entries.values()].filter((entry) => !isForgotten(entry))
    const notes: Note[] = [
      ...(this.owner ? [{ owner: this.owner }] : []),
      ...wanted.flatMap(({ op, done }) => [{ op }, ...(done ? [{ done: op.id, ...done }] : [])]),
    ]
    if (notes.length > this.lines * 0.75) return
    await this.journal.replace(notes)
    this.entries.clear()
    this.lines = 0
    this.learn(notes)
  }
}

/** Keep a second copy of every account's entries on this phone, and put back what its database lost. */
export async function startCopies(around: Around): Promise<void> {
  const folder = await journals()
  if (!folder) {
    around.tell(false)
    return
  }
  await alone(() => putBackAccounts(folder, around))
  around.liveQuery(() => around.phone.accounts.toArray()).subscribe((accounts) => {
    for (const [userId, copy] of followed) {
      if (accounts.some((account) => account.userId === userId)) continue
      copy.stop()
      followed.delete(userId)
    }
    for (const account of accounts) {
      if (followed.has(account.userId)) continue
      const copy = new Copy(new Journal(folder, account.userId), around.userDb(account.userId), around)
      followed.set(account.userId, copy)
      copy.follow(account)
    }
  })
}

/** Whose account the database lost may hand his entries in as before; to open the app he signs in again. */
async function putBackAccounts(folder: FileSystemDirectoryHandle, around: Around): Promise<void> {
  const { phone, userDb } = around
  const users = new Set<string>()
  for await (const name of folder.keys()) users.add(name.split('.')[0] ?? '')
  for (const userId of users) {
    if (await phone.accounts.get(userId)) continue
    const owner = await new Copy(new Journal(folder, userId), userDb(userId), around).read()
    if (owner) await phone.accounts.add({ ...owner, current: 0 })
  }
}

/** Leave no copy of a user's entries on this phone. */
export async function removeCopy(userId: string): Promise<void> {
  const copy = followed.get(userId)
  followed.delete(userId)
  if (copy) return copy.remove()
  const folder = await journals()
  if (folder) await alone(() => new Journal(folder, userId).remove())
}
