// The day written down by itself: findings of visits, slips, finished tasks, changed files, and what is planned next.

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRows } from '@/kernel/rows'
import { useSession } from '@/kernel/session'
import { dayOf } from '@/widgets/days'
import { type Period, periodAfter } from '@/widgets/periods'
import type { Customer, CustomerChange, InfoSlip, Task, TaskNote, Visit, VisitPlan, WorkLog } from '@/widgets/rows'
import { type Kind, type Note, noteOf } from './content'

const SHOPS_NAMED = 6
const OF_SLIPS: Partial<Record<InfoSlip['category'], Kind>> = { market_info: 'market', compliance: 'market', price: 'market', brand_info: 'brand', customer_info: 'customer', suggestion: 'customer', query: 'customer', grumble: 'customer', complaint: 'customer' }
// What a summary takes over from the logs of its days.
const CARRIED: Kind[] = ['problem', 'request', 'experience']

/** What a day brings into its log, and whether all of it is here. */
export function useDayNotes(day: string) {
  const { t, te } = useI18n()
  const session = useSession()
  const visits = useRows<Visit>('visits', () => ({ day }))
  const slips = useRows<InfoSlip>('info_slips')
  const tasks = useRows<Task>('tasks')
  const words = useRows<TaskNote>('task_notes')
  const changes = useRows<CustomerChange>('customer_changes')
  const customers = useRows<Customer>('customers')
  const plans = useRows<VisitPlan>('visit_plans')
  const all = [visits, slips, tasks, words, changes, customers, plans]

  const isMine = (row: { author_id: string }) => row.author_id === session.user?.id
  const nameOf = (id: string) => customers.rows.value.find((row) => row.id === id)?.shop_name ?? null
  const fieldOf = (name: string) => (te(`field.${name}`) ? t(`field.${name}`) : name)

  const ofVisits = computed(() =>
    visits.rows.value
      .filter((row) => row.visitor_id === session.user?.id && row.state === 'completed' && row.findings)
      .map((row) => noteOf({ id: row.id, kind: 'visit', text: row.findings ?? '', customer_id: row.customer_id, shop_name: row.shop_name })),
  )
  const ofSlips = computed(() =>
    slips.rows.value
      .filter((row) => isMine(row) && dayOf(row.made_at) === day)
      .map((row) => noteOf({ id: row.id, kind: OF_SLIPS[row.category] ?? 'problem', text: row.content, is_important: true, info_slip_id: row.id, customer_id: row.customer_id, shop_name: row.shop_name })),
  )
  const ofTasks = computed(() =>
    words.rows.value
      .filter((row) => isMine(row) && row.word === 'result' && dayOf(row.made_at) === day)
      .map((row) => noteOf({ id: row.id, kind: 'work', text: t('worklogs.finished', { task: tasks.rows.value.find((task) => task.id === row.task_id)?.title ?? '', result: row.text ?? '' }) })),
  )
  const ofFiles = computed(() => {
    const todays = changes.rows.value.filter((row) => isMine(row) && dayOf(row.made_at) === day).sort((a, b) => a.id.localeCompare(b.id))
    const first = todays.filter((row, at) => todays.findIndex((one) => one.customer_id === row.customer_id) === at)
    return first.map(({ id, customer_id }) => {
      const fields = new Set(todays.filter((row) => row.customer_id === customer_id).map((row) => fieldOf(row.field)))
      return noteOf({ id, kind: 'customer', text: t('worklogs.changed', { fields: [...fields].join(t('worklogs.and')) }), customer_id, shop_name: nameOf(customer_id) })
    })
  })
  const next = computed(() => {
    const on = periodAfter('day', { first: day, last: day }).first
    const plan = plans.rows.value.find((row) => isMine(row) && row.horizon === 'day' && row.first_on === on)
    if (!plan?.items.length) return []
    const names = plan.items.slice(0, SHOPS_NAMED).map((item) => item.shop_name).join(t('worklogs.and'))
    return [noteOf({ id: plan.id, kind: 'tomorrow', text: t('worklogs.planned', { day: on, n: plan.items.length, names }) })]
  })
  return {
    notes: computed<Note[]>(() => [...ofVisits.value, ...ofTasks.value, ...ofSlips.value, ...ofFiles.value, ...next.value]),
    ready: computed(() => all.every(({ ready }) => ready.value)),
  }
}

/** What a summary takes over from the logs of its days, each note with its day. */
export function carriedFrom(logs: WorkLog[], period: Period): Note[] {
  return logs
    .filter((log) => log.horizon === 'day' && log.first_on >= period.first && log.first_on <= period.last)
    .sort((a, b) => a.first_on.localeCompare(b.first_on))
    .flatMap((log) => log.notes.filter(({ kind }) => CARRIED.includes(kind)).map(({ id, kind, text }) => noteOf({ id, kind, text: `${log.first_on.slice(5)} ${text}` })))
}
