/**
 * What OwnTracks says over HTTP or MQTT, as messages. Pure: JSON in, values in our units out.
 *
 * Only the place, its quality, its time and the battery are read. Networks (`SSID`, `BSSID`), regions, contacts, faces and pictures are
 * dropped here: we have no use for them and no right to them.
 */
import type { Malformed, SaidFix } from '../talk.ts'

export type OwnTracksFix = SaidFix & {
  readonly accuracyMeters: number | undefined
}

export type OwnTracksMessage = {
  /** `location`, `transition`, `waypoint`, `lwt` …, as the app names them; `empty` for a body without content. */
  readonly type: string
  /** The topic `owntracks/user/device` where it is said; else the two letters of the tracker; else what the request said. */
  readonly device: string | undefined
  readonly fixes: readonly OwnTracksFix[]
  /** Percent. */
  readonly battery?: number
}
export type Decoded = { readonly message: OwnTracksMessage } | { readonly malformed: Malformed }

/**
 * A payload: one message, or an array of them.
 *
 * @param sender  the topic of MQTT, or what the HTTP request says of its sender; the payload's own word counts first
 */
export function decodePayload(text: string, sender?: string): Decoded {
  if (text.trim() === '') return { message: { type: 'empty', device: sender, fixes: [] } }
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    return malformed('body', text.slice(0, 40), 'JSON')
  }
  if (!Array.isArray(root)) return decodeOne(root, '', sender)
  let whole: OwnTracksMessage = { type: 'empty', device: sender, fixes: [] }
  for (const [index, one] of root.entries()) {
    const decoded = decodeOne(one, `${index}/`, sender)
    if ('malformed' in decoded) return decoded
    const { message } = decoded
    whole = index === 0 ? message : { type: whole.type, device: whole.device ?? message.device, fixes: [...whole.fixes, ...message.fixes], ...(message.battery !== undefined && { battery: message.battery }) }
  }
  return { message: whole }
}

function decodeOne(root: unknown, path: string, sender: string | undefined): Decoded {
  if (typeof root !== 'object' || root === null) return malformed(`${path}body`, root, 'an object')
  const { _type: type, topic, tid, lat, lon, tst, vel, cog, alt, acc, batt } = root as Record<string, unknown>
  if (typeof type !== 'string' || type === '') return malformed(`${path}_type`, type, 'what kind of message it is')
  if (type === 'encrypted') return malformed(`${path}_type`, type, 'a payload in clear: the secret of encrypted ones stays on the phone')
  const device = [topic, sender, tid].find((name): name is string => typeof name === 'string' && name !== '')
  // A waypoint is a place that somebody marked, not where the phone is.
  if (type !== 'location' && type !== 'transition') return { message: { type: type.slice(0, 40), device, fixes: [] } }
  // A transition may leave its place out.
  if (type === 'transition' && lat === undefined && lon === undefined) return { message: { type, device, fixes: [] } }
  if (!within(lat, -90, 90)) return malformed(`${path}lat`, lat, 'degrees')
  if (!within(lon, -180, 180)) return malformed(`${path}lon`, lon, 'degrees')
  if (tst !== undefined && tst !== null && !within(tst, 0, 8e12)) return malformed(`${path}tst`, tst, 'seconds since 1970')
  return {
    message: {
      type,
      device,
      ...(within(batt, 0, 100) && { battery: Math.round(batt) }),
      fixes: [
        {
          at: typeof tst === 'number' ? Math.round(tst * 1000) : undefined,
          lon,
          lat,
          // −1 is how iOS says that it does not know.
          speedKmh: within(vel, 0, 400) ? vel : undefined,
          courseDeg: within(cog, 0, 360) ? cog : undefined,
          altitudeMeters: within(alt, -1000, 100_000) ? alt : undefined,
          accuracyMeters: within(acc, 0, 1e7) ? acc : undefined,
        },
      ],
    },
  }
}

const within = (value: unknown, least: number, most: number): value is number => typeof value === 'number' && value >= least && value <= most

function malformed(path: string, value: unknown, expected: string): { malformed: Malformed } {
  return { malformed: { path, found: value === undefined ? 'nothing' : String(JSON.stringify(value)).slice(0, 60), expected } }
}
