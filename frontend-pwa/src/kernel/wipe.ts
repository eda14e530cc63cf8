// A lost phone is told to forget: what it could not send yet is handed in first, then nothing of its user is left.

import { type Account, deleteUser, type UserDb } from './db'
import { tellWiped } from './push'
import { sendFiles } from './uploads'

/** Whether something is here that the server has not had. A file given up counts no more: its op has said so. */
async function owes(db: UserDb): Promise<boolean> {
  const ops = (await db.outbox.count()) + (await db.aside.count())
  return ops > 0 || (await db.blobs.where('sent').equals(0).filter(({ refusals }) => refusals < 2).count()) > 0
}

/** Carry the order out as far as it goes now; true once nothing is left here. What is pulled has gone before. */
export async function wipe(db: UserDb, account: Account, leave: () => void): Promise<boolean> {
  await sendFiles(db, account)
  if (await owes(db)) return false
  await tellWiped(db, account)
  leave()
  await deleteUser(account.userId)
  return true
}
