/**
 * What Overland says over HTTP, as fixes. Pure: JSON in, values in our units out.
 *
 * Only the place, its quality, its time and the battery are read. `wifi`, `unique_id`, motion, trips and visits are dropped here: we have
 * no use for them and no right to them.
 */
import type { Malformed, SaidFix } from '../talk.ts'

export type OverlandFix = SaidFix & {
  readonly accuracyMeters: number | undefined
}
export type OverlandMessage = {
  /** The device id that its user typed, where the app sends it. */
  readonly device: string | undefined
  readonly fixes: readonly OverlandFix[]
  /** Points that cannot be read: left out, so that they do not hold up the others. */
  readonly unreadable: readonly Malformed[]
  /** Percent. */
  readonly battery: number | undefined
}
export type Decoded = { readonly message: OverlandMessage } | { readonly malformed: Malformed }

/** `{locations: [Feature…]}`; features that are no points are passed over, as trips and visits are. */
export function decodeLocations(root: unknown): Decoded {
  const { locations } = fieldsOf(root)
  if (!Array.isArray(locations)) return { malformed: flaw('locations', locations, 'a list of GeoJSON features') }
  const fixes: OverlandFix[] = []
  const unreadable: Malformed[] = []
  let device: string | undefined
  let battery: number | undefined
  for (const [index, feature] of locations.entries()) {
    const { geometry, properties } = fieldsOf(feature)
    const { type, coordinates } = fieldsOf(geometry)
    const { timestamp, speed, course, altitude, horizontal_accuracy: accuracy, battery_level: level, device_id: named } = fieldsOf(properties)
    if (typeof named === 'string' && named !== '') device ??= named
    if (within(level, 0, 1)) battery = Math.round(level * 100)
    if (type !== 'Point') continue
    const [lon, lat] = Array.isArray(coordinates) ? (coordinates as unknown[]) : []
    if (!within(lon, -180, 180) || !within(lat, -90, 90)) {
      unreadable.push(flaw(`locations/${index}/geometry/coordinates`, coordinates, '[longitude, latitude] in degrees'))
      continue
    }
    const at = timestamp === undefined || timestamp === null ? undefined : Date.parse(String(timestamp))
    if (Number.isNaN(at)) {
      unreadable.push(flaw(`locations/${index}/properties/timestamp`, timestamp, 'an ISO 8601 time'))
      continue
    }
    fixes.push({
      at,
      lon,
      lat,
      // −1 is how iOS says that it does not know.
      speedKmh: within(speed, 0, 111) ? speed * 3.6 : undefined,
      courseDeg: within(course, 0, 360) ? course : undefined,
      altitudeMeters: within(altitude, -1000, 100_000) ? altitude : undefined,
      accuracyMeters: within(accuracy, 0, 1e7) ? accuracy : undefined,
    })
  }
  return { message: { device, fixes, unreadable, battery } }
}

const fieldsOf = (value: unknown) => (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
const within = (value: unknown, least: number, most: number): value is number => typeof value === 'number' && value >= least && value <= most

const flaw = (path: string, value: unknown, expected: string): Malformed => ({ path, found: value === undefined ? 'nothing' : String(JSON.stringify(value)).slice(0, 60), expected })
