// The second copy of what was entered: whatever happens to the database, what was saved is queued again, once.

import { liveQuery, type Subscription } from 'dexie'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Around } from '@/kernel/copy'
import { type Account, deleteUser, phone, UserDb, userDb } from '@/kernel/db'
import { mintId } from '@/kernel/ids'
import { saveOp } from '@/kernel/outbox'
import { push } from '@/kernel/push'
import { wipe } from '@/kernel/wipe'
import { privateFiles } from './opfs'
import { FakeServer } from './server'

let account: Account
let server: FakeServer
let files: ReturnType<typeof privateFiles>
let told: (boolean | 'again')[]
const db = () => userDb(account.userId)

let ends: (() => void)[] = []

/** Every query of a page ends with it. */
const queryOfPage: typeof liveQuery = (asked) => {
  const query = liveQuery(asked)
  const subscribe = query.subscribe.bind(query) as (...how: unknown[]) => Subscription
  return Object.assign(query, {
    subscribe: (...how: unknown[]) => {
      const subscription = subscribe(...how)
      ends.push(() => subscription.unsubscribe())
      return subscription
    },
  })
}

/** The app is started again: the page before is over, and nothing is known but what was kept. */
async function page(): Promise<typeof import('@/kernel/copy')> {
  for (const end of ends) end()
  ends = []
  vi.resetModules()
  const copy = await import('@/kernel/copy')
  const around: Around = { phone, userDb, saveOp, liveQuery: queryOfPage, tell: (kept) => told.push(kept), again: () => told.push('again') }
  await copy.startCopies(around)
  return copy
}

const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 10 })
const add = (text: string) => saveOp(db(), 'notes.add', { id: mintId(), text })
const text = () => [...files].map(([, bytes]) => new TextDecoder().decode(bytes)).join('')
const journalled = (id: string) => soon(() => expect(text()).toContain(`{"op":{"id":"${id}"`))
const settledInJournal = (id: string) => soon(() => expect(text()).toContain(`{"done":"${id}"`))
const queued = () => db().outbox.orderBy('seq').toArray()

/** Empty the database as a browser does that clears it, account and all. */
async function lose(): Promise<void> {
  await deleteUser(account.userId)
}

beforeEach(async () => {
  await phone.accounts.clear()
  files = privateFiles()
  told = []
  const userId = mintId()
  account = { userId, username: 'am', name: 'am', role: 'account_manager', device: mintId(), deposit: 'fvd_x', current: 1 }
  await phone.accounts.put(account)
  server = new FakeServer(userId)
})

afterEach(() => vi.unstubAllGlobals())

describe('a lost database', () => {
  it('is filled again with the very entries, in their order, and the account can hand them in without being opened', async () => {
    await page()
    const ops = [await add('a'), await add('b'), await add('c')]
    await journalled(ops[2]?.id ?? '')
    await lose()
    await page()
    await soon(async () => expect(await queued()).toEqual(ops))
    expect(await phone.accounts.get(account.userId)).toMatchObject({ device: account.device, deposit: 'fvd_x', current: 0 })
    expect(await db().get('putBack')).toBe(3)
    await soon(() => expect(told).toContain('again'))
    expect((await add('d')).seq).toBe(4)
    await push(db(), account)
    const lost = ops.filter(({ id }) => !server.applied.has(id))
    console.info(`entries ${ops.length}, lost with the database ${lost.length}`)
    expect(lost).toEqual([])
  })

  it('gives back what had been sent with the receipt it had', async () => {
    await page()
    const op = await add('a')
    await push(db(), account)
    await settledInJournal(op.id)
    await lose()
    await page()
    await soon(async () => expect(await queued()).toHaveLength(1))
    const receipt = `r1.1.${op.id}.AAAABBBBCCCC`
    expect(await queued()).toEqual([{ ...op, receipt }])
  })

  it('is waited for by nobody as to a photo that was lost with it', async () => {
    await page()
    const photo = { id: mintId(), bytes: new ArrayBuffer(4), sha256: 'x', type: 'image/jpeg', kind: 'visit' }
    const op = await saveOp(db(), 'notes.add', { id: mintId() }, [photo])
    await journalled(op.id)
    await lose()
    await page()
    await soon(async () => expect((await queued()).map(({ name }) => name)).toEqual(['notes.add', 'attachments.give_up']))
    expect((await queued())[1]?.args.attachment_id).toBe(photo.id)
  })

  it.each(['set back to an earlier day', 'damaged in part'])('that was only %s gets back what it lacks', async (how) => {
    await page()
    const [first, second] = [await add('a'), await add('b')]
    await journalled(second.id)
    await db().outbox.delete(how.startsWith('damaged') ? first.id : second.id)
    await db().set('seq', 1)
    await page()
    await soon(async () => expect(await queued()).toEqual([first, second]))
    expect(await db().get('putBack')).toBe(1)
    expect((await add('c')).seq).toBe(3)
  })
})

