// What a meeting is about, from what this phone carries: logs, visits, opinions, slips, tasks of those one leads (S5.1, S5.2, S5.11).

import { computed } from 'vue'
import { useRows } from '@/kernel/rows'
import { useSession } from '@/kernel/session'
import { dayBefore } from '@/widgets/days'
import { isOpen } from '@/widgets/feedback'
import { isWeekend } from '@/widgets/periods'
import type { FeedbackCase, InfoSlip, Task, Visit, WorkLog } from '@/widgets/rows'

const FEEDBACK: InfoSlip['category'][] = ['suggestion', 'query', 'grumble', 'complaint']

/** The working day before a day, as far as weekends tell. */
export function workedBefore(day: string): string {
  let before = dayBefore(day)
  while (isWeekend(before)) before = dayBefore(before)
  return before
}

export function usePreparation(day: string) {
  const before = workedBefore(day)
  const session = useSession()
  const { rows: logs, ready: logged } = useRows<WorkLog>('work_logs')
  const { rows: visits, ready: visited } = useRows<Visit>('visits', () => ({ day: before }))
  const { rows: slips, ready: told } = useRows<InfoSlip>('info_slips')
  const { rows: cases, ready: complained } = useRows<FeedbackCase>('feedback_cases')
  const { rows: tasks, ready: asked } = useRows<Task>('tasks')
  const isMine = (id: string) => id === session.user?.id

  const takenOver = computed(() => new Set(cases.value.map(({ source_id }) => source_id)))
  const made = computed(() => visits.value.filter((row) => !isMine(row.visitor_id)))
  return {
    before,
    ready: computed(() => [logged, visited, told, complained, asked].every(({ value }) => value)),
    /** Logs of that day of those one leads, those to be reviewed first. */
    logs: computed(() => logs.value.filter((row) => row.horizon === 'day' && row.first_on === before && !isMine(row.author_id) && row.submitted_at).sort((a, b) => b.state.localeCompare(a.state))),
    /** Their visits: planned, and of those made. */
    planned: computed(() => made.value.filter((row) => row.is_planned && row.state !== 'cancelled').length),
    completed: computed(() => made.value.filter((row) => row.is_planned && row.state === 'completed').length),
    /** Own visits of that day with what was found (S11.14). */
    own: computed(() => visits.value.filter((row) => isMine(row.visitor_id) && row.state === 'completed')),
    feedback: computed(() => cases.value.filter(isOpen)),
    /** Slips that say an opinion nobody has taken over yet; what they say may be about somebody. */
    feedbackSlips: computed(() => slips.value.filter((row) => FEEDBACK.includes(row.category) && row.state !== 'closed' && !takenOver.value.has(row.id))),
    news: computed(() => slips.value.filter((row) => !FEEDBACK.includes(row.category) && row.state !== 'closed')),
    problems: computed(() => tasks.value.filter((row) => row.state === 'open' && row.due_on <= day)),
  }
}
