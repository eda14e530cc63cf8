// How far the shops are from here: one fix when asked for, no tiles, no signal needed.

import { ref, shallowRef } from 'vue'
import { getFix, type Place, type Refusal, shopDistanceM, type ShopPlace } from '@/kernel/location'
import { useConsents } from './consents'

const MAX_AGE_MS = 60_000

export function useNearest() {
  const { location } = useConsents()
  const here = shallowRef<Place | null>(null)
  const refusal = ref<Refusal | null>(null)
  const asking = ref(false)

  async function locate(): Promise<void> {
    asking.value = true
    const found = location.value ? await getFix(MAX_AGE_MS) : { refusal: 'no_consent' as const }
    here.value = 'place' in found ? found.place : null
    refusal.value = 'refusal' in found ? found.refusal : null
    asking.value = false
  }

  const distanceTo = (shop: ShopPlace): number | null => (here.value ? shopDistanceM(here.value, shop) : null)

  /** The nearest first; those whose place is not known last, as they were. */
  function sorted<T>(items: T[], shopOf: (item: T) => ShopPlace | undefined): T[] {
    const away = (item: T) => {
      const shop = shopOf(item)
      return (shop && distanceTo(shop)) ?? Infinity
    }
    const far = new Map(items.map((item) => [item, away(item)]))
    return [...items].sort((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0))
  }

  return { here, refusal, asking, locate, distanceTo, sorted }
}
