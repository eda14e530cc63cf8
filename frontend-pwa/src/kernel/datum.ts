// Points in the three datums Chinese maps use: two points may only be compared in one of them.

import gcoord from 'gcoord'

export type Datum = 'wgs84' | 'gcj02' | 'bd09'

export interface Point {
  lat: number
  lng: number
  datum: Datum
}

const CRS = { wgs84: gcoord.WGS84, gcj02: gcoord.GCJ02, bd09: gcoord.BD09 } as const

/** The same place in another datum. */
export function inDatum(point: Point, datum: Datum): Point {
  if (point.datum === datum) return point
  const [lng, lat] = gcoord.transform([point.lng, point.lat], CRS[point.datum], CRS[datum])
  return { lat, lng, datum }
}
