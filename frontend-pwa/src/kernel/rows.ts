// Live rows for pages: they change by themselves when something is saved or pulled.

import { liveQuery, type Subscription } from 'dexie'
import { computed, type MaybeRefOrGetter, onScopeDispose, ref, shallowRef, toValue, watch } from 'vue'
import { overlaid } from './overlay'
import { home } from './home'
import type { UserDb } from './db'
import type { Row } from './types'

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

export function useRows<T extends Row>(collection: string) {
  const { value, ready } = useLive((db) => overlaid<T>(db, collection), [] as T[])
  return { rows: value, ready }
}

export function useRow<T extends Row>(collection: string, id: MaybeRefOrGetter<string>) {
  const { rows, ready } = useRows<T>(collection)
  return { row: computed(() => rows.value.find((row) => row.id === toValue(id))), ready }
}
