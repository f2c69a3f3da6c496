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
  /** Messages that cannot be read: left out, so that they do not hold up the others. */
  readonly unreadable: readonly Malformed[]
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
  if (text.trim() === '') return { message: { type: 'empty', device: sender, fixes: [], unreadable: [] } }
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    return { malformed: flaw('body', text.slice(0, 40), 'JSON') }
  }
  if (!Array.isArray(root)) return typeof root === 'object' && root !== null ? { message: decodeOne(root, '', sender) } : { malformed: flaw('body', root, 'an object') }
  const messages = root.map((one, index) => decodeOne(one, `${index}/`, sender))
  const battery = messages.findLast((message) => message.battery !== undefined)?.battery
  return {
    message: {
      type: messages.at(0)?.type ?? 'empty',
      device: messages.find(({ device }) => device !== undefined)?.device ?? sender,
      fixes: messages.flatMap(({ fixes }) => fixes),
      unreadable: messages.flatMap(({ unreadable }) => unreadable),
      ...(battery !== undefined && { battery }),
    },
  }
}

function decodeOne(root: unknown, path: string, sender: string | undefined): OwnTracksMessage {
  const { _type: said, topic, tid, lat, lon, tst, vel, cog, alt, acc, batt } = (typeof root === 'object' && root !== null ? root : {}) as Record<string, unknown>
  const type = typeof said === 'string' && said !== '' ? said.slice(0, 40) : 'unknown'
  const device = [topic, sender, tid].find((name): name is string => typeof name === 'string' && name !== '')
  const without = (...unreadable: Malformed[]): OwnTracksMessage => ({ type, device, fixes: [], unreadable })
  if (typeof root !== 'object' || root === null) return without(flaw(`${path}body`, root, 'an object'))
  if (typeof said !== 'string' || said === '') return without(flaw(`${path}_type`, said, 'what kind of message it is'))
  if (said === 'encrypted') return without(flaw(`${path}_type`, said, 'a payload in clear: the secret of encrypted ones stays on the phone'))
  // A waypoint is a place that somebody marked, not where the phone is.
  if (said !== 'location' && said !== 'transition') return without()
  // A transition may leave its place out.
  if (said === 'transition' && lat === undefined && lon === undefined) return without()
  if (!within(lat, -90, 90)) return without(flaw(`${path}lat`, lat, 'degrees'))
  if (!within(lon, -180, 180)) return without(flaw(`${path}lon`, lon, 'degrees'))
  if (tst !== undefined && tst !== null && !within(tst, 0, 8e12)) return without(flaw(`${path}tst`, tst, 'seconds or milliseconds since 1970'))
  return {
    type,
    device,
    unreadable: [],
    ...(within(batt, 0, 100) && { battery: Math.round(batt) }),
    fixes: [
      {
        // Seconds reach this number in the year 5138, milliseconds reached it in 1973.
        at: typeof tst === 'number' ? Math.round(tst < 1e11 ? tst * 1000 : tst) : undefined,
        lon,
        lat,
        // −1 is how iOS says that it does not know.
        speedKmh: within(vel, 0, 400) ? vel : undefined,
        courseDeg: within(cog, 0, 360) ? cog : undefined,
        altitudeMeters: within(alt, -1000, 100_000) ? alt : undefined,
        accuracyMeters: within(acc, 0, 1e7) ? acc : undefined,
      },
    ],
  }
}

const within = (value: unknown, least: number, most: number): value is number => typeof value === 'number' && value >= least && value <= most
const flaw = (path: string, value: unknown, expected: string): Malformed => ({ path, found: value === undefined ? 'nothing' : String(JSON.stringify(value)).slice(0, 60), expected })
