// The browser's private file system, in memory: a stream's bytes are there when it is closed, and not before.

import { vi } from 'vitest'

type Bytes = Uint8Array<ArrayBuffer>

class File {
  readonly kind = 'file'
  constructor(
    readonly files: Map<string, Bytes>,
    readonly name: string,
  ) {}

  getFile(): Promise<Blob> {
    return Promise.resolve(new Blob([this.files.get(this.name) ?? new Uint8Array()]))
  }

  createWritable({ keepExistingData = false } = {}): Promise<unknown> {
    let swap: Bytes = keepExistingData ? (this.files.get(this.name) ?? new Uint8Array()) : new Uint8Array()
    return Promise.resolve({
      write: ({ position, data }: { position: number; data: Bytes }) => {
        const grown = new Uint8Array(Math.max(swap.byteLength, position + data.byteLength))
        grown.set(swap)
        grown.set(data, position)
        swap = grown
        return Promise.resolve()
      },
      close: () => Promise.resolve(void this.files.set(this.name, swap)),
    })
  }
}

/** A disk for this test; `files` are the bytes that lie in the app's folder. */
export function privateFiles(): Map<string, Bytes> {
  const files = new Map<string, Bytes>()
  const folder = {
    keys: async function* () {
      yield* [...files.keys()]
    },
    getFileHandle: (name: string, { create = false } = {}) => {
      if (!files.has(name) && !create) return Promise.reject(new DOMException('no such file', 'NotFoundError'))
      if (!files.has(name)) files.set(name, new Uint8Array())
      return Promise.resolve(new File(files, name))
    },
    removeEntry: (name: string) => Promise.resolve(void files.delete(name)),
  }
  const root = { getDirectoryHandle: () => Promise.resolve(folder) }
  vi.stubGlobal('navigator', { onLine: true, platform: 'phone', storage: { getDirectory: () => Promise.resolve(root) } })
  return files
}
