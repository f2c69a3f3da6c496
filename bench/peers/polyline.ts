/** Google's encoded polyline with six decimals, as Valhalla draws its ways. */
export type Point = { readonly lon: number; readonly lat: number }

/** Latitude before longitude in the text, differences from the point before, five bits a letter. */
export function decodePolyline(text: string): Point[] {
  const points: Point[] = []
  let [at, lat, lon] = [0, 0, 0]
  const next = () => {
    let [value, shift, byte] = [0, 0, 0]
    do {
      if (at >= text.length) throw new Error(`Polyline of ${text.length} letters ends within a number`)
      byte = text.charCodeAt(at++) - 63
      value += (byte & 31) * 2 ** shift
      shift += 5
    } while (byte >= 32)
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }
  while (at < text.length) {
    lat += next()
    lon += next()
    points.push({ lon: lon / 1e6, lat: lat / 1e6 })
  }
  return points
}
