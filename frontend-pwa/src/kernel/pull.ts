// Pull: the list of what I carry is compared with what is here. There is no cursor, and nothing to expire.

import { noteLanding } from './lease'
import { json, request } from './api'
import type { UserDb } from './db'
import { NetworkError } from './problem'
import type { BundlesAnswer, Manifest } from './types'

const MAX_KEYS = 100

/** One pull. Resolves true when everything on the list is here at its rev: the pull has landed. */
export async function pull(db: UserDb, token: string): Promise<boolean> {
  const started = await db.transaction('rw', db.meta, () => db.next('tick'))
  const etag = await db.get<string>('etag')
  const answer = await request('/api/sync/manifest', {
    token,
    headers: { 'x-app': __APP__, ...(etag && { 'if-none-match': etag }) },
  })
  if (answer.status === 304) {
    await landed(db, started)
    return true
  }
  const manifest = await read(answer)
  if (manifest.user !== db.userId || manifest.count !== manifest.items.length) return false
  // A list of another past: what is unsent must go first, so that the restored server learns of it.
  if (!manifest.view.startsWith(`${(await db.get<string>('epoch')) ?? ''}.`)) return false
  await begin(db, manifest)
  if (!(await fetchMissing(db, token, manifest))) return false
  await db.transaction('rw', db.meta, async () => {
    await db.set('etag', answer.headers.get('etag'))
    await landed(db, started)
  })
  return true
}

async function read(answer: Response): Promise<Manifest> {
  try {
    const manifest = (await answer.json()) as Manifest
    if (manifest.proto === 1) return manifest
  } catch {
    // not ours, handled below
  }
  throw new NetworkError()
}

async function landed(db: UserDb, started: number): Promise<void> {
  await db.set('landed', started)
  await noteLanding(db)
}

/** Forget the ETag, take over the view, and drop what is no longer on the list. */
async function begin(db: UserDb, manifest: Manifest): Promise<void> {
  const wanted = new Set(manifest.items.map(([key]) => key))
  await db.transaction('rw', db.rows, db.bundles, db.meta, async () => {
    await db.set('etag', null)
    if ((await db.get('view')) !== manifest.view) {
      await db.set('view', manifest.view)
      await db.bundles.toCollection().modify({ rev: -1 })
    }
    const gone = (await db.bundles.toCollection().primaryKeys()).filter((key) => !wanted.has(key))
    await db.drop(gone)
  })
}

async function fetchMissing(db: UserDb, token: string, manifest: Manifest): Promise<boolean> {
  const here = new Map((await db.bundles.toArray()).map(({ key, rev }) => [key, rev]))
  let missing = manifest.items.filter(([key, rev]) => here.get(key) !== rev).map(([key]) => key)
  let complete = true
  while (missing.length > 0) {
    const answer = await json<BundlesAnswer>('/api/sync/bundles', {
      token,
      json: { keys: missing.slice(0, MAX_KEYS) },
    })
    if (answer.proto !== 1) throw new NetworkError()
    if (answer.view !== manifest.view || answer.user !== db.userId) return false
    await db.replace(answer.bundles, answer.gone)
    const wanted = new Map(manifest.items)
    complete &&= answer.gone.length === 0 && answer.bundles.every(({ key, rev }) => wanted.get(key) === rev)
    const done = new Set([...answer.gone, ...answer.bundles.map(({ key }) => key)])
    if (done.size === 0) return false
    missing = missing.filter((key) => !done.has(key))
  }
  return complete
}
