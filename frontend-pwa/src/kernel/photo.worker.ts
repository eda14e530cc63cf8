// Photos are made here, off the page's thread: to decode, mark and encode one takes a slow phone most of a second.

import { decoded, developed, kept } from './photo'

export interface Asked {
  source: ImageBitmap | Blob
  lines: string[]
  /** Where the bytes go, or the words of what went wrong. */
  answer: MessagePort
}

async function make(source: ImageBitmap | Blob, lines: string[]): Promise<ArrayBuffer> {
  const picture = source instanceof Blob ? await decoded(source) : source
  try {
    const { width, height } = kept(picture)
    const context = new OffscreenCanvas(width, height).getContext('2d')
    if (!context) throw new Error('the browser has no canvas here')
    return await developed(context, picture, lines)
  } finally {
    picture.close()
  }
}

self.addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  make(data.source, data.lines).then(
    (bytes) => data.answer.postMessage(bytes, [bytes]),
    (error: unknown) => data.answer.postMessage(String(error)),
  )
})
