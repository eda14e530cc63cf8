// How own service plans, and steps made on them, show before the server has them. Only their pages bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { ServicePlan } from '@/widgets/rows'

const DECIDED: Record<string, ServicePlan['state']> = { withdraw: 'withdrawn', approve: 'approved', return: 'returned' }

defineOverlay('service_plans.submit', ['service_plans'], (op, draft, userId) => {
  const { groups, ...args } = op.args as CommandArgs<'service_plans.submit'> & { id: string }
  const known = draft.get<ServicePlan>('service_plans', args.id)
  draft.put<ServicePlan>('service_plans', {
    zone_id: '',
    last_on: args.first_on,
    ...known,
    ...args,
    groups: groups.map((group) => ({ ...group, items: group.items ?? [], measures: group.measures ?? null })),
    author_id: userId,
    state: 'submitted',
    decided_by_id: null,
    decided_for_id: null,
    decided_at: null,
  })
})

for (const [step, state] of Object.entries(DECIDED)) {
  defineOverlay(`service_plans.${step}`, ['service_plans'], (op, draft) => draft.patch<ServicePlan>('service_plans', String(op.args.id), { state }))
}
