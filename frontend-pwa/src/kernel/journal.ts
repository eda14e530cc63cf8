// Files of lines that only grow, in the browser's private file system. A line that was not written to its end is none.

import { JOURNAL_WORKER } from './trusted'

const FOLDER = 'fieldvisit'
/** A browser may copy a whole file to add to it: beyond this the next part begins. */
const PART_BYTES = 64 * 1024

/** The folder of all journals; null where the browser has no file system of its own, or hides it, as private windows do. */
export async function journals(): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await navigator.storage.getDirectory()
    return await root.getDirectoryHandle(FOLDER, { create: true })
  } catch {
    return null
  }
}

/** FNV-1a over a text, as eight digits. */
function checksum(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/** A record as a line of its own, even after one that was torn. */
function lineOf(record: unknown): string {
  const text = JSON.stringify(record)
  return `\n${checksum(text)} ${text}\n`
}

function recordsIn<R>(text: string): R[] {
  return text.split('\n').flatMap((line) => {
    const record = line.slice(9)
    return record && checksum(record) === line.slice(0, 8) ? [JSON.parse(record) as R] : []
  })
}

/** Where pages cannot write (Safari before 26), a worker can: it is asked, and answers null or what went wrong. */
function writeAway(asked: Written): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(JOURNAL_WORKER, { type: 'module' })
    const end = (error: string | null) => {
      worker.terminate()
      if (error === null) resolve()
      else reject(new Error(error))
    }
    worker.onmessage = ({ data }: MessageEvent<string | null>) => end(data)
    worker.onerror = () => end('the journal worker failed')
    worker.postMessage(asked)
  })
}

/** Bytes for a file of the journals' folder, and where they begin; a file written from 0 holds nothing else afterwards. */
export interface Written {
  folder: string
  name: string
  bytes: Uint8Array<ArrayBuffer>
  at: number
}

/**
 * One journal: `name.0`, `name.1` … read together. It grows in the last part; what it is replaced by is the next part,
 * complete before the earlier ones go, so that at every moment all of it is there. Callers hold a lock.
 */
export class Journal<R> {
  private part = -1
  private size = 0

  constructor(
    private readonly folder: FileSystemDirectoryHandle,
    private readonly name: string,
  ) {}

  private async parts(): Promise<number[]> {
    const found: number[] = []
    for await (const file of this.folder.keys()) {
      if (file.startsWith(`${this.name}.`)) found.push(Number(file.slice(this.name.length + 1)))
    }
    return found.sort((a, b) => a - b)
  }

  /** What was written since the last look, by this page or another; at first, and after a replacement, everything. */
  async news(): Promise<R[]> {
    const parts = await this.parts()
    if (!parts.includes(this.part)) [this.part, this.size] = [parts[0] ?? 0, 0]
    let text = ''
    for (const part of parts.filter((one) => one >= this.part)) {
      if (part > this.part) [this.part, this.size] = [part, 0]
      const file = await (await this.folder.getFileHandle(`${this.name}.${part}`)).getFile()
      text += `${await file.slice(this.size).text()}\n`
      this.size = file.size
    }
    return recordsIn(text)
  }

  /** Add records; all that is there has been read before. */
  async append(records: R[]): Promise<void> {
    if (this.size > PART_BYTES) [this.part, this.size] = [this.part + 1, 0]
    await this.write(records)
  }

  /** Keep these records alone. */
  async replace(records: R[]): Promise<void> {
    const before = await this.parts()
    ;[this.part, this.size] = [(before.at(-1) ?? -1) + 1, 0]
    await this.write(records)
    await this.drop(before)
  }

  async remove(): Promise<void> {
    await this.drop(await this.parts())
  }

  private async drop(parts: number[]): Promise<void> {
    for (const part of parts) await this.folder.removeEntry(`${this.name}.${part}`)
  }

  private async write(records: R[]): Promise<void> {
    const bytes = new TextEncoder().encode(records.map(lineOf).join(''))
    const name = `${this.name}.${this.part}`
    const file: Partial<FileSystemFileHandle> & FileSystemHandle = await this.folder.getFileHandle(name, { create: true })
    if (file.createWritable) {
      const stream = await file.createWritable({ keepExistingData: this.size > 0 })
      await stream.write({ type: 'write', position: this.size, data: bytes })
      await stream.close()
    } else {
      await writeAway({ folder: FOLDER, name, bytes, at: this.size })
    }
    this.size += bytes.byteLength
  }
}
