/** What a phone's program sent over HTTP, whichever it is: OsmAnd, Traccar Client and GPSLogger, OwnTracks, Overland. Pure. */
import type { Instant } from '#kernel/names.ts'
import type { NewPosition } from '#modules/units/contract.ts'
import { decodeJson, decodeQuery } from './osmand/codec.ts'
import { translate as ofOsmand } from './osmand/translate.ts'
import { decodeLocations } from './overland/codec.ts'
import { decodePayload } from './owntracks/codec.ts'
import { translate as ofOwnTracks } from './owntracks/translate.ts'
import type { Alarm, Malformed } from './talk.ts'

export type PhoneRequest = {
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly mediaType: string
  /** The header as it came. */
  readonly authorization: string | undefined
  readonly body: string
  /** The program that this address is for, where it is for one: a body without content says nothing of itself. */
  readonly app?: 'owntracks'
}

export type PhoneMessage = {
  readonly app: 'osmand' | 'owntracks' | 'overland'
  /** The secret by which the device is known; undefined where it showed none. */
  readonly key: string | undefined
  readonly positions: readonly NewPosition[]
  readonly alarms: readonly Alarm[]
  /** Fixes that the device itself says are none. */
  readonly unusable: readonly ('place-invalid' | 'place-mocked')[]
  /** What cannot be read, of a message whose rest can: sent again it would be no better. */
  readonly unreadable: readonly Malformed[]
  /** Percent. */
  readonly battery: number | undefined
}

/**
 * What a request says. Malformed is only what is of none of these programs: anything else is answered well, since they send until it is.
 *
 * @param now  the time of a fix whose device did not say
 */
export function readPhone(request: PhoneRequest, now: Instant): PhoneMessage | { readonly malformed: Malformed } {
  const body = request.body.trim()
  const said = new Map(request.query)
  const shown = keyIn(request.authorization) ?? said.get('id')
  const isJson = body.startsWith('{') || body.startsWith('[')
  const root = isJson ? parsed(body) : undefined

  if (isTracks(root) || (body === '' && saysNothing(request, said))) return readTrack(shown, body, now)
  if (typeof root === 'object' && root !== null && 'locations' in root) {
    const decoded = decodeLocations(root)
    if ('malformed' in decoded) return decoded
    const { fixes, unreadable, device, battery } = decoded.message
    return { app: 'overland', key: shown ?? device, positions: ofOwnTracks({ fixes }, now), alarms: [], unusable: [], unreadable, battery }
  }
  const decoded = isJson ? decodeJson(body, said.get('id') ?? said.get('deviceid')) : decodeQuery([...request.query, ...(request.mediaType.includes('form') || request.mediaType === '' ? new URLSearchParams(body) : [])])
  if ('malformed' in decoded) return decoded
  const { message } = decoded
  const { positions, unusable } = ofOsmand(message, now)
  const at = positions[0]?.fixAt ?? now
  return { app: 'osmand', key: message.device, positions, unusable, unreadable: message.unreadable, alarms: (message.alarms ?? []).map((name) => ({ name, at })), battery: message.battery }
}

/** What OwnTracks publishes, over HTTP or MQTT. @param key  what it showed beside */
export function readTrack(key: string | undefined, payload: string, now: Instant): PhoneMessage {
  const decoded = decodePayload(payload)
  // Not what it holds: in text that is no JSON anything may stand.
  const nothing = (malformed: Malformed) => ({ fixes: [], unreadable: [{ ...malformed, found: `${payload.length} characters` }], battery: undefined })
  const { fixes, unreadable, battery } = 'malformed' in decoded ? nothing(decoded.malformed) : decoded.message
  return { app: 'owntracks', key, positions: ofOwnTracks({ fixes }, now), alarms: [], unusable: [], unreadable, battery }
}

/** OwnTracks posts an empty body to ask whether there is anything for it. What has a place or a name in its address is not that. */
const saysNothing = ({ app, authorization }: PhoneRequest, said: ReadonlyMap<string, string>): boolean =>
  app === 'owntracks' || (/^basic /i.test(authorization ?? '') && !['id', 'deviceid', 'lat', 'lon', 'location'].some((name) => said.has(name)))

/** `Basic` as OwnTracks has it, where the password is the key; `Bearer` as Overland has it. */
function keyIn(authorization: string | undefined): string | undefined {
  const [scheme, value = ''] = (authorization ?? '').split(' ')
  if (scheme?.toLowerCase() === 'bearer') return value || undefined
  if (scheme?.toLowerCase() !== 'basic') return undefined
  const pair = new TextDecoder().decode(Uint8Array.from(Buffer.from(value, 'base64')))
  return pair.slice(pair.indexOf(':') + 1) || undefined
}

/** OwnTracks names its kind of message; an empty list is its way to say nothing. */
const isTracks = (root: unknown): boolean => (Array.isArray(root) ? root.length === 0 || root.some(isTrack) : isTrack(root))
const isTrack = (one: unknown) => typeof one === 'object' && one !== null && '_type' in one

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
