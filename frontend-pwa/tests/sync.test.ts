// What the phone does with what came back: nothing saved is lost, nothing doubles, nothing is shown twice.

import { beforeEach, describe, expect, it } from 'vitest'
import Dexie from 'dexie'
import { compare, lastCompared } from '@/kernel/balance'
import { type Account, phone, UserDb, userDb } from '@/kernel/db'
import { mintId, sha256 } from '@/kernel/ids'
import { saveOp, saveOps } from '@/kernel/outbox'
import { defineOverlay, overlaid } from '@/kernel/overlay'
import { pull } from '@/kernel/pull'
import { push } from '@/kernel/push'
import { rescueFiles } from '@/kernel/rescue'
import { sendFiles } from '@/kernel/uploads'
import { wipe } from '@/kernel/wipe'
import { captivePortal, FakeServer, json, lostAnswer, refusing } from './server'

interface Note {
  id: string
  text: string
}

defineOverlay('notes.add', ['notes'], (op, draft) => draft.put('notes', op.args as unknown as Note))

let db: UserDb
let server: FakeServer
let account: Account

beforeEach(() => {
  const userId = mintId()
  db = userDb(userId)
  server = new FakeServer(userId)
  account = { userId, username: 'am', name: 'am', role: 'account_manager', device: mintId(), deposit: 'fvd_x', current: 1 }
})

const add = (text: string) => saveOp(db, 'notes.add', { id: mintId(), text })
const states = async () => (await db.settled.orderBy('seq').toArray()).map(({ result }) => result.state)
const pushes = () => server.calls.filter(({ path }) => path === '/api/sync/push')

async function photo() {
  const bytes = new TextEncoder().encode('photo').buffer as ArrayBuffer
  return { id: mintId(), bytes, sha256: await sha256(bytes), type: 'image/jpeg', kind: 'visit' }
}

