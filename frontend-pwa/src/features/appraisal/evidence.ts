// The figures an appraisal is written beside: which there are, how they are read, and where the rows behind each are listed.

import type { RouteLocationRaw } from 'vue-router'
import type { components } from '@/kernel/schema'

export type Evidence = components['schemas']['EvidenceFigures']
type Key = 'plan' | 'coverage' | 'frequency' | 'progress' | 'doubted' | 'hours' | 'logs' | 'late' | 'grade' | 'info' | 'slips' | 'meetings' | 'tasks' | 'cases' | 'files' | 'satisfaction' | 'mean' | 'sales' | 'lastYear'
type Said = 'of' | 'share' | 'hours' | 'grade' | 'cases' | 'files' | 'change' | 'visits'

/** Whose month it is, and who leads him. */
export interface About {
  person: string
  manager: string
  first: string
  last: string
}
export interface Line {
  key: Key
  /** The words it is read in, with what stands in them; a text stands for itself. */
  said: Said | string
  with?: Record<string, string | number>
  to?: RouteLocationRaw
}

const number = (value: number) => value.toLocaleString('en')
const percent = (value: number, sign = '') => `${value > 0 ? sign : ''}${Math.round(value * 1000) / 10}%`
const NOTHING = '—'

function part(key: Key, n: number | null, all: number, share: number | null, to?: RouteLocationRaw): Line {
  if (n === null || all === 0) return { key, said: NOTHING, to }
  return { key, said: share === null ? 'of' : 'share', with: { n: number(n), all: number(all), ...(share !== null && { share: percent(share) }) }, to }
}

/** The figures in groups, as they are read from top to bottom. */
export function groupsOf(found: Evidence, { person, manager, first, last }: About): { name: 'visits' | 'logs' | 'work' | 'shops'; lines: Line[] }[] {
  const visitsOf = (id: string) => ({ path: '/desk/visits', query: { visitor_id: id, day_from: first, day_to: last } })
  const visits = visitsOf(person)
  const logs = { name: 'logs', query: { of: person } }
  return [
    {
      name: 'visits',
      lines: [
        part('plan', found.planned_done, found.planned, found.visit_plan_completion, visits),
        part('coverage', found.visited_shops, found.shops, found.visit_coverage, visits),
        part('frequency', found.attained_shops, found.shops, found.frequency_attainment, visits),
        ...(found.target_count === null ? [] : [{ key: 'progress' as const, said: found.month_visit_progress === null ? NOTHING : percent(found.month_visit_progress), to: { name: 'plans' } }]),
        { key: 'doubted', said: 'visits', with: { n: number(found.doubted) }, to: visits },
        { key: 'hours', said: 'hours', with: { n: number(found.field_hours) }, to: visits },
      ],
    },
    {
      name: 'logs',
      lines: [
        part('logs', found.logs_in_time, found.logs_due, found.log_submit_rate, logs),
        { key: 'late', said: 'of', with: { n: found.logs_late + found.logs_unproven, all: found.logs_missing }, to: logs },
        { key: 'grade', said: found.log_grade === null ? NOTHING : 'grade', with: { n: found.log_grade ?? '' }, to: logs },
        part('info', found.passed_on, found.important_notes, found.important_info_transfer, logs),
        part('slips', found.slips_in_time, found.slips_answered, found.slip_reply_timely, { name: 'slips' }),
      ],
    },
    {
      name: 'work',
      lines: [
        part('meetings', found.meetings_attended, found.meetings_called, null, { name: 'meetings' }),
        part('tasks', found.tasks_in_time, found.tasks_due, null, { name: 'tasks' }),
        { key: 'cases', said: 'cases', with: { n: found.cases_shared, all: found.cases_written }, to: { name: 'maintenance' } },
        { key: 'files', said: 'files', with: { n: found.changed_files, all: found.file_changes } },
      ],
    },
    {
      name: 'shops',
      lines: [
        part('satisfaction', found.satisfied, found.satisfaction_answers, found.satisfaction_rate, visitsOf(manager)),
        { key: 'mean', said: found.satisfaction_mean === null ? NOTHING : String(found.satisfaction_mean), to: visitsOf(manager) },
        { key: 'sales', said: !found.order_qty ? NOTHING : found.yoy_growth === null ? number(found.order_qty) : 'change', with: { n: number(found.order_qty), share: percent(found.yoy_growth ?? 0, '+') }, to: { name: 'reports', params: { name: 'sales_by_place' } } },
        { key: 'lastYear', said: number(found.last_year_qty), to: { name: 'reports', params: { name: 'sales_by_place' } } },
      ],
    },
  ]
}
