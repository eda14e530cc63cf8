// Commands that need the server's answer at once: the desk's and the manager's, over REST.

import { request } from './api'
import { mintId } from './ids'
import { clockOf } from './outbox'
import { useSession } from './session'
import { syncNow } from './sync'

/**
 * Carry a command out now and pull what it changed; throws the ProblemError that refused it. The server's own time goes
 * along as it does with queued entries: what is due is judged by it (sync §6), not by this device's clock.
 */
export async function doNow(method: 'POST' | 'PATCH' | 'PUT', path: string, args: object, id = mintId()): Promise<void> {
  const token = await useSession().token()
  const { db } = useSession()
  const clock = db && (await clockOf(db))
  const headers = { 'idempotency-key': id, ...(clock && { 'x-op-clock': JSON.stringify(clock) }) }
  await request(`/api${path}`, { method, token, json: args, headers })
  await syncNow()
}
