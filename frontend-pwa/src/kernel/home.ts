// Which database the pages work on: the signed-in user's, or while he practises one that nothing leaves.

import { computed, shallowRef } from 'vue'
import { UserDb } from './db'
import { useSession } from './session'
import type { Row } from './types'

const practice = shallowRef<UserDb | null>(null)

/** The database pages read and write now. No pass ever serves the one of practice: it belongs to no account. */
export const home = (): UserDb | null => practice.value ?? useSession().db

export const isPractising = computed(() => practice.value !== null)

const wipe = (db: UserDb) => db.transaction('rw', db.tables, () => Promise.all(db.tables.map((table) => table.clear())))

/** Work on an empty database with just these rows until `endPractice`. */
export async function startPractice(rows: Record<string, Row[]>): Promise<void> {
  const { user } = useSession()
  if (!user) return
  const db = new UserDb(user.id, 'practice')
  await wipe(db)
  await db.replace([{ key: 'practice', rev: 0, rows }])
  practice.value = db
}

/** Back to real life; nothing of the practice is kept. */
export async function endPractice(): Promise<void> {
  const db = practice.value
  practice.value = null
  if (db) await wipe(db)
}