describe('push', () => {
  it('settles what the server named, in order, and remembers the last', async () => {
    const [first, second] = [await add('a'), await add('b')]
    await push(db, account)
    expect([...server.applied.keys()]).toEqual([first.id, second.id])
    expect(await db.outbox.count()).toBe(0)
    expect(await db.get('last')).toBe(second.id)
  })

  it('sends the same bytes again when the answer was lost', async () => {
    await add('a')
    server.once('/api/sync/push', lostAnswer)
    await expect(push(db, account)).rejects.toMatchObject({ code: 'network' })
    expect(await db.outbox.count()).toBe(1)
    await push(db, account)
    const [one, two] = pushes().map(({ body }) => (body as { ops: unknown[] }).ops)
    expect(two).toEqual(one)
    expect(server.applied.size).toBe(1)
  })

  it.each([
    ['a captive portal', captivePortal],
    ['a server error', refusing(500)],
    ['an answer without proto', () => Promise.resolve(json({ results: [] }))],
    ['an expired session', refusing(401, 'session_expired', 'expired')],
    ['a busy server', refusing(503, 'busy')],
  ])('keeps the outbox as it is after %s', async (_name, fault) => {
    const op = await add('a')
    server.once('/api/sync/push', fault)
    await expect(push(db, account)).rejects.toBeTruthy()
    expect(await db.outbox.toArray()).toEqual([op])
  })

  it('shows a held entry and lets its neighbours through', async () => {
    await add('a')
    const bad = await add('b')
    await add('c')
    server.judge = (op) => (op.id === bad.id ? { state: 'held', reason: 'invalid', code: 'args_invalid' } : { state: 'applied' })
    await push(db, account)
    expect(await states()).toEqual(['applied', 'held', 'applied'])
  })

  it('halves a batch that is too large', async () => {
    for (let index = 0; index < 8; index += 1) await add(String(index))
    server.once('/api/sync/push', refusing(413, 'too_large'))
    await push(db, account)
    expect(pushes().map(({ body }) => (body as { ops: unknown[] }).ops.length)).toEqual([8, 4, 4])
    expect(await db.outbox.count()).toBe(0)
  })

  it('sets aside the one op the server cannot read, and never deletes it', async () => {
    const [bad, good] = [await add('bad'), await add('good')]
    server.once('/api/sync/push', refusing(400, 'bad_op'))
    server.once('/api/sync/push', refusing(400, 'bad_op'))
    await push(db, account)
    expect((await db.aside.toArray()).map(({ id }) => id)).toEqual([bad.id])
    expect([...server.applied.keys()]).toEqual([good.id])
  })

  it('saves several entries together, in their order, or none of them', async () => {
    const named = (text: string) => ({ name: 'notes.add', args: { id: mintId(), text } })
    const made = await saveOps(db, [named('a'), named('b'), named('c')])
    expect((await db.outbox.orderBy('seq').toArray()).map(({ id }) => id)).toEqual(made.map(({ id }) => id))
    const endless: Record<string, unknown> = {}
    endless.self = endless
    await expect(saveOps(db, [named('d'), { name: 'notes.add', args: endless }])).rejects.toThrow()
    expect(await db.outbox.count()).toBe(3)
    await push(db, account)
    expect([...server.applied.keys()]).toEqual(made.map(({ id }) => id))
  })

  it('after a restore sends again, with receipts, what had been settled, and its files', async () => {
    const file = await photo()
    const first = await saveOp(db, 'notes.add', { id: mintId(), text: 'a' }, [file])
    await push(db, account)
    await sendFiles(db, account)
    server.epoch = 'e2'
    server.applied.clear()
    const second = await add('b')
    await push(db, account)
    expect([...server.applied.keys()]).toEqual([first.id, second.id])
    const sent = server.applied.get(first.id) as unknown as { receipt: string }
    expect(sent.receipt).toMatch(/^r1\./)
    expect((await db.blobs.get(file.id))?.sent).toBe(0)
    expect((await db.settled.get(first.id))?.op).toEqual(first)
  })

  it('keeps an entry for 30 days and until a backup has it, and its photo until a backup has that', async () => {
    const at = async (now: string, safeBefore: string | null) => {
      Object.assign(server, { now, safeBefore })
      await push(db, account)
      return [await db.settled.count(), await db.blobs.count()]
    }
    await saveOp(db, 'notes.add', { id: mintId(), text: 'a' }, [await photo()])
    expect(await at('2026-09-01T00:00:00.000Z', null)).toEqual([1, 1])
    expect(await at('2026-10-15T00:00:00.000Z', '2026-08-31T00:00:00.000Z')).toEqual([1, 1])
    await sendFiles(db, account)
    expect(await at('2026-10-16T00:00:00.000Z', '2026-10-14T00:00:00.000Z')).toEqual([0, 1])
    expect(await at('2026-11-20T00:00:00.000Z', '2026-10-14T00:00:00.000Z')).toEqual([0, 1])
    expect(await at('2026-11-20T00:00:00.000Z', '2026-10-17T00:00:00.000Z')).toEqual([0, 0])
  })
})

