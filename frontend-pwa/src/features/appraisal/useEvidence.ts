// The figures of somebody's month as the server counts them; the last answer stays on this phone, to write by without signal.

import { ref, shallowRef } from 'vue'
import { json } from '@/kernel/api'
import { NetworkError } from '@/kernel/problem'
import { useSession } from '@/kernel/session'
import { useNow } from '@/widgets/useNow'
import type { Evidence } from './evidence'

interface Kept {
  found: Evidence
  at: string
}

export function useEvidence(person: string, first: string) {
  const session = useSession()
  const { busy, problem, attempt } = useNow(() => undefined)
  const found = shallowRef<Evidence | null>(null)
  /** Set where the figures are those of an earlier answer. */
  const keptAt = ref<string | null>(null)
  const isOffline = ref(false)
  const key = `evidence:${person}:${first}`

  const load = () =>
    attempt(async () => {
      try {
        const asked = new URLSearchParams({ account_manager_id: person, on: first }).toString()
        const told = await json<{ rows: Evidence[] }>(`/api/reports/maintenance_evidence?${asked}`, { token: await session.token() })
        found.value = told.rows[0] ?? null
        if (found.value) await session.db?.set(key, { found: found.value, at: new Date().toISOString() } satisfies Kept)
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error
        const kept = await session.db?.get<Kept>(key)
        isOffline.value = true
        found.value = kept?.found ?? null
        keptAt.value = kept?.at ?? null
      }
    })
  return { busy, problem, found, keptAt, isOffline, load }
}
