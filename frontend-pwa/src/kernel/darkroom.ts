// The page's side of the photo worker; where there is none, or it fails, the page makes the photo itself.

import type { Asked } from './photo.worker'
import { PHOTO_WORKER } from './trusted'

let worker: Worker | null | undefined

/** Have the worker ready before the first photo is wanted. */
export function openDarkroom(): Worker | null {
  if (worker !== undefined) return worker
  try {
    worker = 'OffscreenCanvas' in window ? new Worker(PHOTO_WORKER, { type: 'module' }) : null
  } catch {
    worker = null
  }
  worker?.addEventListener('error', () => (worker = null))
  return worker
}

function ask(by: Worker, source: ImageBitmap | Blob, lines: string[]): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      port1.close()
      if (typeof data === 'string') reject(new Error(data))
      else resolve(data)
    }
    by.addEventListener('error', () => reject(new Error('the photo worker failed')), { once: true })
    const asked: Asked = { source, lines: [...lines], answer: port2 }
    by.postMessage(asked, source instanceof Blob ? [port2] : [port2, source])
  })
}

/** The photo's bytes, made off the page's thread; null where the page has to make them. */
export async function developedAway(source: () => ImageBitmap | Blob | Promise<ImageBitmap>, lines: string[]): Promise<ArrayBuffer | null> {
  const by = openDarkroom()
  if (!by) return null
  try {
    return await ask(by, await source(), lines)
  } catch {
    return null
  }
}
