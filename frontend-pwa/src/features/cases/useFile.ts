// A case with its steps and plans for the file: what the phone carries of it, else (at a desk, or long over) read online.

import { computed, shallowRef, watch } from 'vue'
import { json } from '@/kernel/api'
import { useRow, useRows } from '@/kernel/rows'
import { useSession } from '@/kernel/session'
import type { FeedbackCase, FeedbackNote, RectificationPlan } from '@/widgets/rows'
import { useNow } from '@/widgets/useNow'

/** The steps and plans of a case, read online. */
export async function readFile(id: string): Promise<{ notes: FeedbackNote[]; plans: RectificationPlan[] }> {
  const token = await useSession().token()
  const all = async <T>(name: string) => (await json<{ items: T[] }>(`/api/${name}?feedback_case_id=${id}&limit=200`, { token })).items
  const [notes, plans] = await Promise.all([all<FeedbackNote>('feedback_notes'), all<RectificationPlan>('rectification_plans')])
  return { notes, plans }
}

export function useFile(id: () => string) {
  const session = useSession()
  const { row: carried, ready } = useRow<FeedbackCase>('feedback_cases', id)
  const { rows: carriedNotes } = useRows<FeedbackNote>('feedback_notes')
  const { rows: carriedPlans } = useRows<RectificationPlan>('rectification_plans')
  const { busy, problem, attempt } = useNow(() => undefined)
  const read = shallowRef<{ row: FeedbackCase; notes: FeedbackNote[]; plans: RectificationPlan[] }>()
  const isElsewhere = computed(() => ready.value && !carried.value)

  watch(
    isElsewhere,
    () =>
      isElsewhere.value &&
      attempt(async () => {
        const row = await json<FeedbackCase>(`/api/feedback_cases/${id()}`, { token: await session.token() })
        read.value = { row, ...(await readFile(id())) }
      }),
    { immediate: true },
  )
  const ofCase = <T extends { feedback_case_id: string }>(rows: T[]) => rows.filter((one) => one.feedback_case_id === id())
  const notes = computed(() => read.value?.notes ?? ofCase(carriedNotes.value))
  return {
    row: computed(() => read.value?.row ?? carried.value),
    notes: computed(() => [...notes.value].sort((a, b) => a.made_at.localeCompare(b.made_at))),
    plans: computed(() => read.value?.plans ?? ofCase(carriedPlans.value)),
    ready: computed(() => ready.value && (!isElsewhere.value || (!busy.value && (!!read.value || !!problem.value)))),
    problem,
  }
}