describe('a phone that is told to forget', () => {
  const left = () => Promise.all([db.rows, db.bundles, db.settled, db.drafts, db.outbox, db.blobs].map((table) => table.count()))

  beforeEach(async () => {
    await phone.accounts.put(account)
    await add('sent before')
    await push(db, account)
    await db.replace([{ key: 'customer:1', rev: 1, rows: { customers: [{ id: '1' }] } }])
    await db.drafts.put({ key: 'd', value: 'half a visit' })
    server.wipes = true
  })

  it('drops what it carries at the first answer, hands a full outbox in, says so, and leaves nothing', async () => {
    const file = await photo()
    const made = [await saveOp(db, 'notes.add', { id: mintId(), text: 'seen' }, [file])]
    for (let index = 0; index < 119; index += 1) made.push(await add(String(index)))
    let gone = false
    expect((await push(db, account)).wipe).toBe(true)
    expect(await left()).toEqual([0, 0, 0, 0, 0, 1])
    expect(await wipe(db, account, () => (gone = true))).toBe(true)
    expect(gone).toBe(true)
    const lost = made.filter(({ id }) => !server.applied.has(id))
    console.info(`entries on the phone ${made.length}, lost ${lost.length}`)
    expect(lost).toEqual([])
    expect(server.files.has(file.id)).toBe(true)
    expect(pushes().at(-1)?.body).toMatchObject({ wiped: true, ops: [] })
    expect(await phone.accounts.get(account.userId)).toBeUndefined()
    expect(await Dexie.exists(`fieldvisit-${account.userId}`)).toBe(false)
  })

  it('keeps what it could not hand in, and nothing else, until it can', async () => {
    const ops = [await add('a'), await add('b')]
    server.once('/api/sync/push', async (answer) => {
      const told = (await (await answer()).json()) as { results: unknown[]; stop: unknown }
      return json({ ...told, results: told.results.slice(0, 1), stop: { why: 'slow_down', after_ms: 30_000 } })
    })
    expect(await push(db, account)).toMatchObject({ wipe: true, waitMs: 30_000 })
    expect(await wipe(db, account, () => undefined)).toBe(false)
    expect(await left()).toEqual([0, 0, 0, 0, 1, 0])
    expect((await db.outbox.toArray()).map(({ id }) => id)).toEqual([ops[1]?.id])
    expect((await push(db, account)).wipe).toBe(true)
    expect(await wipe(db, account, () => undefined)).toBe(true)
  })
})

describe('what is compared', () => {
  it('names what the server lacks, sends again what it had confirmed and lost, and keeps its word when there is no signal', async () => {
    const file = await photo()
    const lost = await saveOp(db, 'notes.add', { id: mintId(), text: 'a' }, [file])
    const kept = await add('b')
    await push(db, account)
    await sendFiles(db, account)
    const unsent = await add('c')
    server.applied.delete(lost.id)
    await compare(db, account)
    const told = await lastCompared(db)
    expect([...(told?.missing ?? [])].sort()).toEqual([lost.id, unsent.id].sort())
    expect((await db.outbox.orderBy('seq').toArray()).map(({ id }) => id)).toEqual([lost.id, unsent.id])
    expect(await db.settled.count()).toBe(1)
    expect((await db.blobs.get(file.id))?.sent).toBe(0)
    server.once('/api/sync/known', lostAnswer)
    await expect(compare(db, account)).rejects.toMatchObject({ code: 'network' })
    expect(await lastCompared(db)).toEqual(told)
    await push(db, account)
    await compare(db, account)
    expect((await lastCompared(db))?.missing).toEqual([])
    console.info(`own entries 3, at the server ${[lost, kept, unsent].filter(({ id }) => server.applied.has(id)).length}`)
  })
})

