// How own service issues and steps on them show before the server has them. Only this page shows them, so only it brings this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { Customer, ServiceIssue } from '@/widgets/rows'
import { type StepName, STEPS } from './steps'

const ROWS = ['service_issues']

defineOverlay('service_issues.find', [...ROWS, 'customers'], (op, draft, userId) => {
  const { id, found_in, source_id = null, customer_id = null, category, description } = op.args as CommandArgs<'service_issues.find'>
  if (draft.get('service_issues', id)) return
  draft.put<ServiceIssue>('service_issues', {
    id,
    number: '',
    author_id: userId,
    zone_id: '', // the server knows it
    customer_id,
    shop_name: customer_id ? (draft.get<Customer>('customers', customer_id)?.shop_name ?? null) : null,
    found_in,
    source_id,
    category,
    description,
    found_at: op.made_at,
    state: 'found',
    cause: null,
    owner_id: null,
    assigner_id: null,
    measures: null,
    due_on: null,
    result: null,
    check_result: null,
    verified_by_id: null,
    earliest_at: null,
    latest_at: null,
    timeliness: null,
  })
})

const LEADS: Record<StepName, ServiceIssue['state']> = { analyse: 'analysed', assign: 'assigned', fix: 'fixed', verify: 'verified', reject: 'assigned', withdraw: 'withdrawn' }
for (const name of Object.keys(STEPS) as StepName[]) {
  defineOverlay(`service_issues.${name}`, ROWS, (op, draft, userId) => {
    const { service_issue_id, ...said } = op.args as { service_issue_id: string } & Partial<ServiceIssue>
    const by = name === 'assign' ? { assigner_id: userId, due_on: null } : name === 'verify' ? { verified_by_id: userId } : {}
    draft.patch<ServiceIssue>('service_issues', service_issue_id, { ...by, ...said, state: LEADS[name] })
  })
}
