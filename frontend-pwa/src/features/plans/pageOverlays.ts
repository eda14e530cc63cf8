// How own plans, and steps made on plans, show before the server has them. Only their pages bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import { periodOf } from '@/widgets/periods'
import type { Customer, Department, Person, VisitPlan } from '@/widgets/rows'
import { listDay, ROWS, STEPS } from './overlays'

type Content = CommandArgs<'visit_plans.submit'> & { id: string }
type State = VisitPlan['state']

const ALL = [...ROWS, 'visit_plans', 'people', 'departments']
const DECIDED: Record<string, State> = { withdraw: 'withdrawn', approve: 'approved', return: 'returned', evaluate: 'evaluated' }
const blankItem = { visit_id: null, planned_time: null, purpose: null, suspected_problem: null, content: null, contact_method: null }

/** Whether an account manager's department asks for no decision on his plans. */
function isFiled(draft: OverlayDraft, userId: string): boolean {
  const me = draft.get<Person>('people', userId)
  return me?.role === 'account_manager' && draft.all<Department>('departments').some((row) => row.id === me.department_id && !row.plans_need_decision)
}

function write(op: Op, draft: OverlayDraft, userId: string, stateOf: (args: Content, known: VisitPlan | undefined) => State): void {
  const args = op.args as Content
  const known = draft.get<VisitPlan>('visit_plans', args.id)
  draft.put<VisitPlan>('visit_plans', {
    zone_id: '',
    decided_by_id: null,
    decided_for_id: null,
    decided_at: null,
    evaluation: null,
    lessons: null,
    figures: null,
    target_count: null,
    business_sizes: [],
    purposes: [],
    content: null,
    ...known,
    ...args,
    last_on: periodOf(args.horizon, args.first_on).last,
    items: (args.items ?? []).map((item) => ({ ...blankItem, ...item, shop_name: draft.get<Customer>('customers', item.customer_id)?.shop_name ?? '' })),
    author_id: userId,
    state: stateOf(args, known),
  })
}

for (const step of STEPS) {
  defineOverlay(step, ALL, (op, draft, userId) => {
    listDay(op, draft, userId)
    write(op, draft, userId, ({ horizon }, known) => (step.endsWith('amend') && known ? known.state : horizon === 'day' || isFiled(draft, userId) ? 'filed' : 'submitted'))
  })
}

defineOverlay('visit_plans.save', ALL, (op, draft, userId) => write(op, draft, userId, (_args, known) => known?.state ?? 'draft'))

for (const [step, state] of Object.entries(DECIDED)) {
  defineOverlay(`visit_plans.${step}`, ['visit_plans'], (op, draft) => {
    const { id, evaluation, lessons } = op.args as { id: string; evaluation?: string; lessons?: string }
    draft.patch<VisitPlan>('visit_plans', id, { state, ...(evaluation && { evaluation, lessons: lessons ?? null }) })
  })
}
