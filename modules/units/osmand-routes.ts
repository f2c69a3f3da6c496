/** OsmAnd and Traccar Client over HTTP. No sign-in: the key of the device is what it has. */
import { Type } from 'typebox'
import { isRefused, refuse, sentence, type Refused } from '#kernel/decision.ts'
import { Problem } from '#kernel/contract.ts'
import { decodeJson, decodeQuery, type Decoded } from '#gateways/osmand/codec.ts'
import { translate } from '#gateways/osmand/translate.ts'
import { route, type Upload } from '#platform/http/route.ts'
import { PositionsTaken } from './contract.ts'
import type { UnitsDeps } from './deps.ts'
import { findDeviceByKey } from './devices-store.ts'
import { refusals } from './refusals.ts'
import { takeFromDevice } from './take-positions.ts'

const units = route<UnitsDeps>()

/** Whatever else a phone sends (cells, networks, battery) is let in here and read by nobody. */
const Fields = Type.Object({
  id: Type.Optional(Type.String({ description: 'the device’s key (also `deviceid`)' })),
  lat: Type.Optional(Type.String({ description: 'degrees, WGS-84' })),
  lon: Type.Optional(Type.String({ description: 'degrees, WGS-84' })),
  timestamp: Type.Optional(Type.String({ description: 's or ms since 1970 UTC, or ISO 8601; now when absent' })),
  speed: Type.Optional(Type.String({ description: 'knots' })),
  bearing: Type.Optional(Type.String({ description: 'degrees (also `heading`)' })),
  altitude: Type.Optional(Type.String({ description: 'metres' })),
  accuracy: Type.Optional(Type.String({ description: 'metres' })),
})

const replies = { 200: PositionsTaken, 400: Problem }
/** Of one address: a whole shift's phones may come through one mobile carrier's. */
const callsPerMinute = 12_000
const bodyLimit = 256 * 1024

export const osmandRoutes = [
  units({
    method: 'GET',
    path: '/api/units/osmand',
    summary: 'Report a position as OsmAnd does, in the query.',
    access: 'public',
    callsPerMinute,
    schema: { querystring: Fields },
    replies,
    handle: (deps, { querystring, address, language }) => take(deps, { address, language }, decodeQuery(firsts(querystring))),
  }),
  units({
    method: 'POST',
    path: '/api/units/osmand',
    summary: 'Report positions as OsmAnd and Traccar Client do: in the query, as a form, or as JSON.',
    access: 'public',
    callsPerMinute,
    bodyLimit,
    upload: true,
    schema: { querystring: Fields },
    replies,
    async handle(deps, { querystring, address, language, upload }) {
      const body = (await textOf(upload)).trim()
      const decoded = body.startsWith('{')
        ? decodeJson(body)
        : decodeQuery([...firsts(querystring), ...new URLSearchParams(upload.mediaType.includes('form') ? body : '')])
      return take(deps, { address, language }, decoded)
    },
  }),
]

/**
 * 2xx for everything that sending again would not make better: a phone tries its oldest fix until it is taken,
 * and one it can never get rid of would hold up all that follow.
 */
async function take(deps: UnitsDeps, caller: { address: string; language: 'zh' | 'en' }, decoded: Decoded) {
  if ('malformed' in decoded) {
    const { path, found, expected } = decoded.malformed
    const because = `${path}: ${found}, ${caller.language === 'zh' ? '应为' : 'expected'} ${expected}`
    return { status: 400 as const, body: { code: 'malformed', because, details: [decoded.malformed] } }
  }
  const device = await authentic(deps, decoded.message.device, caller.address)
  if (isRefused(device)) return device
  const { positions, unusable } = translate(decoded.message, deps.now())
  const taken = await takeFromDevice(deps, caller.language, device, positions)
  const rejected = unusable.map((code) => ({ index: 0, code, because: sentence(refusals, refuse(code), caller.language) }))
  return { status: 200 as const, body: { ...taken, rejected: [...taken.rejected, ...rejected] } }
}

async function authentic(deps: UnitsDeps, key: string, address: string) {
  const device = await findDeviceByKey(deps.db, key)
  if (device) return device
  // A key cannot be guessed; but nobody needs to try more often than this.
  const seconds = deps.wrongKeys.take(address)
  const answer: Refused = seconds > 0 ? refuse('too-many-requests', { seconds }) : refuse('device-not-found')
  return answer
}

const firsts = (fields: Record<string, unknown>): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]) => {
    const first: unknown = Array.isArray(value) ? value[0] : value
    return typeof first === 'string' ? [[name, first]] : []
  })

async function textOf(upload: Upload): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of upload.stream) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
