// Making a step on a case: queued on the phone, or carried out at once at the desk.

import type { CommandArgs, CommandName } from '@/kernel/commands'
import { queueOp } from '@/kernel/entries'
import { mintId } from '@/kernel/ids'
import { doNow } from '@/kernel/now'
import type { LocalFile } from '@/kernel/types'
import type { FeedbackCase } from '@/widgets/rows'
import { type Step, STEPS, type StepName } from './steps'

type Said = Record<string, string | number>

/** Say `said` of a case; empty answers are left out. Raises a ProblemError where a step at the desk is refused. */
export async function makeStep(row: FeedbackCase, name: StepName, said: Said, photos: LocalFile[]): Promise<void> {
  const { queues, makes, hasPhotos }: Step = STEPS[name]
  const id = mintId()
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''))
  if (queues) {
    const args = { feedback_case_id: row.id, id, ...given, ...(makes && { [makes]: mintId() }), ...(hasPhotos && { photos: photos.map((file) => file.id) }) }
    // The fields of its form are what the command takes.
    await queueOp(queues, args as CommandArgs<CommandName>, photos)
  } else if (name === 'grant' || name === 'deny') {
    await doNow('POST', `/feedback_cases/${row.id}/decide-extension`, { id, ...given, is_granted: name === 'grant' })
  } else {
    await doNow('POST', `/feedback_cases/${row.id}/${name}`, { id, ...given })
  }
}
