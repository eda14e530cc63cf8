// The way to a shop in the map the visitor likes: the point in that map's own datum.

import { type Datum, inDatum } from '@/kernel/datum'

export interface ShopPoint {
  shop_name: string
  lat: number | null
  lng: number | null
  datum: string | null
}

/** Links that open 高德, 百度 or 腾讯 at the shop; none where its place is not known. */
export function navigationLinks(shop: ShopPoint): { map: 'gaode' | 'baidu' | 'tencent'; href: string }[] {
  if (shop.lat === null || shop.lng === null || shop.datum === null) return []
  const point = { lat: shop.lat, lng: shop.lng, datum: shop.datum as Datum }
  const at = (datum: Datum) => {
    const { lat, lng } = inDatum(point, datum)
    return { lat: lat.toFixed(6), lng: lng.toFixed(6) }
  }
  const [mars, baidu] = [at('gcj02'), at('bd09')]
  const name = encodeURIComponent(shop.shop_name)
  return [
    { map: 'gaode', href: `https://uri.amap.com/navigation?to=${mars.lng},${mars.lat},${name}&mode=car&coordinate=gaode&callnative=1` },
    { map: 'baidu', href: `https://api.map.baidu.com/direction?destination=latlng:${baidu.lat},${baidu.lng}|name:${name}&mode=driving&coord_type=bd09ll&output=html&src=fieldvisit` },
    { map: 'tencent', href: `https://apis.map.qq.com/uri/v1/routeplan?type=drive&to=${name}&tocoord=${mars.lat},${mars.lng}&referer=fieldvisit` },
  ]
}
