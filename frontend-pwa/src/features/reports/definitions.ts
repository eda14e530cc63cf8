// The reports of the server as they are shown: for whom, over which periods, which figures, and which of them as bars.

import type { components } from '@/kernel/schema'

type Schemas = components['schemas']
type Rows = Schemas['FieldRow'] & Schemas['LogRow'] & Schemas['SalesByPlaceRow'] & Schemas['SalesBySpecRow'] & Schemas['ComplaintRow'] & Schemas['ComplaintCauseRow']
export type ReportRow = Partial<Omit<Rows, 'level'>> & { level?: string }
export type Kind = 'count' | 'share' | 'change' | 'hours' | 'mean' | 'yuan' | 'money'
export type PeriodKind = 'month' | 'week'

export interface Figure {
  key: keyof ReportRow
  kind: Kind
  /** What it is called, where the key alone would say too little. */
  label?: string
}

export interface Definition {
  name: 'field_visits' | 'work_logs' | 'sales_by_place' | 'sales_trend' | 'sales_by_spec' | 'complaints' | 'complaint_causes'
  roles: string[]
  /** How one period is asked for; null where the report is about many. */
  asks: 'on' | 'starts_on' | null
  /** What it begins with. */
  period: PeriodKind
  figures: Figure[]
  /** The figures drawn as bars, each with one to compare it with. */
  bars: { value: keyof ReportRow; beside?: keyof ReportRow; kind: Kind }[]
}

const FIELD = ['account_manager', 'market_manager', 'department_manager']
const ALL = [...FIELD, 'general_admin']
const OF_COMPLAINTS = ['market_manager', 'department_manager', 'general_admin', 'complaint_centre']
const of = (kind: Kind, ...keys: (keyof ReportRow)[]): Figure[] => keys.map((key) => ({ key, kind }))
const SALES: Figure[] = [
  ...of('count', 'demand_qty', 'order_qty'),
  ...of('share', 'fill_rate'),
  ...of('money', 'amount'),
  ...of('yuan', 'case_value'),
  { key: 'shops', kind: 'count', label: 'ordering_shops' },
  ...of('count', 'before_qty', 'last_year_qty'),
  ...of('change', 'yoy_growth'),
  ...of('share', 'fill_breadth', 'purchase_breadth', 'company_oos_rate'),
]
const RECEIVED = of('count', 'received', 'suggestions', 'queries', 'grumbles', 'complaints', 'valid_complaints')

export const REPORTS: Definition[] = [
  {
    name: 'field_visits',
    roles: FIELD,
    asks: 'on',
    period: 'month',
    figures: [
      ...of('count', 'planned', 'planned_done'),
      ...of('share', 'visit_plan_completion', 'visit_plan_completion_before'),
      ...of('count', 'visits', 'visits_before', 'target_count'),
      ...of('share', 'month_visit_progress'),
      ...of('count', 'shops', 'visited_shops'),
      ...of('share', 'visit_coverage', 'visit_coverage_before'),
      ...of('count', 'attained_shops'),
      ...of('share', 'frequency_attainment'),
      ...of('count', 'doubted'),
      ...of('share', 'valid_visit_rate'),
      ...of('hours', 'field_hours', 'field_hours_before'),
    ],
    bars: [
      { value: 'visit_plan_completion', beside: 'visit_plan_completion_before', kind: 'share' },
      { value: 'visit_coverage', beside: 'visit_coverage_before', kind: 'share' },
    ],
  },
  {
    name: 'work_logs',
    roles: FIELD,
    asks: 'on',
    period: 'month',
    figures: [
      ...of('count', 'logs_due', 'logs_in_time', 'logs_late', 'logs_unproven', 'logs_missing'),
      ...of('share', 'log_submit_rate', 'log_submit_rate_before'),
      ...of('count', 'logs_reviewed'),
      ...of('share', 'log_review_rate'),
      ...of('count', 'reviewed_in_time'),
      ...of('share', 'log_review_rate_timely'),
      ...of('count', 'important_notes', 'passed_on'),
      ...of('share', 'important_info_transfer'),
      ...of('count', 'slips_answered', 'slips_in_time'),
      ...of('share', 'slip_reply_timely'),
      ...of('count', 'meetings_called', 'meetings_attended'),
      ...of('share', 'meeting_attendance'),
      ...of('count', 'digests', 'digests_in_time'),
    ],
    bars: [
      { value: 'log_submit_rate', beside: 'log_submit_rate_before', kind: 'share' },
      { value: 'log_review_rate', beside: 'log_review_rate_timely', kind: 'share' },
    ],
  },
  {
    name: 'sales_by_place',
    roles: ALL,
    asks: 'starts_on',
    period: 'month',
    figures: SALES,
    bars: [
      { value: 'order_qty', beside: 'demand_qty', kind: 'count' },
      { value: 'order_qty', beside: 'last_year_qty', kind: 'count' },
    ],
  },
  { name: 'sales_trend', roles: ALL, asks: null, period: 'month', figures: SALES, bars: [{ value: 'order_qty', beside: 'demand_qty', kind: 'count' }] },
  {
    name: 'sales_by_spec',
    roles: ALL,
    asks: 'starts_on',
    period: 'week',
    figures: [...of('share', 'structure_share'), ...SALES],
    bars: [{ value: 'structure_share', kind: 'share' }],
  },
  {
    name: 'complaints',
    roles: OF_COMPLAINTS,
    asks: 'on',
    period: 'month',
    figures: [
      ...RECEIVED,
      ...of('mean', 'complaint_rate'),
      ...of('count', 'complaints_due', 'complaints_in_time', 'complaints_late', 'complaints_unproven', 'complaints_unreported'),
      ...of('share', 'complaint_timely_rate'),
      ...of('count', 'rated', 'content'),
      ...of('share', 'complaint_satisfaction'),
      ...of('mean', 'sat_time', 'sat_manner', 'sat_process', 'sat_result'),
      ...of('count', 'shops_complaining', 'shops_repeated'),
      ...of('share', 'repeat_complaint_rate'),
      ...of('count', 'rectifications_due', 'rectifications_in_time'),
      ...of('share', 'rectification_closed'),
    ],
    bars: [{ value: 'complaint_timely_rate', beside: 'complaint_satisfaction', kind: 'share' }],
  },
  { name: 'complaint_causes', roles: OF_COMPLAINTS, asks: 'on', period: 'month', figures: RECEIVED, bars: [{ value: 'received', beside: 'complaints', kind: 'count' }] },
]

const percent = (value: number, sign = false) => `${sign && value > 0 ? '+' : ''}${Math.round(value * 1000) / 10}%`
const WRITTEN: Record<Kind, (value: number) => string> = {
  count: (value) => value.toLocaleString('en'),
  share: (value) => percent(value),
  change: (value) => percent(value, true),
  hours: (value) => value.toLocaleString('en'),
  mean: (value) => value.toLocaleString('en', { maximumFractionDigits: 2 }),
  yuan: (value) => Math.round(value / 100).toLocaleString('en'),
  money: (value) => (value / 1_000_000).toLocaleString('en', { maximumFractionDigits: 1 }),
}

/** A figure as it is read; “—” where there is nothing to divide by. Amounts in ten thousand yuan. */
export const written = (kind: Kind, value: unknown): string => (typeof value === 'number' ? WRITTEN[kind](value) : '—')
