/**
 * What OsmAnd and Traccar Client say, as fixes. Pure: text in, numbers in our units out.
 *
 * Only the place, its quality and the battery are read. Cells, wireless networks and everything else a phone offers
 * is dropped here: we have no use for it and no right to it.
 */
import type { Instant } from '#kernel/names.ts'
import type { Malformed, SaidFix } from '../talk.ts'

export type OsmandFix = SaidFix & {
  readonly accuracyMeters: number | undefined
  /** The device says so itself; it also says when it has no satellite fix. */
  readonly valid: boolean
  /** Made up by a mock-location program. */
  readonly mock: boolean
}

/** `fixes` is empty when the message holds no place (cells only, say). */
export type OsmandMessage = {
  readonly device: string
  readonly fixes: readonly OsmandFix[]
  /** Places that cannot be read: left out, so that they do not hold up the others. */
  readonly unreadable: readonly Malformed[]
  /** `emergency`, from the phone's own SOS; other alarms of phones are dropped. */
  readonly alarms?: readonly 'emergency'[]
  /** Percent. */
  readonly battery?: number
}
export type Decoded = { readonly message: OsmandMessage } | { readonly malformed: Malformed }

/**
 * A query string or a form: `id=…&lat=…&lon=…&timestamp=…`. Of a repeated name the first counts. `speed` is in knots; what GPSLogger
 * calls `spd`, `acc`, `alt` and `dir` is in m/s, metres and degrees.
 */
export function decodeQuery(fields: Iterable<readonly [name: string, value: string]>): Decoded {
  const said = new Map<string, string>()
  for (const [name, value] of fields) if (!said.has(name) && value !== '') said.set(name, value.trim())

  const device = said.get('id') ?? said.get('deviceid')
  if (!device) return { malformed: flaw('id', undefined, 'the key of a paired device') }

  const [bothLat, bothLon] = said.get('location')?.split(',') ?? []
  const lat = said.get('lat') ?? bothLat
  const lon = said.get('lon') ?? bothLon
  const number = (...names: string[]) => {
    const value = names.map((name) => said.get(name)).find((text) => text !== undefined)
    return isNumber(value) ? Number(value) : undefined
  }
  const alarms = alarmsOf(said.get('alarm'))
  const battery = percent(number('batt'), 100)
  const without = (...unreadable: Malformed[]): Decoded => ({ message: { device, fixes: [], unreadable, ...alarms, ...battery } })
  if (lat === undefined && lon === undefined) return without()
  if (!isNumber(lat)) return without(flaw('lat', lat, 'degrees'))
  if (!isNumber(lon)) return without(flaw('lon', lon, 'degrees'))
  const at = said.has('timestamp') ? instantOf(said.get('timestamp')!) : undefined
  if (Number.isNaN(at)) return without(flaw('timestamp', said.get('timestamp'), 'seconds or milliseconds since 1970, or an ISO 8601 time'))

  const [knots, metersPerSecond] = [number('speed'), number('spd')]
  const fix: OsmandFix = {
    at,
    lon: Number(lon),
    lat: Number(lat),
    speedKmh: sensibleSpeed(knots === undefined ? (metersPerSecond === undefined ? undefined : metersPerSecond * 3.6) : knots * 1.852),
    courseDeg: sensibleCourse(number('bearing', 'heading', 'dir')),
    altitudeMeters: number('altitude', 'alt'),
    accuracyMeters: notNegative(number('accuracy', 'acc')),
    valid: isTrue(said.get('valid') ?? 'true'),
    mock: isTrue(said.get('mock') ?? ''),
  }
  return { message: { device, fixes: [fix], unreadable: [], ...alarms, ...battery } }
}

/**
 * Traccar Client 9 and later: `{device_id, location: {timestamp, coords: {…}}}`; several locations as an array. Speed is in m/s.
 *
 * @param key  what the address says of the device; the body's own word counts first
 */
