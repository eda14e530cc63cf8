// A six-digit PIN that opens a phone already signed in, with or without signal; five wrong ones want the password.

import { type Pin, phone } from './db'

const ROUNDS = 600_000
const MOST_WRONG = 5

export const PIN = /^[0-9]{6}$/

/** Hashing needs a secure context; over plain http from another machine there is none. */
export const canPin = (): boolean => globalThis.crypto?.subtle !== undefined

async function hash(pin: string, salt: Uint8Array): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: salt as BufferSource, iterations: ROUNDS }, key, 256)
  return new Uint8Array(bits)
}

export async function setPin(userId: string, pin: string): Promise<Pin> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const made: Pin = { salt, hash: await hash(pin, salt), wrong: 0 }
  await phone.accounts.update(userId, { pin: made })
  return made
}

export const isSpent = (pin: Pin): boolean => pin.wrong >= MOST_WRONG

/** Whether the PIN fits. A try is counted before it is judged, so that closing the app gives none back. */
export async function fitsPin(userId: string, pin: string): Promise<boolean> {
  const kept = await phone.transaction('rw', phone.accounts, async () => {
    const account = await phone.accounts.get(userId)
    if (!account?.pin || isSpent(account.pin)) return undefined
    await phone.accounts.update(userId, { pin: { ...account.pin, wrong: account.pin.wrong + 1 } })
    return account.pin
  })
  if (!kept) return false
  const found = await hash(pin, kept.salt)
  const fits = found.every((byte, at) => byte === kept.hash[at])
  if (fits) await phone.accounts.update(userId, { pin: { ...kept, wrong: 0 } })
  return fits
}
