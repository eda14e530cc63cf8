// What one database holds, in memory: each collection is read once for all pages, and laid over as entries come.

import { liveQuery, type Subscription } from 'dexie'
import { computed, type ComputedRef, shallowRef, type ShallowRef } from 'vue'
import type { Part, UserDb } from './db'
import { lay, type Own, ownEntries, touched, touching } from './overlay'
import type { Op, Row } from './types'

/** Rows read again whenever their collection has changed; undefined until they have been read. */
class Base {
  readonly rows: ShallowRef<Row[] | undefined> = shallowRef()
  /** A change is known that has not been read yet. */
  behind = true
  private read: Row[] | undefined
  private turn = 0
  private readonly subscription: Subscription

  constructor(db: UserDb, collection: string, part: Part, caughtUp: () => void) {
    const ask = () => {
      this.behind = true
      this.turn += 1
      return db.watch(collection)
    }
    this.subscription = liveQuery(ask).subscribe(async () => {
      const { turn } = this
      const rows = await db.read(collection, part).catch(() => undefined)
      if (turn !== this.turn) return
      this.read = rows ?? this.read
      if (!this.rows.value) this.show()
      this.behind = false
      caughtUp()
    })
  }

  show(): void {
    this.rows.value = this.read
  }

  close(): void {
    this.subscription.unsubscribe()
  }
}

/** A collection, or a part of it, as the screen shows it. */
export interface View {
  rows: ComputedRef<Row[]>
  ready: ComputedRef<boolean>
}

interface Kept extends View {
  base: Base
  holders: number
}

const NONE: Row[] = []
const nameOf = (collection: string, { ids, bundle, day }: Part) => JSON.stringify([collection, ids, bundle, day])

export class Shelf {
  private readonly kept = new Map<string, Kept>()
  private readonly own: ShallowRef<Own | undefined> = shallowRef()
  private next: Own = { pending: [], unsent: [] }
  /** Entries saved while the query that answers next was already under way, with its turn. */
  private fresh: { op: Op; turn: number }[] = []
  private turn = 0
  private readonly subscription: Subscription

  constructor(
    readonly db: UserDb,
    private readonly caughtUp: () => void,
  ) {
    const ask = () => {
      this.turn += 1
      return ownEntries(db)
    }
    this.subscription = liveQuery(ask).subscribe((own) => {
      this.fresh = this.fresh.filter(({ turn }) => turn === this.turn)
      this.next = own
      if (!this.own.value) this.showOwn()
      this.show()
    })
  }

  /** Show an entry that was saved this moment, without asking the database for it. */
  learn(op: Op): void {
    this.fresh.push({ op, turn: this.turn })
    if (!this.own.value) return
    const { pending, unsent } = this.own.value
    this.own.value = { pending: [...pending, op], unsent: [...unsent, op] }
  }

  /** The own entries that have not left the phone yet. */
  get unsent(): Op[] {
    return this.own.value?.unsent ?? []
  }

  /**
   * What came together is shown together: no page sees half of a pull, and an entry leaves the overlay only with the
   * rows that show it instead.
   */
  private show(): void {
    const bases = [...this.kept.values()].map(({ base }) => base)
    if (!this.own.value || bases.some(({ behind }) => behind)) return
    for (const base of bases) base.show()
    this.showOwn()
    this.caughtUp()
  }

  private showOwn(): void {
    const { pending, unsent } = this.next
    const fresh = this.fresh.map(({ op }) => op).filter((op) => !pending.some(({ id }) => id === op.id))
    this.own.value = { pending: [...pending, ...fresh], unsent: [...unsent, ...fresh] }
  }

  /** Made at the first call, and the same for every page that asks. */
  view(collection: string, part: Part = {}): Kept {
    const name = nameOf(collection, part)
    const known = this.kept.get(name)
    if (known) return known
    const base = new Base(this.db, collection, part, () => this.show())
    const mine = computed<Op[]>((before) => {
      const ops = touching(this.own.value?.pending ?? [], collection)
      return before?.length === 0 && ops.length === 0 ? before : ops
    })
    // Until everything is read that it takes, what was shown before stays.
    const rows = computed<Row[]>((before = NONE) => {
      const pulled = base.rows.value
      if (!pulled || !this.own.value) return before
      if (mine.value.length === 0) return pulled
      const bases = new Map([[collection, pulled]])
      for (const other of touched(mine.value)) {
        if (other === collection) continue
        const read = this.view(other).base.rows.value
        if (!read) return before
        bases.set(other, read)
      }
      return lay(mine.value, collection, bases, this.db.userId)
    })
    const made = { base, rows, ready: computed(() => rows.value !== NONE), holders: 0 }
    this.kept.set(name, made)
    return made
  }

  /** A part is let go of once nobody shows it; a whole collection stays, for the next page wants it as well. */
  hold(collection: string, part: Part): () => void {
    const held = this.view(collection, part)
    held.holders += 1
    return () => {
      held.holders -= 1
      if (held.holders > 0) return
      held.base.close()
      this.kept.delete(nameOf(collection, part))
    }
  }

  end(): void {
    this.subscription.unsubscribe()
    for (const { base } of this.kept.values()) base.close()
  }
}