describe('what is sealed', () => {
  const CURVE = { name: 'ECDH', namedCurve: 'P-256' }
  let keys: CryptoKeyPair
  let point: Uint8Array<ArrayBuffer>

  beforeEach(async () => {
    keys = await crypto.subtle.generateKey(CURVE, true, ['deriveBits'])
    point = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey))
    account.rescueKey = btoa(String.fromCharCode(...point)).replace(/\+/g, '-').replace(/\//g, '_')
  })

  /** What the server's key opens: the head, and how many bytes of files follow it. */
  async function open(sealed: Uint8Array<ArrayBuffer>): Promise<{ head: { device: string; ops: { id: string }[] }; rest: string }> {
    const bound = sealed.slice(0, 77)
    const own = await crypto.subtle.importKey('raw', sealed.slice(12, 77), CURVE, false, [])
    const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: own }, keys.privateKey, 256)
    const salt = new Uint8Array([...sealed.slice(12, 77), ...point])
    const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey'])
    const how = { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode('fieldvisit:rescue:1') }
    const key = await crypto.subtle.deriveKey(how, material, { name: 'AES-GCM', length: 256 }, false, ['decrypt'])
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.slice(77, 89), additionalData: bound }, key, sealed.slice(89))
    const length = new DataView(plain).getUint32(0)
    const text = new TextDecoder().decode(plain)
    return { head: JSON.parse(text.slice(4, 4 + length)) as { device: string; ops: { id: string }[] }, rest: text.slice(4 + length) }
  }

  it('is every entry that was not sent, with its photos, and nothing of it can be read', async () => {
    const op = await saveOp(db, 'notes.add', { id: mintId(), text: 'canary' }, [await photo()])
    const other = await add('b')
    const [file, ...more] = await rescueFiles(db, account)
    expect(more).toEqual([])
    expect(file?.ending).toBe('.fvs')
    const bytes = new Uint8Array((await file?.content.arrayBuffer()) ?? new ArrayBuffer(0))
    expect(new TextDecoder().decode(bytes)).not.toContain('canary')
    const { head, rest } = await open(bytes)
    expect(head.device).toBe(account.device)
    expect(head.ops.map(({ id }) => id)).toEqual([op.id, other.id])
    expect(rest).toBe('photo')
    expect(await db.outbox.count(), 'a copy: the entries stay').toBe(2)
  })

  it('stays here when something on the way answers in the place of the server, and so does a photo', async () => {
    await saveOp(db, 'notes.add', { id: mintId(), text: 'a' }, [await photo()])
    await push(db, account)
    server.once('/api/attachments/', captivePortal)
    await expect(sendFiles(db, account)).rejects.toMatchObject({ code: 'network' })
    expect(await db.blobs.where('sent').equals(0).count()).toBe(1)
    server.once('/api/attachments/', captivePortal)
    server.once('/api/sync/sealed', captivePortal)
    expect(await wipe(db, account, () => undefined)).toBe(false)
    expect([await db.sealed.count(), server.sealed.length]).toEqual([1, 0])
  })

  it('is plain, as an older app had it, where there is no key to seal for', async () => {
    const op = await add('a')
    delete account.rescueKey
    const [file] = await rescueFiles(db, account)
    expect(file?.ending).toBe('.json')
    expect(JSON.parse((await file?.content.text()) ?? '')).toEqual({ proto: 1, device: account.device, ops: [op] })
  })

  it('stays alone on a wiped phone that could not hand its entries in, and is handed in at the next contact', async () => {
    const ops = [await saveOp(db, 'notes.add', { id: mintId(), text: 'a' }, [await photo()]), await add('b')]
    server.wipes = true
    server.once('/api/sync/push', async (answer) => {
      const told = (await (await answer()).json()) as { results: unknown[]; stop: unknown }
      server.applied.clear()
      return json({ ...told, results: [], stop: { why: 'slow_down', after_ms: 30_000 } })
    })
    server.once('/api/sync/sealed', refusing(429, 'too_many_attempts'))
    await push(db, account)
    expect(await wipe(db, account, () => undefined)).toBe(false)
    expect([await db.outbox.count(), await db.blobs.count(), await db.sealed.count()]).toEqual([0, 0, 1])
    await push(db, account)
    expect((pushes().at(-1)?.body as { pending: unknown }).pending).toMatchObject({ ops: 2, files: 1 })
    expect(await wipe(db, account, () => undefined)).toBe(true)
    const { head } = await open(new Uint8Array(server.sealed.at(-1) ?? new ArrayBuffer(0)))
    const lost = ops.filter(({ id }) => !head.ops.some((op) => op.id === id))
    console.info(`entries that could not be handed in ${ops.length}, lost ${lost.length}`)
    expect(lost).toEqual([])
  })
})

