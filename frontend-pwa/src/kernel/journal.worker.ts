// Writes for pages that cannot: some browsers let only a worker write to their private file system.

import type { Written } from './journal'

async function write({ folder, name, bytes, at }: Written): Promise<void> {
  const root = await navigator.storage.getDirectory()
  const file = await (await root.getDirectoryHandle(folder)).getFileHandle(name, { create: true })
  const access = await file.createSyncAccessHandle()
  try {
    access.truncate(at)
    access.write(bytes, { at })
    access.flush()
  } finally {
    access.close()
  }
}

self.addEventListener('message', ({ data }: MessageEvent<Written>) => {
  write(data).then(
    () => self.postMessage(null),
    (error: unknown) => self.postMessage(String(error)),
  )
})
