// Who is signed in on this phone, and what that needs: the password, the PIN, the server, and nobody else's cookie.

import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { phone } from '@/kernel/db'
import { mintId } from '@/kernel/ids'
import { useSession } from '@/kernel/session'
import { captivePortal, json } from './server'

type Answer = () => Response | Promise<Response>

const calls: string[] = []
let answers: Record<string, Answer>

function entered(userId: string, name = 'am'): Answer {
  return () =>
    json({
      access_token: 'a',
      deposit_token: 'fvd_x',
      expires_in: 0,
      user: { id: userId, name, role: 'account_manager' },
      must_change_password: false,
      offline_lease_days: 14,
    })
}

const noSignal: Answer = () => Promise.reject(new TypeError('no signal'))

beforeEach(async () => {
  await phone.accounts.clear()
  calls.length = 0
  answers = { '/api/auth/logout': () => new Response(null, { status: 204 }) }
  vi.stubGlobal('fetch', async (path: string) => {
    calls.push(path)
    return (answers[path] ?? noSignal)()
  })
  setActivePinia(createPinia())
})

afterEach(() => vi.unstubAllGlobals())

describe('the PIN', () => {
  it('stays spent after five wrong ones however often the session is renewed, until the password is given', async () => {
    const userId = mintId()
    answers['/api/auth/login'] = answers['/api/auth/refresh'] = entered(userId)
    const session = useSession()
    await session.signIn('am01', 'secret')
    await session.keepPin('246810')
    for (let tries = 0; tries < 5; tries += 1) {
      await session.unlock('000000')
      await session.token()
    }
    setActivePinia(createPinia())
    const reopened = useSession()
    await reopened.restore()
    await reopened.token()
    expect(await reopened.unlock('246810')).toBe('spent')
    await reopened.signIn('am01', 'secret')
    expect(await reopened.unlock('246810')).toBe('open')
  })
})

describe('signing out without signal', () => {
  const logouts = () => calls.filter((path) => path === '/api/auth/logout').length

  async function leftWithoutSignal() {
    answers['/api/auth/login'] = entered(mintId())
    const session = useSession()
    await session.signIn('am01', 'secret')
    answers['/api/auth/logout'] = noSignal
    await session.signOut()
    await session.settleLogout()
    calls.length = 0
    return session
  }

  it('is told to the server at the next chance, once', async () => {
    await leftWithoutSignal()
    setActivePinia(createPinia())
    const reopened = useSession()
    await reopened.restore()
    expect(reopened.state).toBe('signed_out')
    answers['/api/auth/logout'] = () => captivePortal(() => Promise.reject(new Error('unused')))
    await reopened.settleLogout()
    answers['/api/auth/logout'] = () => new Response(null, { status: 204 })
    await reopened.settleLogout()
    await reopened.settleLogout()
    expect(logouts()).toBe(2)
  })

  it('is told before anybody signs in, and never afterwards, when it would end his session', async () => {
    const session = await leftWithoutSignal()
    answers['/api/auth/logout'] = () => new Response(null, { status: 204 })
    await session.signIn('am02', 'secret')
    expect(calls).toEqual(['/api/auth/logout', '/api/auth/login'])
    await session.settleLogout()
    expect(logouts()).toBe(1)
  })

  it('is not told any more once another cookie has taken the place of the one that owed it', async () => {
    const session = await leftWithoutSignal()
    await session.signIn('am02', 'secret')
    calls.length = 0
    answers['/api/auth/logout'] = () => new Response(null, { status: 204 })
    await session.settleLogout()
    expect(logouts()).toBe(0)
  })
})

describe('a tab of somebody else than who is signed in on this phone now', () => {
  it('is signed out, and leaves the other signed in', async () => {
    answers['/api/auth/login'] = entered(mintId())
    const stale = useSession()
    await stale.signIn('am01', 'secret')
    setActivePinia(createPinia())
    const other = mintId()
    answers['/api/auth/login'] = entered(other)
    await useSession().signIn('am02', 'secret')
    answers['/api/auth/refresh'] = () => json({ code: 'device_of_another_user' }, 409)
    await expect(stale.token()).rejects.toMatchObject({ status: 409 })
    expect([stale.state, stale.user]).toEqual(['signed_out', null])
    expect((await phone.accounts.filter((entry) => entry.current === 1).first())?.userId).toBe(other)
  })
})
