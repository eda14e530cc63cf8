// Everything that belongs to a visit, read online: for whoever does not carry it.

import { onMounted, shallowRef } from 'vue'
import { json } from '@/kernel/api'
import { ProblemError } from '@/kernel/problem'
import { useSession } from '@/kernel/session'
import type { Attachment, Checklist, FlowStep, ProductSpec, StockReading, VisitAmendment, VisitAnomaly, VisitAnswers, VisitComment } from '@/widgets/rows'
import { useNow } from '@/widgets/useNow'

export interface VisitParts {
  photos: Attachment[]
  anomaly: VisitAnomaly | undefined
  steps: FlowStep[]
  comments: VisitComment[]
  amendments: VisitAmendment[]
  given: VisitAnswers | undefined
  checklist: Checklist | undefined
  readings: StockReading[]
  specs: ProductSpec[]
}

export function useVisitParts(id: string) {
  const parts = shallowRef<VisitParts | null>(null)
  const { busy, problem, attempt } = useNow(() => undefined)

  async function read<T>(path: string): Promise<T> {
    return json<T>(`/api/${path}`, { token: await useSession().token() })
  }
  const list = async <T>(path: string) => (await read<{ items: T[] }>(`${path}&limit=200`)).items
  async function one<T>(path: string): Promise<T | undefined> {
    try {
      return await read<T>(path)
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) return undefined
      throw error
    }
  }

  const reload = () =>
    attempt(async () => {
      const given = await one<VisitAnswers>(`visit_answers/${id}`)
      const anomaly = await one<VisitAnomaly>(`visit_anomalies/${id}`)
      const readings = await list<StockReading>(`stock_readings?visit_id=${id}`)
      parts.value = {
        given,
        anomaly,
        readings,
        photos: await list<Attachment>(`attachments?owner_id=${id}`),
        steps: anomaly ? await list<FlowStep>(`flow_steps?entity_id=${id}`) : [],
        comments: await list<VisitComment>(`visit_comments?visit_id=${id}`),
        amendments: await list<VisitAmendment>(`visit_amendments?visit_id=${id}`),
        checklist: given && (await one<Checklist>(`checklists/${given.checklist_id}`)),
        specs: readings.length ? await list<ProductSpec>('product_specs?sort=spec_code') : [],
      }
    })
  /** Do something about the visit and read it again. */
  const change = (action: () => Promise<void>) => attempt(action).then(reload)
  onMounted(reload)
  return { parts, busy, problem, change }
}
