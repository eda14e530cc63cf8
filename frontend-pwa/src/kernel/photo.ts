// How a photo is made, on the page or in its worker: upright, scaled, with a watermark, at most 400 KB.

const LONGEST_SIDE = 1600
const MAX_BYTES = 400 * 1024
const QUALITIES = [0.85, 0.75, 0.65, 0.5, 0.35, 0.2]

export interface Size {
  width: number
  height: number
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** The size a photo is kept in: as it is, or with its longest side at the limit. */
export function kept({ width, height }: Size): Size {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** The picture in a file, turned upright by its EXIF; a very large one is scaled while it is decoded. */
export function decoded(file: Blob): Promise<ImageBitmap> {
  return createImageBitmap(file, { imageOrientation: 'from-image', resizeWidth: LONGEST_SIDE, resizeQuality: 'medium' })
}

/** The JPEG of a picture, filling the canvas of `context`, with its lines at the foot. */
export async function developed(context: Context, picture: CanvasImageSource, lines: string[]): Promise<ArrayBuffer> {
  const { width, height } = context.canvas
  context.drawImage(picture, 0, 0, width, height)
  if (lines.length > 0) watermark(context, lines)
  let smallest: Blob | null = null
  for (const quality of QUALITIES) {
    smallest = await jpeg(context.canvas, quality)
    if (smallest && smallest.size <= MAX_BYTES) break
  }
  if (!smallest) throw new Error('the browser could not encode the photo')
  return smallest.arrayBuffer()
}

function watermark(context: Context, lines: string[]): void {
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

function jpeg(canvas: HTMLCanvasElement | OffscreenCanvas, quality: number): Promise<Blob | null> {
  if ('convertToBlob' in canvas) return canvas.convertToBlob({ type: 'image/jpeg', quality })
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
}
