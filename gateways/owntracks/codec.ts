/**
 * What OwnTracks says over HTTP or MQTT, as fixes. Pure: text in, numbers in our units out.
 *
 * Only the place and its quality are read. Networks (`SSID`, `BSSID`), regions, pressure, faces of friends' cards and everything
 * else a phone offers is dropped here: we have no use for it and no right to it. https://owntracks.org/booklet/tech/json/
 */
import type { Instant } from '#kernel/names.ts'

export type OwntracksFix = {
  readonly at: Instant | undefined
  readonly lon: number
  readonly lat: number
  readonly speedKmh: number | undefined
  readonly courseDeg: number | undefined
  readonly altitudeMeters: number | undefined
  readonly accuracyMeters: number | undefined
}
export type OwntracksMessage = {
  /** `location`, `transition`, `lwt`, `status` … as the program calls it. Only the first two hold the phone's own place. */
  readonly type: string
  /** From the topic (`owntracks/USER/DEVICE`), else its two letters; undefined when neither is said. */
  readonly device: string | undefined
  readonly fixes: readonly OwntracksFix[]
}
export type Malformed = { readonly path: string; readonly found: string; readonly expected: string }
export type Decoded = { readonly message: OwntracksMessage } | { readonly malformed: Malformed }

/** Whose own place a message holds; a waypoint's is somewhere else. */
const placed = new Set(['location', 'transition'])

/** @param topic  of MQTT, where the message does not say it itself */
export function decodeMessage(text: string, topic?: string): Decoded {
  if (text.trim() === '') return malformed('body', undefined, 'a JSON object')
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    return malformed('body', text.slice(0, 40), 'JSON')
  }
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return malformed('body', root, 'a JSON object')
  const { _type: type, topic: said, tid, tst, lat, lon, vel, cog, alt, acc } = root as Record<string, unknown>
  if (typeof type !== 'string' || type === '') return malformed('_type', type, 'location, transition …')
  if (type === 'encrypted') return malformed('_type', type, 'a message that is not encrypted: leave the key in the app empty')
  const device = deviceOf(typeof said === 'string' ? said : topic) ?? (typeof tid === 'string' && tid !== '' ? tid : undefined)
  if (!placed.has(type)) return { message: { type, device, fixes: [] } }
  if (!isWithin(lat, 90)) return malformed('lat', lat, 'degrees')
  if (!isWithin(lon, 180)) return malformed('lon', lon, 'degrees')
  if (tst !== undefined && !(typeof tst === 'number' && Number.isFinite(tst) && tst >= 0)) return malformed('tst', tst, 'seconds since 1970')
  const number = (value: unknown, least: number, most: number) => (typeof value === 'number' && value >= least && value <= most ? value : undefined)
  const fix = {
    at: tst === undefined ? undefined : Math.round((tst as number) * 1000),
    lon,
    lat,
    // a place is not lost because its speed is nonsense; −1 is how the program says that it does not know
    speedKmh: number(vel, 0, 400),
    courseDeg: number(cog, 0, 360),
    altitudeMeters: number(alt, -1000, 10_000),
    accuracyMeters: number(acc, 0, Infinity),
  }
  return { message: { type, device, fixes: [fix] } }
}

const deviceOf = (topic: string | undefined) => /^owntracks\/([^/]+\/[^/]+)/.exec(topic ?? '')?.[1]
const isWithin = (value: unknown, most: number): value is number => typeof value === 'number' && Math.abs(value) <= most

function malformed(path: string, value: unknown, expected: string): { malformed: Malformed } {
  const found = value === undefined ? 'nothing' : String(JSON.stringify(value)).slice(0, 40)
  return { malformed: { path, found, expected } }
}
