// What this phone still owes, as files the back office can take in. Fetched when one is wanted.

import type { Account, Blob as Kept, Sealed, UserDb } from './db'
import { mintId } from './ids'
import { joined, seal } from './seal'
import type { Op } from './types'

/** The server takes files of 12 MiB. */
const MOST_BYTES = 10 * 1024 * 1024

interface Owed {
  ops: Op[]
  photos: Kept[]
}

async function owed(db: UserDb): Promise<Owed> {
  return db.transaction('r', db.outbox, db.aside, db.blobs, async () => ({
    ops: [...(await db.outbox.toArray()), ...(await db.aside.toArray())].sort((a, b) => a.seq - b.seq),
    photos: await db.blobs.where('sent').equals(0).toArray(),
  }))
}

/** The photos in groups that fit into one file each; at least one group. */
function grouped(photos: Kept[], room: number): Kept[][] {
  const groups: Kept[][] = [[]]
  let size = 0
  for (const photo of photos) {
    size += photo.bytes.byteLength
    if (size > room && groups.at(-1)?.length) {
      groups.push([])
      size = photo.bytes.byteLength
    }
    groups.at(-1)?.push(photo)
  }
  return groups
}

/** Each file names every entry, so that they may be brought in in any order: an entry is taken once. */
async function sealedFiles({ ops, photos }: Owed, { device, rescueKey }: Account & { rescueKey: string }): Promise<Sealed[]> {
  const encoder = new TextEncoder()
  const room = MOST_BYTES - encoder.encode(JSON.stringify(ops)).byteLength
  return Promise.all(
    grouped(photos, room).map(async (group) => {
      const files = group.map(({ id, bytes }) => ({ id, bytes: bytes.byteLength }))
      const head = encoder.encode(JSON.stringify({ proto: 1, device, ops, files }))
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, head.byteLength)
      const { buffer } = await seal(joined([length, head, ...group.map(({ bytes }) => new Uint8Array(bytes))]), rescueKey)
      return { id: mintId(), bytes: buffer, ops: ops.length, files: group.length }
    }),
  )
}

const canSeal = (account: Account): account is Account & { rescueKey: string } => !!account.rescueKey && !!(globalThis.crypto.subtle as SubtleCrypto | undefined)

/** The files to save, with how each name ends. Over plain http no browser can seal: then it is a plain one, without photos. */
export async function rescueFiles(db: UserDb, account: Account): Promise<{ content: Blob; ending: string }[]> {
  const all = await owed(db)
  if (!canSeal(account)) return [{ content: new Blob([JSON.stringify({ proto: 1, device: account.device, ops: all.ops })], { type: 'application/json' }), ending: '.json' }]
  const files = await sealedFiles(all, account)
  return files.map(({ bytes }, index) => ({ content: new Blob([bytes]), ending: files.length > 1 ? `-${index + 1}.fvs` : '.fvs' }))
}

/** Leave of what is owed nothing that can be read here. False where this browser cannot seal: then all stays as it is. */
export async function sealOwed(db: UserDb, account: Account): Promise<boolean> {
  if (!canSeal(account)) return false
  const all = await owed(db)
  const made = await sealedFiles(all, account)
  await db.transaction('rw', db.outbox, db.aside, db.blobs, db.sealed, async () => {
    await db.sealed.bulkPut(made)
    const ids = all.ops.map(({ id }) => id)
    await db.outbox.bulkDelete(ids)
    await db.aside.bulkDelete(ids)
    await db.blobs.bulkDelete(all.photos.map(({ id }) => id))
  })
  return true
}
