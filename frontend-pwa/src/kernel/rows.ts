// Live rows for pages: they change by themselves when something is saved or pulled.

import { liveQuery, type Subscription } from 'dexie'
import { computed, type MaybeRefOrGetter, onScopeDispose, ref, shallowRef, toValue, watch } from 'vue'
import { home } from './home'
import { Shelf } from './shelf'
import type { Part, UserDb } from './db'
import type { Op, Row } from './types'

/** Whatever a query over the database at hand finds, kept current. */
export function useLive<T>(query: (db: UserDb) => Promise<T>, empty: T) {
  const value = shallowRef<T>(empty)
  const ready = ref(false)
  let current: Subscription | undefined
  watch(
    home,
    (db) => {
      current?.unsubscribe()
      value.value = empty
      ready.value = false
      if (!db) return
      current = liveQuery(() => query(db)).subscribe((found) => {
        value.value = found
        ready.value = true
      })
    },
    { immediate: true },
  )
  onScopeDispose(() => current?.unsubscribe())
  return { value, ready }
}

let shelf: Shelf | undefined

function shelfOf(db: UserDb | null): Shelf | undefined {
  if (shelf?.db === db) return shelf
  shelf?.end()
  shelf = db ? new Shelf(db, standing) : undefined
  return shelf
}

let standing = (): void => undefined
const FIRST_SCREEN_MS = 1_000

/** The first screen stands, or has had its time: what it does not need may be fetched now. */
export const firstScreen = new Promise<void>((resolve) => {
  standing = resolve
  setTimeout(resolve, FIRST_SCREEN_MS)
})

/** The rows of a collection, kept current; with `part` a few of them, where all would be many. */
export function useRows<T extends Row>(collection: string, part?: () => Part) {
  const here = computed(() => shelfOf(home()))
  const name = computed(() => JSON.stringify(part?.()))
  if (part) {
    watch([here, name], ([now], _before, onCleanup) => onCleanup(now?.hold(collection, part()) ?? (() => undefined)), { immediate: true })
  }
  const view = computed(() => here.value?.view(collection, part?.()))
  return {
    rows: computed(() => (view.value?.rows.value ?? []) as T[]),
    ready: computed(() => view.value?.ready.value ?? false),
  }
}

/** Show an entry as soon as it is saved. */
export function learn(db: UserDb, op: Op): void {
  if (shelf?.db === db) shelf.learn(op)
}

/** The own entries that have not left the phone yet. */
export const useUnsent = () => computed(() => shelfOf(home())?.unsent ?? [])

export function useRow<T extends Row>(collection: string, id: MaybeRefOrGetter<string>) {
  const { rows, ready } = useRows<T>(collection, () => ({ ids: [toValue(id)] }))
  return { row: computed(() => rows.value.find((row) => row.id === toValue(id))), ready }
}
