/** The twelve digits that begin an id minted at that time: no later one sorts before them. */
export function firstIdAt(ms: number): string {
  const digits = ms.toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}`
}

/** Random bytes as a UUIDv7: sortable by time, and an idempotency key for ever. */
export function mintId(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  bytes[0] = ((bytes[0] ?? 0) & 0x0f) | 0x70
  bytes[2] = ((bytes[2] ?? 0) & 0x3f) | 0x80
  const hex = hexOf(bytes)
  return [firstIdAt(now), hex.slice(0, 4), hex.slice(4, 8), hex.slice(8)].join('-')
}

/** The lowercase hex SHA-256 of some bytes. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