describe('pull', () => {
  const put = (key: string, rev: number, ...rows: Note[]) => server.bundles.set(key, { rev, rows: { notes: rows } })
  const texts = async () => (await overlaid<Note>(db, 'notes')).map(({ text }) => text).sort()

  beforeEach(() => push(db, account))

  it('fetches what differs, drops what is gone, and then asks with the ETag', async () => {
    put('a', 1, { id: '1', text: 'one' })
    put('b', 1, { id: '2', text: 'two' })
    expect(await pull(db, 't')).toBe(true)
    expect(await texts()).toEqual(['one', 'two'])
    server.bundles.delete('a')
    put('b', 2, { id: '2', text: 'zwei' })
    await pull(db, 't')
    expect(await texts()).toEqual(['zwei'])
    server.calls.length = 0
    await pull(db, 't')
    expect(server.calls.map(({ path }) => path)).toEqual(['/api/sync/manifest'])
  })

  it('forgets the ETag while a pull is unfinished, so that the next one begins anew', async () => {
    put('a', 1, { id: '1', text: 'one' })
    await pull(db, 't')
    put('a', 2, { id: '1', text: 'uno' })
    server.once('/api/sync/bundles', captivePortal)
    await expect(pull(db, 't')).rejects.toBeTruthy()
    expect(await texts()).toEqual(['one'])
    await pull(db, 't')
    expect(await texts()).toEqual(['uno'])
  })

  it('fetches everything again when the view changes, and keeps the screen meanwhile', async () => {
    put('a', 1, { id: '1', text: 'one' })
    await pull(db, 't')
    server.view = 'account_manager.2'
    server.once('/api/sync/bundles', captivePortal)
    await expect(pull(db, 't')).rejects.toBeTruthy()
    expect(await texts()).toEqual(['one'])
    expect(await pull(db, 't')).toBe(true)
  })

  it('stores nothing that is another user’s, and nothing of another past', async () => {
    put('a', 1, { id: '1', text: 'one' })
    const other = new FakeServer(mintId())
    other.bundles = server.bundles
    expect(await pull(db, 't')).toBe(false)
    other.epoch = 'e2'
    expect(await pull(db, 't')).toBe(false)
    expect(await texts()).toEqual([])
  })

  it('shows an own entry from the moment it is saved, once, until a later pull has brought it', async () => {
    const op = await add('mine')
    const row = op.args as unknown as Note
    expect(await texts()).toEqual(['mine'])
    await push(db, account)
    expect(await texts()).toEqual(['mine'])
    put('a', 1, row)
    await pull(db, 't')
    expect(await texts()).toEqual(['mine'])
    put('a', 2)
    await pull(db, 't')
    expect(await texts()).toEqual([])
  })

  it('keeps showing an entry when the pull had started before its result', async () => {
    server.once('/api/sync/manifest', async (answer) => {
      const stale = await answer()
      await add('mine')
      await push(db, account)
      return stale
    })
    await pull(db, 't')
    expect(await texts()).toEqual(['mine'])
  })
})

describe('files', () => {
  it('go once their op has gone, and only once', async () => {
    const file = await photo()
    await saveOp(db, 'notes.add', { id: mintId(), text: 'a' }, [file])
    await sendFiles(db, account)
    expect(server.files.size).toBe(0)
    await push(db, account)
    await sendFiles(db, account)
    await sendFiles(db, account)
    expect([...server.files.keys()]).toEqual([file.id])
  })

  it('are given up, for people to see, when the server refuses them twice', async () => {
    const file = await photo()
    await saveOp(db, 'notes.add', { id: mintId(), text: 'a' }, [file])
    await push(db, account)
    server.once('/api/attachments', refusing(422, 'hash_differs'))
    server.once('/api/attachments', refusing(422, 'hash_differs'))
    await sendFiles(db, account)
    await sendFiles(db, account)
    expect((await db.outbox.toArray()).map(({ name, args }) => [name, args.attachment_id])).toEqual([['attachments.give_up', file.id]])
  })
})

describe('saving', () => {
  it('survives the end of the page', async () => {
    const op = await add('a')
    db.close()
    const reopened = new UserDb(account.userId)
    expect(await reopened.outbox.toArray()).toEqual([op])
  })

  it('saves the entry and its photo together or not at all', async () => {
    const file = await photo()
    await db.blobs.add({ ...file, opId: 'x', sent: 0, refusals: 0, madeAt: 0 })
    await expect(saveOp(db, 'notes.add', {}, [file])).rejects.toBeTruthy()
    expect(await db.outbox.count()).toBe(0)
  })

  it('numbers entries without a hole', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map(add))
    expect((await db.outbox.orderBy('seq').toArray()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  })
})