describe('the journal', () => {
  it('is caught up at the next start with what was saved when there was no time to write it', async () => {
    const op = await add('before the copy began')
    await page()
    await journalled(op.id)
    expect(await db().get('putBack')).toBeUndefined()
  })

  it.each([1, 7, 20])('whose last line is short by %i bytes loses that line alone, and the next one stands', async (short) => {
    await page()
    const ops = [await add('a'), await add('b')]
    await journalled(ops[1]?.id ?? '')
    const [name, bytes] = [...files][0] ?? ['', new Uint8Array()]
    files.set(name, bytes.slice(0, bytes.byteLength - 1 - short))
    await db().outbox.delete(ops[1]?.id ?? '')
    await page()
    const next = await add('after')
    await journalled(next.id)
    await lose()
    await page()
    await soon(async () => expect((await queued()).map(({ id }) => id)).toEqual([ops[0]?.id, next.id]))
  })

  it('goes on in further files, and all of them are read', async () => {
    await page()
    const long = 'x'.repeat(40_000)
    const ops: Awaited<ReturnType<typeof add>>[] = []
    for (let index = 0; index < 6; index += 1) {
      ops.push(await add(`${index} ${long}`))
      await journalled(ops.at(-1)?.id ?? '')
    }
    expect(files.size).toBeGreaterThan(2)
    await lose()
    await page()
    await soon(async () => expect(await queued()).toEqual(ops))
  })

  it('forgets an entry when the database does, and neither puts it back', async () => {
    await page()
    server.now = '2026-09-01T00:00:00.000Z'
    const old = await add('old')
    await push(db(), account)
    await settledInJournal(old.id)
    server.now = '2026-10-15T00:00:00.000Z'
    server.safeBefore = '2026-10-14T00:00:00.000Z'
    const young = await add('young')
    await push(db(), account)
    await settledInJournal(young.id)
    expect(await db().settled.count()).toBe(1)
    await page()
    await soon(() => expect(text()).not.toContain(old.id))
    expect(text()).toContain(young.id)
    expect(await queued()).toEqual([])
    expect(await db().get('putBack')).toBeUndefined()
  })

  it('keeps an entry that no backup has, however old it is', async () => {
    await page()
    server.now = '2026-09-01T00:00:00.000Z'
    server.safeBefore = '2026-08-31T00:00:00.000Z'
    const old = await add('old')
    await push(db(), account)
    server.now = '2026-11-15T00:00:00.000Z'
    await push(db(), account)
    await settledInJournal(old.id)
    await page()
    await add('new')
    await lose()
    await page()
    await soon(async () => expect((await queued()).map(({ id }) => id)).toContain(old.id))
  })

  it('of one user holds nothing of another on the same phone, and each is put back as his own', async () => {
    const second = { ...account, userId: mintId(), username: 'am2', device: mintId(), deposit: 'fvd_y', current: 0 as const }
    await phone.accounts.put(second)
    await page()
    const mine = await add('mine')
    const theirs = await saveOp(userDb(second.userId), 'notes.add', { id: mintId(), text: 'theirs' })
    await journalled(mine.id)
    await journalled(theirs.id)
    for (const { userId } of [account, second]) await deleteUser(userId)
    await page()
    await soon(async () => expect(await queued()).toEqual([mine]))
    await soon(async () => expect(await userDb(second.userId).outbox.toArray()).toEqual([theirs]))
    expect((await phone.accounts.get(second.userId))?.deposit).toBe('fvd_y')
  })

  it('of a phone told to forget is gone before the phone says so, and nothing comes back', async () => {
    const { removeCopy } = await page()
    const op = await add('a')
    await journalled(op.id)
    server.wipes = true
    await push(db(), account)
    await removeCopy(account.userId)
    expect(await wipe(db(), account, () => undefined)).toBe(true)
    expect(files.size).toBe(0)
    await page()
    expect(await phone.accounts.count()).toBe(0)
    expect(text()).toBe('')
  })
})

describe('a browser without a file system of its own', () => {
  it('works without a copy, and says so', async () => {
    vi.stubGlobal('navigator', { onLine: true, storage: { getDirectory: () => Promise.reject(new DOMException('private window', 'SecurityError')) } })
    await page()
    expect(told).toEqual([false])
    await add('a')
    expect(await new UserDb(account.userId).outbox.count()).toBe(1)
  })
})
