// The steps of what is to be explained: queued on the phone, or carried out at once at the desk.

import { queueOp } from '@/kernel/entries'
import { doNow } from '@/kernel/now'

export type AnomalyStep = 'explain' | 'withdraw' | 'accept' | 'invalidate' | 'return'

/** Queue a step with its words. */
export async function queueStep(id: string, step: AnomalyStep, words: string): Promise<void> {
  if (step === 'explain') await queueOp('visit_anomalies.explain', { id, explanation: words })
  if (step === 'withdraw') await queueOp('visit_anomalies.withdraw', { id })
  if (step === 'accept') await queueOp('visit_anomalies.accept', { id, ...(words && { note: words }) })
  if (step === 'invalidate') await queueOp('visit_anomalies.invalidate', { id, note: words })
  if (step === 'return') await queueOp('visit_anomalies.return', { id, note: words })
}

/** Take a step now; throws the ProblemError that refused it. */
export const stepNow = (id: string, step: AnomalyStep, words: string): Promise<void> =>
  doNow('POST', `/visit_anomalies/${id}/${step}`, step === 'explain' ? { explanation: words } : words ? { note: words } : {})
