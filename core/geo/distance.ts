/** Distances and bearings on the earth, good to a few parts in a thousand: below GPS noise at patrol range. */

/** Mean radius of the earth, metres (IUGG). */
export const EARTH_RADIUS_METERS = 6_371_008.8
const RADIANS = Math.PI / 180
/** Metres in one degree of latitude. */
export const METERS_PER_DEGREE = EARTH_RADIUS_METERS * RADIANS

/** Great-circle metres between two points, degrees in (haversine; stable for short distances). */
export function distanceMeters(lonA: number, latA: number, lonB: number, latB: number): number {
  const sinLat = Math.sin(((latB - latA) * RADIANS) / 2)
  const sinLon = Math.sin(((lonB - lonA) * RADIANS) / 2)
  const h = sinLat * sinLat + Math.cos(latA * RADIANS) * Math.cos(latB * RADIANS) * sinLon * sinLon
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** Initial bearing from A to B, degrees clockwise from north, 0 ≤ bearing < 360. */
export function bearingDegrees(lonA: number, latA: number, lonB: number, latB: number): number {
  const dLon = (lonB - lonA) * RADIANS
  const y = Math.sin(dLon) * Math.cos(latB * RADIANS)
  const x =
    Math.cos(latA * RADIANS) * Math.sin(latB * RADIANS) -
    Math.sin(latA * RADIANS) * Math.cos(latB * RADIANS) * Math.cos(dLon)
  return (Math.atan2(y, x) / RADIANS + 360) % 360
}

/** A flat map around one place: metres east and north of it. */
export type Plane = {
  readonly toX: (lon: number) => number
  readonly toY: (lat: number) => number
  readonly toLon: (x: number) => number
  readonly toLat: (y: number) => number
}

/** The flat map around a point (equirectangular; within 50 km of it the error is below 0.1 %). */
export function planeAround(lon: number, lat: number): Plane {
  const metersPerLon = METERS_PER_DEGREE * Math.cos(lat * RADIANS)
  return {
    toX: (otherLon) => (otherLon - lon) * metersPerLon,
    toY: (otherLat) => (otherLat - lat) * METERS_PER_DEGREE,
    toLon: (x) => lon + x / metersPerLon,
    toLat: (y) => lat + y / METERS_PER_DEGREE,
  }
}

/**
 * Where on the segment A–B a point is nearest, on the flat map around that point.
 *
 * @returns `share` 0…1 along the segment, `meters` from the point
 */
export function nearestOnSegment(
  lon: number,
  lat: number,
  lonA: number,
  latA: number,
  lonB: number,
  latB: number,
): { share: number; meters: number } {
  const metersPerLon = METERS_PER_DEGREE * Math.cos(lat * RADIANS)
  const ax = (lonA - lon) * metersPerLon
  const ay = (latA - lat) * METERS_PER_DEGREE
  const dx = (lonB - lonA) * metersPerLon
  const dy = (latB - latA) * METERS_PER_DEGREE
  const length2 = dx * dx + dy * dy
  const share = length2 > 0 ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length2)) : 0
  return { share, meters: Math.hypot(ax + share * dx, ay + share * dy) }
}
