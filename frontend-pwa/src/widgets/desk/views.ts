// Named views of a table and its chosen columns: kept in the user's own database on this device.

import { ref, watch } from 'vue'
import { useLive } from '@/kernel/rows'
import { useSession } from '@/kernel/session'
import type { Wanted } from './table'

export interface SavedView {
  name: string
  query: Wanted
  columns: string[]
}

export function useViews(page: string, standard: string[]) {
  const session = useSession()
  const views = useLive((db) => db.get<SavedView[]>(`views:${page}`).then((kept) => kept ?? []), [] as SavedView[]).value
  const kept = useLive((db) => db.get<string[]>(`columns:${page}`).then((found) => found ?? null), null as string[] | null).value
  const columns = ref(standard)
  watch(kept, (found) => (columns.value = found ?? standard), { immediate: true })

  async function choose(chosen: string[]): Promise<void> {
    columns.value = chosen
    await session.db?.set(`columns:${page}`, [...chosen])
  }
  async function keep(view: SavedView): Promise<void> {
    const others = views.value.filter(({ name }) => name !== view.name)
    await session.db?.set(`views:${page}`, [...others, view].sort((a, b) => a.name.localeCompare(b.name, 'zh')))
  }
  const drop = (dropped: string) => session.db?.set(`views:${page}`, views.value.filter(({ name }) => name !== dropped))

  return { views, columns, choose, keep, drop }
}
