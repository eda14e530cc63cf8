// What the signed-in user agreed to, as far as this phone knows.

import { computed } from 'vue'
import { useRows } from '@/kernel/rows'
import type { Consent } from '@/widgets/rows'

export function useConsents() {
  const { rows, ready } = useRows<Consent>('consents')
  const { rows: profile } = useRows<{ id: string }>('profile')
  const holds = (kind: Consent['kind']) =>
    rows.value.filter((row) => row.kind === kind).sort((a, b) => a.op_number - b.op_number).at(-1)?.is_given ?? false
  return {
    location: computed(() => holds('location')),
    // Only once his own bundle is here is it known that he has not read it.
    mustRead: computed(() => ready.value && profile.value.length > 0 && !holds('notice')),
  }
}
