// A month of opinions and complaints as the server counts it for whoever chairs; kept on this phone once it was told.

import { ref, shallowRef, watch } from 'vue'
import { json } from '@/kernel/api'
import { NetworkError, ProblemError } from '@/kernel/problem'
import type { components } from '@/kernel/schema'
import { useSession } from '@/kernel/session'

type Schemas = components['schemas']
interface Month {
  figures: Schemas['ComplaintRow'] | null
  causes: Schemas['ComplaintCauseRow'][]
}
const READERS = ['market_manager', 'department_manager', 'general_admin']

export function useMonthBulletin(day: () => string | null) {
  const session = useSession()
  const month = shallowRef<Month | null>(null)
  const isWanting = ref(false)

  async function ask(on: string): Promise<Month> {
    const token = await session.token()
    const query = new URLSearchParams({ period: 'month', on }).toString()
    const [figures, causes] = await Promise.all([
      json<{ rows: Schemas['ComplaintRow'][] }>(`/api/reports/complaints?${query}`, { token }),
      json<{ rows: Schemas['ComplaintCauseRow'][] }>(`/api/reports/complaint_causes?${query}`, { token }),
    ])
    return { figures: figures.rows.find(({ level }) => level === 'total') ?? null, causes: causes.rows.filter(({ level }) => level === 'total') }
  }
  async function load(on: string): Promise<void> {
    const keptAs = `bulletin:${on}`
    try {
      month.value = await ask(on)
      await session.db?.set(keptAs, month.value)
    } catch (error) {
      if (!(error instanceof NetworkError || error instanceof ProblemError)) throw error
      month.value = (await session.db?.get<Month>(keptAs)) ?? null
      isWanting.value = !month.value
    }
  }
  watch(day, (on) => { if (on && READERS.includes(session.user?.role ?? '')) void load(on) }, { immediate: true })
  return { month, isWanting }
}
