// Making a step on a case: queued on the phone, or carried out at once at the desk.

import type { CommandArgs } from '@/kernel/commands'
import { queueOp } from '@/kernel/entries'
import { mintId } from '@/kernel/ids'
import { doNow } from '@/kernel/now'
import type { FeedbackCase } from '@/widgets/rows'
import type { StepName } from './steps'

type Said = Record<string, string | number | boolean | null>

/** Say `said` of a case; empty answers are left out. Raises a ProblemError where a step at the desk is refused. */
export async function makeStep(row: FeedbackCase, name: StepName, said: Said): Promise<void> {
  const on = { feedback_case_id: row.id, id: mintId() }
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== '' && value !== null))
  // What was asked for by the form is what the command takes.
  const args = <N extends Parameters<typeof queueOp>[0]>(more: object = {}) => ({ ...on, ...given, ...more }) as CommandArgs<N>
  switch (name) {
    case 'accept':
    case 'refuse':
    case 'return':
    case 'contact':
    case 'verify':
    case 'handle':
    case 'ask_extension':
    case 'resolve':
    case 'report':
    case 'inform':
    case 'close':
    case 'withdraw':
      await queueOp(`feedback_cases.${name}`, args<`feedback_cases.${typeof name}`>())
      return
    case 'settle':
      await queueOp('feedback_cases.handle', args<'feedback_cases.handle'>())
      return
    case 'co_handle':
      await queueOp('feedback_cases.co_handle', args<'feedback_cases.co_handle'>({ info_slip_id: mintId() }))
      return
    case 'demand':
      await queueOp('feedback_cases.demand', args<'feedback_cases.demand'>({ task_id: mintId() }))
      return
    case 'rectify':
      await queueOp('rectification_plans.assign', args<'rectification_plans.assign'>({ rectification_plan_id: mintId() }))
      return
    case 'grant':
    case 'deny':
      await doNow('POST', `/feedback_cases/${row.id}/decide-extension`, { id: on.id, ...given, is_granted: name === 'grant' })
      return
    default:
      await doNow('POST', `/feedback_cases/${row.id}/${name}`, { id: on.id, ...given })
  }
}
