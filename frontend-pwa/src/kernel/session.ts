// Who is signed in on this phone. Signing in needs the network once; after that the app opens without it.

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { json, request } from './api'
import { type Account, phone, userDb, type UserDb } from './db'
import { mintId } from './ids'
import { leaseIsOver } from './lease'
import { NetworkError, ProblemError } from './problem'
import type { User } from './types'

interface SignedIn {
  access_token: string
  deposit_token: string
  rescue_key: string
  expires_in: number
  user: User
  must_change_password: boolean
  offline_lease_days: number
}

type State = 'unknown' | 'signed_out' | 'signed_in' | 'expired'

/** Fetched when a PIN is set or asked for: most starts need none. */
const hashing = () => import('./pin')

export const useSession = defineStore('session', () => {
  const state = ref<State>('unknown')
  const account = shallowRef<Account | null>(null)
  const user = computed<User | null>(() =>
    account.value ? { id: account.value.userId, name: account.value.name, role: account.value.role } : null,
  )
  const db = computed<UserDb | null>(() => (account.value ? userDb(account.value.userId) : null))
  const mustChange = ref(false)
  const locked = ref(false)
  let access: { token: string; until: number } | null = null
  let refreshing: Promise<string> | null = null

  /** Only who gave the password has his tries at the PIN back: a session that goes on proves nobody's presence. */
  async function enter(told: SignedIn, username: string, device: string, how: 'password' | 'session'): Promise<void> {
    access = { token: told.access_token, until: Date.now() + (told.expires_in - 60) * 1000 }
    account.value = await phone.transaction('rw', phone.accounts, async () => {
      const before = await phone.accounts.get(told.user.id)
      const entered: Account = {
        ...before,
        userId: told.user.id,
        username: before?.username ?? username,
        names: [...new Set([...(before?.names ?? []), username])],
        leaseDays: told.offline_lease_days,
        name: told.user.name,
        role: told.user.role,
        device,
        deposit: told.deposit_token,
        rescueKey: told.rescue_key,
        current: 1,
      }
      if (entered.pin && how === 'password') entered.pin = { ...entered.pin, wrong: 0 }
      // The cookie is another one from here on: what an earlier one owed can be paid no more.
      await phone.accounts.toCollection().modify({ current: 0, owesLogout: 0 })
      await phone.accounts.put({ ...entered, owesLogout: 0 })
      return entered
    })
    state.value = 'signed_in'
    mustChange.value = told.must_change_password
    void navigator.storage?.persist?.()
  }

  async function signIn(username: string, password: string): Promise<void> {
    // The same person by another of his names is the same device.
    const known = await phone.accounts.filter((entry) => entry.username === username || !!entry.names?.includes(username)).first()
    const device = known?.device ?? mintId()
    await alone(async () => {
      await payLogout().catch(() => undefined)
      const told = await json<SignedIn>('/api/auth/login', {
        json: { username, password, device: { id: device, name: navigator.platform || 'phone' } },
      })
      await enter(told, username, device, 'password')
    })
    locked.value = false
  }

  /** Choose a new password; every other phone must sign in again. */
  async function choosePassword(current: string, wanted: string): Promise<void> {
    const holder = account.value
    if (!holder) return
    const told = await json<SignedIn>('/api/auth/password', { token: await token(), json: { current, new: wanted } })
    await enter(told, holder.username, holder.device, 'password')
  }

  /** Open for whoever used the phone last, with or without signal. */
  async function restore(): Promise<void> {
    const current = await phone.accounts.filter((entry) => entry.current === 1).first()
    account.value = current ?? null
    state.value = current ? 'signed_in' : 'signed_out'
    lock()
    await keepLease()
  }

  /** Nothing is shown until the PIN, or the password, has been given again; where there is no PIN nothing locks. */
  function lock(): void {
    locked.value = account.value?.pin !== undefined
  }

  async function keepPin(pin: string): Promise<void> {
    const { setPin } = await hashing()
    if (account.value) account.value = { ...account.value, pin: await setPin(account.value.userId, pin) }
  }

  /** Open with the PIN; `spent` after five wrong ones, when only the password helps. */
  async function unlock(pin: string): Promise<'open' | 'wrong' | 'spent'> {
    const holder = account.value
    if (!holder) return 'spent'
    const { fitsPin, isSpent } = await hashing()
    if (await fitsPin(holder.userId, pin)) {
      locked.value = false
      return 'open'
    }
    const kept = (await phone.accounts.get(holder.userId))?.pin
    return kept && isSpent(kept) ? 'spent' : 'wrong'
  }

  /** Too long without hearing from the server: what is carried is hidden, what was entered stays. */
  async function keepLease(): Promise<void> {
    if (db.value && (await leaseIsOver(db.value, account.value?.leaseDays))) await db.value.hideBundles()
  }

  async function refresh(): Promise<string> {
    const holder = account.value
    if (!holder) throw new ProblemError(401, 'session_expired', 'expired')
    try {
      const told = await json<SignedIn>('/api/auth/refresh', { json: { device: holder.device } })
      await enter(told, holder.username, holder.device, 'session')
      return told.access_token
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) await end(error.session)
      if (error instanceof ProblemError && error.status === 409) leave()
      throw error
    }
  }

  /** A living access token. One refresh at a time, in all tabs, where the browser has locks. */
  async function token(): Promise<string> {
    if (access && access.until > Date.now()) return access.token
    refreshing ??= alone(refresh).finally(() => (refreshing = null))
    return refreshing
  }

  /** The session is over: `revoked` takes the bundles at once; the outbox stays in any case. */
  async function end(how: string | undefined): Promise<void> {
    access = null
    if (how === 'revoked' && db.value) await db.value.hideBundles()
    if (state.value === 'signed_in') state.value = 'expired'
  }

  /** Nobody is here any more; in another tab somebody else may be. */
  function leave(): void {
    access = null
    account.value = null
    state.value = 'signed_out'
  }

  async function signOut(): Promise<void> {
    const left = db.value
    leave()
    await phone.accounts.toCollection().modify({ current: 0, owesLogout: 1 })
    if (left) await left.hideBundles()
    void settleLogout()
  }

  /** Tell the server of a sign-out it has not heard of, at every chance until it has; nobody waits for that. */
  async function settleLogout(): Promise<void> {
    await alone(payLogout).catch(() => undefined)
  }

  return { state, account, user, db, mustChange, locked, lock, unlock, keepPin, signIn, choosePassword, keepLease, signOut, leave, settleLogout, restore, token, end, dropToken: () => (access = null) }
})

/** One thing at a time is done with the cookie, in all tabs, where the browser has locks. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('fieldvisit-refresh', work) : work()
}

async function payLogout(): Promise<void> {
  const owed = await phone.accounts.filter((entry) => entry.owesLogout === 1).count()
  if (owed === 0) return
  const { status } = await request('/api/auth/logout', { method: 'POST' })
  if (status !== 204) throw new NetworkError() // a captive portal's page
  await phone.accounts.toCollection().modify({ owesLogout: 0 })
}
