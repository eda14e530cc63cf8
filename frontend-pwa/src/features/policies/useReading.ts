// Which policies one must read, and has not yet.

import { computed } from 'vue'
import { useRows } from '@/kernel/rows'
import { useSession } from '@/kernel/session'
import type { Policy, PolicyReceipt } from '@/widgets/rows'

export function useReading() {
  const session = useSession()
  const { rows: policies, ready } = useRows<Policy>('policies')
  const { rows: receipts } = useRows<PolicyReceipt>('policy_receipts')

  const receiptOf = (policy: Policy) => receipts.value.find((row) => row.policy_id === policy.id && row.user_id === session.user?.id)
  const mustRead = (policy: Policy) => !policy.ended_at && policy.must_read_roles.includes(session.user?.role ?? '') && !receiptOf(policy)
  const unread = computed(() => policies.value.filter(mustRead))
  return { policies, receipts, ready, unread, receiptOf, mustRead }
}
