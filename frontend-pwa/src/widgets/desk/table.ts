// What a page says of its table, and the state of it: filters, order and the open row stand in the address.

import { computed, ref, shallowRef, watch } from 'vue'
import { type LocationQuery, useRoute, useRouter } from 'vue-router'
import { json, request } from '@/kernel/api'
import { useSession } from '@/kernel/session'
import type { Row } from '@/kernel/types'
import { saveFile } from '@/widgets/files'
import { usePages } from '@/widgets/usePages'

export interface Column<R extends Row> {
  key: string
  label: string
  text: (row: R) => string
  /** The field the server sorts by; none where it does not. */
  sort?: string
  /** A badge's colour instead of plain text. */
  tone?: (row: R) => string
  /** Not shown until it is chosen. */
  isExtra?: boolean
}

export interface Option {
  value: string
  label: string
  group?: string
}

export interface Filter {
  name: string
  label: string
  /** `given` is only ever set by a link. */
  kind: 'choice' | 'days' | 'text' | 'given'
  options?: Option[]
}

export interface TableSpec<R extends Row> {
  /** Names the page for what is kept of it on this device. */
  page: string
  collection: string
  title: string
  /** The order where none is asked for. */
  sort: string
  columns: Column<R>[]
  filters: Filter[]
  /** What the search looks through; none where there is no search. */
  search?: string
  /** Rows can be ticked, and something be done with all of them. */
  picks?: boolean
  /** What further keys do on this page. */
  keys?: string
  /** What the file is called. */
  file: string
}

const PAGE = 50
const MAX_PAGE = 200

export type Wanted = Record<string, string>

const namesOf = (filters: Filter[]) => filters.flatMap(({ name, kind }) => (kind === 'days' ? [`${name}_from`, `${name}_to`] : [name]))

/** The part of an address that asks for rows. */
function wantedOf(query: LocationQuery, names: string[]): Wanted {
  const found: Wanted = {}
  for (const name of names) {
    const value = query[name]
    if (typeof value === 'string' && value !== '') found[name] = value
  }
  return found
}

export function useTable<R extends Row>(spec: () => TableSpec<R>) {
  const route = useRoute()
  const router = useRouter()
  const session = useSession()
  const here = route.path
  const pages = usePages<R>()
  const fetched = shallowRef<R | null>(null)
  const saving = ref(false)

  const names = computed(() => [...namesOf(spec().filters), ...(spec().search ? ['q'] : [])])
  const wanted = computed(() => wantedOf(route.query, names.value))
  const sort = computed(() => (typeof route.query.sort === 'string' ? route.query.sort : spec().sort))
  const asked = computed(() => new URLSearchParams({ ...wanted.value, sort: sort.value }).toString())
  const rowId = computed(() => (typeof route.query.row === 'string' ? route.query.row : null))
  const open = computed(() => pages.rows.value.find(({ id }) => id === rowId.value) ?? (fetched.value?.id === rowId.value ? fetched.value : null))

  const load = () => pages.ask(`${spec().collection}?${asked.value}&limit=${PAGE}`)

  /** Change what the address asks for; an empty value takes it out. */
  function want(changes: Record<string, string | null>): void {
    const query = Object.fromEntries(Object.entries({ ...route.query, ...changes }).filter(([, value]) => value))
    void router.replace({ query })
  }

  /** Ask for just this, as a saved view does. */
  function wantOnly(query: Wanted): void {
    void router.replace({ query })
  }

  const read = async <T>(path: string) => json<T>(`/api/${spec().collection}${path}`, { token: await session.token() })

  /** A row that an address names but that is not on the pages read so far. */
  async function fetchOpen(): Promise<void> {
    const id = rowId.value
    if (!id || !pages.ready.value || open.value) return
    await pages.attempt(async () => {
      fetched.value = await read<R>(`/${encodeURIComponent(id)}`)
    })
  }

  /** Read what is shown once more without taking it off the screen, so that nobody loses his place. */
  async function reload(): Promise<void> {
    const limit = Math.min(Math.max(pages.rows.value.length, PAGE), MAX_PAGE)
    await pages.attempt(async () => {
      const page = await read<{ items: R[]; next: string | null }>(`?${asked.value}&limit=${limit}`)
      pages.rows.value = page.items
      pages.next.value = page.next
      pages.ready.value = true
      const id = rowId.value
      if (id && !page.items.some((row) => row.id === id)) fetched.value = await read<R>(`/${encodeURIComponent(id)}`)
    })
  }

  async function save(form: 'csv' | 'xlsx'): Promise<void> {
    saving.value = true
    await pages.attempt(async () => {
      const answer = await request(`/api/${spec().collection}.${form}?${asked.value}`, { token: await session.token() })
      saveFile(await answer.blob(), `${spec().file}.${form}`)
    })
    saving.value = false
  }

  watch(
    asked,
    () => {
      if (route.path === here) void load()
    },
    { immediate: true },
  )
  watch([rowId, pages.ready], () => void fetchOpen(), { immediate: true })

  return { ...pages, wanted, sort, rowId, open, saving, want, wantOnly, reload, save }
}
