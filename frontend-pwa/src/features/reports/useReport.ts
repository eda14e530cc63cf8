// A report as the server counts it; the last answer stays on this phone, so that one's own figures can be read without signal.

import { ref, shallowRef } from 'vue'
import { json, request } from '@/kernel/api'
import { NetworkError } from '@/kernel/problem'
import { useSession } from '@/kernel/session'
import { saveFile } from '@/widgets/files'
import { useNow } from '@/widgets/useNow'
import type { Definition, PeriodKind, ReportRow } from './definitions'

export interface Asked {
  definition: Definition
  period: PeriodKind
  /** A day of the period; without one the present, or the last there are figures of. */
  day: string | null
}
interface Kept {
  rows: ReportRow[]
  at: string
}

const query = ({ definition, period, day }: Asked) =>
  new URLSearchParams({ period, ...(definition.asks && day ? { [definition.asks]: day } : {}) }).toString()
const keptAs = ({ definition, period }: Asked) => `report:${definition.name}:${period}`

export function useReport() {
  const session = useSession()
  const { busy, problem, attempt } = useNow(() => undefined)
  const rows = shallowRef<ReportRow[] | null>(null)
  /** Set where the figures are those of an earlier answer. */
  const keptAt = ref<string | null>(null)
  let latest = 0

  const load = (asked: Asked) =>
    attempt(async () => {
      const mine = ++latest
      try {
        const told = await json<{ rows: ReportRow[] }>(`/api/reports/${asked.definition.name}?${query(asked)}`, { token: await session.token() })
        if (mine !== latest) return
        rows.value = told.rows
        keptAt.value = null
        await session.db?.set(keptAs(asked), { rows: told.rows, at: new Date().toISOString() } satisfies Kept)
      } catch (error) {
        const kept = error instanceof NetworkError ? await session.db?.get<Kept>(keptAs(asked)) : undefined
        if (mine !== latest) return
        rows.value = kept?.rows ?? null
        keptAt.value = kept?.at ?? null
        if (!kept) throw error
      }
    })
  const save = (asked: Asked, form: 'xlsx' | 'csv', name: string) =>
    attempt(async () => {
      const answer = await request(`/api/reports/${asked.definition.name}.${form}?${query(asked)}`, { token: await session.token() })
      saveFile(await answer.blob(), `${name}.${form}`)
    })
  return { busy, problem, rows, keptAt, load, save }
}
