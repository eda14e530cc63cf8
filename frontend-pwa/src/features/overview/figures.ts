// The zone's figures as the reports tell them, and how a page asks for them.

import { computed, ref, shallowRef } from 'vue'
import { json, request } from '@/kernel/api'
import type { components } from '@/kernel/schema'
import { useSession } from '@/kernel/session'
import { saveFile } from '@/widgets/files'
import { useNow } from '@/widgets/useNow'

export type OverviewRow = components['schemas']['ZoneOverviewRow']
export type StructureRow = components['schemas']['StructureRow']

/** “—” where there is nothing to divide by, or nothing the reader's role is shown. */
export const percent = (share: number | null) => (share === null ? '—' : `${Math.round(share * 1000) / 10}%`)
export const figure = (value: number | null) => (value === null ? '—' : String(value))
export const ofPlan = (done: number | null, planned: number | null) => (done === null || planned === null ? '—' : `${done} / ${planned}`)
export const share = (part: number | null, whole: number | null) => (part === null || !whole ? null : part / whole)

export function useFigures() {
  const session = useSession()
  const { busy, problem, attempt } = useNow(() => undefined)
  const overview = shallowRef<OverviewRow[]>([])
  const structure = shallowRef<StructureRow[]>([])
  const ready = ref(false)
  const zoneId = ref<string | null>(null)

  const zones = computed(() => overview.value.filter(({ level }) => level === 'zone'))
  const head = computed(() => (zoneId.value ? zones.value.find((row) => row.zone_id === zoneId.value) : overview.value.find(({ level }) => level === 'total')))
  const inside = computed(() => overview.value.filter((row) => !['total', 'zone'].includes(row.level) && (!zoneId.value || row.zone_id === zoneId.value)))
  const part = (dimension: StructureRow['dimension']) => structure.value.filter((row) => row.zone_id === zoneId.value && row.dimension === dimension)

  const load = () =>
    attempt(async () => {
      const token = await session.token()
      const [figures, shops] = await Promise.all([
        json<{ rows: OverviewRow[] }>('/api/reports/zone_overview', { token }),
        json<{ rows: StructureRow[] }>('/api/reports/shop_structure', { token }),
      ])
      overview.value = figures.rows
      structure.value = shops.rows
      ready.value = true
    })
  const save = (report: string, name: string) =>
    attempt(async () => {
      const asked = zoneId.value ? `?zone_id=${zoneId.value}` : ''
      const answer = await request(`/api/reports/${report}.xlsx${asked}`, { token: await session.token() })
      saveFile(await answer.blob(), `${name}.xlsx`)
    })

  return { busy, problem, ready, zoneId, zones, head, inside, part, load, save }
}
