// A lost phone is told to forget: what it could not send yet is handed in first, then nothing of its user is left.

import { json } from './api'
import { type Account, deleteUser, type UserDb } from './db'
import { ProblemError } from './problem'
import { tellWiped } from './push'
import { sendFiles } from './uploads'

/** Whether something is here that the server has not had. A file given up counts no more: its op has said so. */
async function owes(db: UserDb): Promise<boolean> {
  const ops = (await db.outbox.count()) + (await db.aside.count())
  return ops > 0 || (await db.blobs.where('sent').equals(0).filter(({ refusals }) => refusals < 2).count()) > 0
}

async function handIn(db: UserDb, account: Account): Promise<void> {
  for (const { id, bytes } of await db.sealed.toArray()) {
    await json('/api/sync/sealed', { method: 'POST', token: account.deposit, body: bytes })
    await db.sealed.delete(id)
  }
}

/**
 * Carry the order out as far as it goes now; true once nothing is left here. What is pulled has gone before, and what
 * cannot be handed in at once is sealed: only the server can read it from then on.
 */
export async function wipe(db: UserDb, account: Account, leave: () => void): Promise<boolean> {
  await (await import('./copy')).removeCopy(account.userId)
  await sendFiles(db, account).catch(() => undefined)
  if ((await owes(db)) && !(await (await import('./rescue')).sealOwed(db, account))) return false
  try {
    await handIn(db, account)
  } catch (error) {
    if (error instanceof ProblemError) return false // too soon, or no answer: it stays sealed until the next pass
    throw error
  }
  await tellWiped(db, account)
  leave()
  await deleteUser(account.userId)
  return true
}
