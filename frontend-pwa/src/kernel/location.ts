// Where the phone is, and whether that is at the shop. A refusal is an answer, with its reason.

import { type Datum, inDatum } from './datum'

export type Refusal = 'denied' | 'unavailable' | 'timeout' | 'unsupported' | 'no_consent'
export type Verdict = 'inside' | 'outside' | 'cannot_tell'

export interface Place {
  lat: number
  lng: number
  datum: Datum
  accuracy_m: number
  fix_at: string
}

export interface ShopPlace {
  lat: number | null
  lng: number | null
  datum: string | null
  radius_m: number
}

const EARTH_RADIUS_M = 6_371_008.8
const MAX_FIX_AGE_MS = 300_000
const CLOCK_SLACK_MS = 60_000
const REFUSALS: Record<number, Refusal> = { 1: 'denied', 2: 'unavailable', 3: 'timeout' }

/** One fix, at most `maxAgeMs` old. */
export function getFix(maxAgeMs = 15_000, timeoutMs = 8_000): Promise<{ place: Place } | { refusal: Refusal }> {
  if (!('geolocation' in navigator)) return Promise.resolve({ refusal: 'unsupported' })
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        resolve({
          place: {
            lat: coords.latitude,
            lng: coords.longitude,
            datum: 'wgs84',
            accuracy_m: coords.accuracy,
            fix_at: new Date(timestamp).toISOString(),
          },
        }),
      (error) => resolve({ refusal: REFUSALS[error.code] ?? 'unavailable' }),
      { enableHighAccuracy: true, timeout: timeoutMs, maximumAge: maxAgeMs },
    )
  })
}

const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Metres between two points of the same datum. */
export function distanceM(lat: number, lng: number, otherLat: number, otherLng: number): number {
  const [a, b] = [radians(lat), radians(otherLat)]
  const half =
    Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(radians(otherLng - lng) / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)))
}

/** Metres from a fix to a shop, whatever datum each is in; null where the shop's place or its datum is not known. */
export function shopDistanceM(place: Pick<Place, 'lat' | 'lng' | 'datum'>, shop: Omit<ShopPlace, 'radius_m'>): number | null {
  if (shop.lat === null || shop.lng === null || shop.datum === null) return null
  const here = inDatum(place, 'wgs84')
  const there = inDatum({ lat: shop.lat, lng: shop.lng, datum: shop.datum as Datum }, 'wgs84')
  return distanceM(here.lat, here.lng, there.lat, there.lng)
}

/** How old a fix is at a moment, in milliseconds by this phone's clock. */
export const ageOf = (place: Place, at: Date): number => at.getTime() - Date.parse(place.fix_at)

/**
 * Inside or outside only if the whole uncertainty of a fresh fix is; the server judges again by the same rule.
 * A fix older than five minutes, or from later than the arrival, says nothing about the arrival.
 */
export function placeVerdict(place: Place | null, shop: ShopPlace, at: Date): { verdict: Verdict; distance: number | null } {
  const distance = place ? shopDistanceM(place, shop) : null
  if (!place || distance === null) return { verdict: 'cannot_tell', distance: null }
  const age = ageOf(place, at)
  if (age < -CLOCK_SLACK_MS || age > MAX_FIX_AGE_MS) return { verdict: 'cannot_tell', distance }
  if (distance + place.accuracy_m <= shop.radius_m) return { verdict: 'inside', distance }
  if (distance - place.accuracy_m > shop.radius_m) return { verdict: 'outside', distance }
  return { verdict: 'cannot_tell', distance }
}
