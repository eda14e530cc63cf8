// The pass: push → manifest → bundles → files, one at a time, again at every chance there is.

import { demandUpdate } from './update'
import { liveQuery } from 'dexie'
import { ref, shallowRef } from 'vue'
import { phone, userDb, type UserDb } from './db'
import { ProblemError } from './problem'
import { saveOp } from './outbox'
import { pull } from './pull'
import { push } from './push'
import { useSession } from './session'
import { isCopied } from './storage'
import { sendFiles } from './uploads'
import { wipe } from './wipe'

const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 300_000
const QUIET_MS = 60_000

export type SyncState = 'idle' | 'running' | 'offline' | 'waiting'

const state = ref<SyncState>('idle')
const unsent = ref(0)
const unsentFiles = ref(0)
const unsentOfOthers = ref(0)
const putBack = ref(0)
const pulledAt = shallowRef<string | null>(null)
let wait = FIRST_WAIT_MS
let timer: ReturnType<typeof setTimeout> | undefined
let again = false

/** Every outbox on this phone goes out, whoever is signed in; only the signed-in user reads. */
async function pass(): Promise<number> {
  const session = useSession()
  let pause = QUIET_MS
  await session.settleLogout()
  for (const account of await phone.accounts.toArray()) {
    const db = userDb(account.userId)
    const told = await push(db, account)
    const isHere = session.account?.userId === account.userId
    if (told.session === 'revoked' && isHere) await session.end('revoked')
    if (told.wipe) await wipe(db, account, () => isHere && session.leave())
    if (told.waitMs !== null) pause = told.waitMs
  }
  if (session.state === 'signed_in' && session.db) await pull(session.db, await session.token())
  for (const account of await phone.accounts.toArray()) await sendFiles(userDb(account.userId), account)
  return pause
}

async function guarded(): Promise<void> {
  state.value = 'running'
  try {
    const pause = await pass().finally(() => useSession().keepLease())
    wait = FIRST_WAIT_MS
    state.value = 'idle'
    schedule(again ? 0 : pause)
  } catch (error) {
    const refused = error instanceof ProblemError && error.status === 401
    if (refused) useSession().dropToken()
    if (error instanceof ProblemError && error.status === 426) demandUpdate()
    state.value = navigator.onLine && !(error instanceof ProblemError && error.status === 0) ? 'waiting' : 'offline'
    // Jitter keeps a district's phones from coming back all at once.
    schedule(wait * (0.5 + Math.random()))
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }
  again = false
}

function schedule(ms: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void syncNow(), ms)
}

/** Run a pass now; one that is running is followed by another. */
export async function syncNow(): Promise<void> {
  if (state.value === 'running') {
    again = true
    return
  }
  clearTimeout(timer)
  if (navigator.locks) {
    await navigator.locks.request('fieldvisit-pass', { ifAvailable: true }, (lock) => (lock ? guarded() : schedule(FIRST_WAIT_MS)))
  } else {
    await guarded()
  }
}

/** Start passing at every chance: now, when signal returns, and when the app comes to the front. */
export function startSync(): void {
  window.addEventListener('online', () => void syncNow())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void syncNow()
  })
  void syncNow()
  void keepCopies().catch(() => undefined)
}

/** Once the first screen stands, every entry is kept a second time, and what the database lost is put back. */
async function keepCopies(): Promise<void> {
  const { startCopies } = await import('./copy')
  await startCopies({ phone, userDb, saveOp, liveQuery, tell: (kept) => (isCopied.value = kept), again: () => void syncNow() })
}

async function countUnsent(db: UserDb) {
  return {
    ops: await db.outbox.count(),
    files: await db.blobs.where('sent').equals(0).count(),
    back: await db.get<number>('putBack'),
    at: (await db.get<string>('pulledAt')) ?? null,
  }
}

/** Keep the counts of what is unsent current: the signed-in user's, and everybody else's on this phone. */
export function watchUnsent(userId: string | undefined): () => void {
  const own = userId ? userDb(userId) : undefined
  const watching = liveQuery(async () => {
    let others = 0
    for (const account of await phone.accounts.toArray()) {
      if (account.userId !== userId) others += await userDb(account.userId).outbox.count()
    }
    return { others, ...(await own?.transaction('r', own.outbox, own.blobs, own.meta, () => countUnsent(own))) }
  }).subscribe(({ others, ops = 0, files = 0, back = 0, at = null }) => {
    unsentOfOthers.value = others
    unsent.value = ops
    unsentFiles.value = files
    putBack.value = back
    pulledAt.value = at
  })
  return () => watching.unsubscribe()
}

export function useSync() {
  return { state, unsent, unsentFiles, unsentOfOthers, putBack, pulledAt, syncNow }
}
