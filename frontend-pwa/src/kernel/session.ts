// Who is signed in on this phone. Signing in needs the network once; after that the app opens without it.

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { json, request } from './api'
import { type Account, phone, userDb, type UserDb } from './db'
import { mintId } from './ids'
import { ProblemError } from './problem'
import type { User } from './types'

interface SignedIn {
  access_token: string
  deposit_token: string
  expires_in: number
  user: User
}

type State = 'unknown' | 'signed_out' | 'signed_in' | 'expired'

export const useSession = defineStore('session', () => {
  const state = ref<State>('unknown')
  const account = shallowRef<Account | null>(null)
  const user = computed<User | null>(() =>
    account.value ? { id: account.value.userId, name: account.value.name, role: account.value.role } : null,
  )
  const db = computed<UserDb | null>(() => (account.value ? userDb(account.value.userId) : null))
  let access: { token: string; until: number } | null = null
  let refreshing: Promise<string> | null = null

  async function enter(told: SignedIn, username: string, device: string): Promise<void> {
    access = { token: told.access_token, until: Date.now() + (told.expires_in - 60) * 1000 }
    const entered: Account = {
      userId: told.user.id,
      username,
      name: told.user.name,
      role: told.user.role,
      device,
      deposit: told.deposit_token,
      current: 1,
    }
    await phone.transaction('rw', phone.accounts, async () => {
      await phone.accounts.toCollection().modify({ current: 0 })
      await phone.accounts.put(entered)
    })
    account.value = entered
    state.value = 'signed_in'
    void navigator.storage?.persist?.()
  }

  async function signIn(username: string, password: string): Promise<void> {
    const known = await phone.accounts.where('username').equals(username).first()
    const device = known?.device ?? mintId()
    const told = await json<SignedIn>('/api/auth/login', {
      json: { username, password, device: { id: device, name: navigator.platform || 'phone' } },
    })
    await enter(told, username, device)
  }

  /** Open for whoever used the phone last, with or without signal. */
  async function restore(): Promise<void> {
    const current = await phone.accounts.filter((entry) => entry.current === 1).first()
    account.value = current ?? null
    state.value = current ? 'signed_in' : 'signed_out'
  }

  async function refresh(): Promise<string> {
    const holder = account.value
    if (!holder) throw new ProblemError(401, 'session_expired', 'expired')
    try {
      const told = await json<SignedIn>('/api/auth/refresh', { json: { device: holder.device } })
      await enter(told, holder.username, holder.device)
      return told.access_token
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) await end(error.session)
      throw error
    }
  }

  /** A living access token. One refresh at a time, in all tabs, where the browser has locks. */
  async function token(): Promise<string> {
    if (access && access.until > Date.now()) return access.token
    const locked = () => (navigator.locks ? navigator.locks.request('fieldvisit-refresh', refresh) : refresh())
    refreshing ??= locked().finally(() => (refreshing = null))
    return refreshing
  }

  /** The session is over: `revoked` takes the bundles at once; the outbox stays in any case. */
  async function end(how: string | undefined): Promise<void> {
    access = null
    if (how === 'revoked' && db.value) await hideBundles(db.value)
    if (state.value === 'signed_in') state.value = 'expired'
  }

  async function signOut(): Promise<void> {
    const left = db.value
    access = null
    account.value = null
    state.value = 'signed_out'
    await phone.accounts.toCollection().modify({ current: 0 })
    if (left) await hideBundles(left)
    // Without signal the server learns of it when the cookie is next refused; nobody waits for that.
    void request('/api/auth/logout', { method: 'POST' }).catch(() => undefined)
  }

  return { state, account, user, db, signIn, signOut, restore, token, end, dropToken: () => (access = null) }
})

async function hideBundles(db: UserDb): Promise<void> {
  await db.transaction('rw', db.rows, db.bundles, db.meta, async () => {
    await db.rows.clear()
    await db.bundles.clear()
    await db.set('etag', null)
  })
}
