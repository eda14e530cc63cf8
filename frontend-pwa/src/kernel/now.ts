// Commands that need the server's answer at once: the desk's and the manager's, over REST.

import { request } from './api'
import { mintId } from './ids'
import { useSession } from './session'
import { syncNow } from './sync'

/** Carry a command out now and pull what it changed; throws the ProblemError that refused it. */
export async function doNow(method: 'POST' | 'PATCH' | 'PUT', path: string, args: object, id = mintId()): Promise<void> {
  const token = await useSession().token()
  await request(`/api${path}`, { method, token, json: args, headers: { 'idempotency-key': id } })
  await syncNow()
}
