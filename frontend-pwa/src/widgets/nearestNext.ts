// An order to go by: from where one stands to the nearest shop, from there to the nearest of the rest. No signal needed.

import { type Place, type ShopPlace, shopDistanceM } from '@/kernel/location'
import type { Datum } from '@/kernel/datum'

type Spot = Pick<Place, 'lat' | 'lng' | 'datum'>

function spotOf(shop: ShopPlace | undefined): Spot | null {
  if (!shop || shop.lat === null || shop.lng === null || shop.datum === null) return null
  return { lat: shop.lat, lng: shop.lng, datum: shop.datum as Datum }
}

/** The items nearest-next; those whose shop has no place last, as they were. */
export function nearestNext<T>(from: Spot, items: T[], shopOf: (item: T) => ShopPlace | undefined): T[] {
  const rest = items.filter((item) => spotOf(shopOf(item)))
  const lost = items.filter((item) => !spotOf(shopOf(item)))
  const ordered: T[] = []
  let here = from
  while (rest.length) {
    const away = rest.map((item) => shopDistanceM(here, shopOf(item) as ShopPlace) ?? Infinity)
    const [next] = rest.splice(away.indexOf(Math.min(...away)), 1) as [T]
    ordered.push(next)
    here = spotOf(shopOf(next)) ?? here
  }
  return [...ordered, ...lost]
}
