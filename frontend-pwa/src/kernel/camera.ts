// Photos: from the live camera or a file; made in a worker, where the browser has what that takes.

import { developedAway, openDarkroom } from './darkroom'
import { mintId, sha256 } from './ids'
import { decoded, developed, kept, type Size } from './photo'
import type { LocalFile } from './types'
import type { Refusal } from './location'

export async function openCamera(): Promise<{ stream: MediaStream } | { refusal: Refusal }> {
  if (!navigator.mediaDevices?.getUserMedia) return { refusal: 'unsupported' }
  openDarkroom()
  try {
    const video = { facingMode: { ideal: 'environment' }, width: { ideal: 1920 }, height: { ideal: 1440 } }
    return { stream: await navigator.mediaDevices.getUserMedia({ video, audio: false }) }
  } catch (error) {
    const denied = error instanceof DOMException && ['NotAllowedError', 'SecurityError'].includes(error.name)
    return { refusal: denied ? 'denied' : 'unavailable' }
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function developedHere(picture: CanvasImageSource, size: Size, lines: string[]): Promise<ArrayBuffer> {
  const context = Object.assign(document.createElement('canvas'), kept(size)).getContext('2d')
  if (!context) throw new Error('the browser has no canvas')
  return developed(context, picture, lines)
}

async function localFile(bytes: ArrayBuffer, kind: string): Promise<LocalFile> {
  return { id: mintId(), bytes, sha256: await sha256(bytes), type: 'image/jpeg', kind }
}

/** What the camera shows now. */
export async function photoFromVideo(video: HTMLVideoElement, lines: string[], kind: string): Promise<LocalFile> {
  const size = { width: video.videoWidth, height: video.videoHeight }
  const bytes = await developedAway(() => createImageBitmap(video), lines)
  return localFile(bytes ?? (await developedHere(video, size, lines)), kind)
}

/** A photo from a file; rejects when it is no picture this browser can read. */
export async function photoFromFile(file: File, lines: string[], kind: string): Promise<LocalFile> {
  const bytes = await developedAway(() => file, lines)
  if (bytes) return localFile(bytes, kind)
  const picture = await decoded(file)
  try {
    return await localFile(await developedHere(picture, picture, lines), kind)
  } finally {
    picture.close()
  }
}
