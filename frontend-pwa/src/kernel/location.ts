// Where the phone is, and whether that is at the shop. A refusal is an answer, with its reason.

export type Refusal = 'denied' | 'unavailable' | 'timeout' | 'unsupported' | 'no_consent'
export type Verdict = 'inside' | 'outside' | 'cannot_tell'

export interface Place {
  lat: number
  lng: number
  datum: 'wgs84' | 'gcj02' | 'bd09'
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

/** Inside or outside only if the whole uncertainty of the fix is; the server judges again by the same rule. */
export function placeVerdict(place: Place | null, shop: ShopPlace): { verdict: Verdict; distance: number | null } {
  if (!place || shop.lat === null || shop.lng === null || shop.datum !== place.datum) {
    return { verdict: 'cannot_tell', distance: null }
  }
  const distance = distanceM(place.lat, place.lng, shop.lat, shop.lng)
  if (distance + place.accuracy_m <= shop.radius_m) return { verdict: 'inside', distance }
  if (distance - place.accuracy_m > shop.radius_m) return { verdict: 'outside', distance }
  return { verdict: 'cannot_tell', distance }
}
