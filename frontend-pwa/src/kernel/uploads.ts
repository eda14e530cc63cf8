// Files follow their op, newest first; a check-in is safe long before its photo has arrived.

import { json } from './api'
import type { Account, UserDb } from './db'
import { saveOp } from './outbox'
import { ProblemError } from './problem'

/** Send what has not been sent. A file the server refuses twice is given up, for people to see. */
export async function sendFiles(db: UserDb, account: Account): Promise<void> {
  const waiting = await db.blobs.where('sent').equals(0).toArray()
  const queued = new Set(await db.outbox.toCollection().primaryKeys())
  for (const blob of waiting.sort((a, b) => b.madeAt - a.madeAt)) {
    if (queued.has(blob.opId) || blob.refusals > 1) continue
    try {
      // A captive portal's page is no word that the bytes arrived.
      await json(`/api/attachments/${blob.id}`, {
        method: 'PUT',
        token: account.deposit,
        body: blob.bytes,
        headers: { 'x-sha256': blob.sha256, 'content-type': blob.type },
      })
      await db.blobs.update(blob.id, { sent: 1, sentBy: '' })
    } catch (error) {
      if (!(error instanceof ProblemError) || (error.status !== 422 && error.status !== 413)) throw error
      await db.blobs.update(blob.id, { refusals: blob.refusals + 1 })
      if (blob.refusals === 1) {
        await saveOp(db, 'attachments.give_up', { attachment_id: blob.id, reason: error.code })
      }
    }
  }
}