export function decodeJson(text: string, key?: string): Decoded {
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    return { malformed: flaw('body', text.slice(0, 40), 'JSON') }
  }
  const { device_id: named, location } = fieldsOf(root)
  const device = typeof named === 'number' ? String(named) : named || key
  if (typeof device !== 'string' || device === '') return { malformed: flaw('device_id', named, 'the key of a paired device') }

  const fixes: OsmandFix[] = []
  const unreadable: Malformed[] = []
  let alarms: ReturnType<typeof alarmsOf> = {}
  let battery: { readonly battery?: number } = {}
  for (const [index, one] of (Array.isArray(location) ? location : location === undefined ? [] : [location]).entries()) {
    const path = Array.isArray(location) ? `location/${index}` : 'location'
    const { timestamp, coords, mock, alarm, extras, battery: cell } = fieldsOf(one)
    const { level } = fieldsOf(cell)
    battery = { ...battery, ...percent(isFinite(level) ? level : undefined, 1) }
    alarms = { ...alarms, ...alarmsOf(alarm ?? fieldsOf(extras)['alarm']) }
    if (coords === undefined || coords === null) continue
    const { latitude: lat, longitude: lon, speed, heading, altitude, accuracy } = fieldsOf(coords)
    const at = timestamp === undefined || timestamp === null ? undefined : instantOf(String(timestamp))
    if (!isFinite(lat) || !isFinite(lon) || Number.isNaN(at)) {
      unreadable.push(
        !isFinite(lat) ? flaw(`${path}/coords/latitude`, lat, 'degrees') : !isFinite(lon) ? flaw(`${path}/coords/longitude`, lon, 'degrees') : flaw(`${path}/timestamp`, timestamp, 'an ISO 8601 time'),
      )
      continue
    }
    const number = (value: unknown) => (isFinite(value) ? value : undefined)
    // −1 is how the program says that it does not know.
    const metersPerSecond = notNegative(number(speed))
    fixes.push({
      at,
      lon,
      lat,
      speedKmh: sensibleSpeed(metersPerSecond === undefined ? undefined : metersPerSecond * 3.6),
      courseDeg: sensibleCourse(number(heading)),
      altitudeMeters: number(altitude),
      accuracyMeters: notNegative(number(accuracy)),
      valid: true,
      mock: mock === true,
    })
  }
  return { message: { device, fixes, unreadable, ...alarms, ...battery } }
}

/**
 * Seconds or milliseconds since 1970, ISO 8601, or `2014-06-04 09:10:11` meant as UTC; NaN for anything else. A plus that nobody encoded
 * comes out of a query as a blank: `…T06:02:49 02:00` is two hours east.
 */
export function instantOf(text: string): Instant {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const value = Number(text)
    // Seconds reach this number in the year 5138, milliseconds reached it in 1973.
    return Math.round(value < 1e11 ? value * 1000 : value)
  }
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:\s*(Z|[+-]\d\d:?\d\d)| (\d\d:?\d\d))?$/.exec(text)
  return match ? Date.parse(`${match[1]}T${match[2]}${match[3] ?? (match[4] ? `+${match[4]}` : 'Z')}`) : NaN
}

/** One alarm, or several between commas. */
const alarmsOf = (said: unknown): Pick<OsmandMessage, 'alarms'> =>
  typeof said === 'string' && said.split(',').some((name) => name.trim().toLowerCase() === 'sos') ? { alarms: ['emergency'] } : {}

/** @param whole  what a full battery is said to be */
const percent = (level: number | undefined, whole: 1 | 100): { readonly battery?: number } =>
  level !== undefined && level >= 0 && level <= whole ? { battery: Math.round((level / whole) * 100) } : {}

const isTrue = (text: string) => ['true', '1'].includes(text.toLowerCase())
const isNumber = (text: string | undefined): text is string =>
  text !== undefined && /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text)
const isFinite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const fieldsOf = (value: unknown) => (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>

const notNegative = (value: number | undefined) => (value !== undefined && value >= 0 ? value : undefined)
/** A place is not lost because its speed is nonsense. */
const sensibleSpeed = (kmh: number | undefined) => (kmh !== undefined && kmh >= 0 && kmh <= 400 ? kmh : undefined)
const sensibleCourse = (degrees: number | undefined) => (degrees !== undefined && degrees >= 0 && degrees <= 360 ? degrees : undefined)

const flaw = (path: string, value: unknown, expected: string): Malformed => ({ path, found: value === undefined ? 'nothing' : String(JSON.stringify(value)).slice(0, 40), expected })
