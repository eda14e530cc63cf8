// Photos: from the live camera or a file, upright, scaled, with a watermark, at most 400 KB.

import { mintId, sha256 } from './ids'
import type { LocalFile } from './types'
import type { Refusal } from './location'

const LONGEST_SIDE = 1600
const MAX_BYTES = 400 * 1024
const QUALITIES = [0.85, 0.75, 0.65, 0.5, 0.35, 0.2]

export async function openCamera(): Promise<{ stream: MediaStream } | { refusal: Refusal }> {
  if (!navigator.mediaDevices?.getUserMedia) return { refusal: 'unsupported' }
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

function scaled(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function watermark(context: CanvasRenderingContext2D, lines: string[]): void {
  const { width, height } = context.canvas
  const size = Math.max(14, Math.round(Math.max(width, height) / 48))
  const band = size * 1.5 * lines.length + size
  context.fillStyle = 'rgba(0, 0, 0, 0.55)'
  context.fillRect(0, height - band, width, band)
  context.fillStyle = '#fff'
  context.font = `${size}px system-ui, sans-serif`
  context.textBaseline = 'top'
  lines.forEach((line, index) => {
    context.fillText(line, size * 0.75, height - band + size * 0.6 + index * size * 1.5, width - size * 1.5)
  })
}

async function encode(canvas: HTMLCanvasElement): Promise<ArrayBuffer> {
  let smallest: Blob | null = null
  for (const quality of QUALITIES) {
    smallest = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
    if (smallest && smallest.size <= MAX_BYTES) break
  }
  if (!smallest) throw new Error('the browser could not encode the photo')
  return smallest.arrayBuffer()
}

async function draw(
  source: CanvasImageSource,
  size: { width: number; height: number },
  lines: string[],
  kind: string,
): Promise<LocalFile> {
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const context = canvas.getContext('2d')
  if (!context) throw new Error('the browser has no canvas')
  context.drawImage(source, 0, 0, size.width, size.height)
  if (lines.length > 0) watermark(context, lines)
  const bytes = await encode(canvas)
  return { id: mintId(), bytes, sha256: await sha256(bytes), type: 'image/jpeg', kind }
}

/** What the camera shows now. */
export function photoFromVideo(video: HTMLVideoElement, lines: string[], kind: string): Promise<LocalFile> {
  return draw(video, scaled(video.videoWidth, video.videoHeight), lines, kind)
}

/** A photo from a file, turned upright by its EXIF; a very large one is scaled while it is decoded. */
export async function photoFromFile(file: File, lines: string[], kind: string): Promise<LocalFile> {
  const upright = { imageOrientation: 'from-image' as const }
  const probe = await createImageBitmap(file, { ...upright, resizeWidth: LONGEST_SIDE, resizeQuality: 'medium' })
  const size = scaled(probe.width, probe.height)
  try {
    return await draw(probe, size, lines, kind)
  } finally {
    probe.close()
  }
}
