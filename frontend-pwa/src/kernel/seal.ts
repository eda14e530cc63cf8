// Sealing what leaves the phone as a file: an ephemeral key against the server's public one, so that only the server opens it.

const MAGIC = new TextEncoder().encode('FVS1')
const INFO = new TextEncoder().encode('fieldvisit:rescue:1')
const CURVE = { name: 'ECDH', namedCurve: 'P-256' }

type Bytes = Uint8Array<ArrayBuffer>

export function joined(parts: Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}

const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0))

/** `FVS1`, the key's name, an ephemeral point, a nonce, and the content under AES-GCM that vouches for it all. */
export async function seal(content: Bytes, serverKey: string): Promise<Bytes> {
  const { subtle } = crypto
  const point = fromBase64(serverKey)
  const own = await subtle.generateKey(CURVE, false, ['deriveBits'])
  const mine = new Uint8Array(await subtle.exportKey('raw', own.publicKey))
  const shared = await subtle.deriveBits({ name: 'ECDH', public: await subtle.importKey('raw', point, CURVE, false, []) }, own.privateKey, 256)
  const key = await subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: joined([mine, point]), info: INFO },
    await subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']),
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt'],
  )
  const name = new Uint8Array(await subtle.digest('SHA-256', point)).slice(0, 8)
  const bound = joined([MAGIC, name, mine])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bound }, key, content)
  return joined([bound, iv, new Uint8Array(sealed)])
}
