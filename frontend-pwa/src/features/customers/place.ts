// A place as people copy it out of a map: latitude and longitude in one line.

export interface Point {
  lat: number
  lng: number
}

/** The point a line names, latitude first; null where it names none. Commas and brackets may be Chinese or Latin. */
export function pointOf(line: string): Point | null {
  const numbers = line.normalize('NFKC').replace(/[、()[\]°]/g, ' ').trim().split(/[\s,;]+/)
  if (numbers.length !== 2 || !numbers.every((one) => /^[+-]?\d{1,3}(\.\d+)?$/.test(one))) return null
  const [lat, lng] = numbers.map(Number) as [number, number]
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null
}
