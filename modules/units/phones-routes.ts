/** OsmAnd, Traccar Client, GPSLogger, OwnTracks and Overland over HTTP. No sign-in: the key of the device is what it has. */
import { Type } from 'typebox'
import { isRefused } from '#kernel/decision.ts'
import { Problem } from '#kernel/contract.ts'
import { route, type Upload } from '#platform/http/route.ts'
import { PositionsTaken } from './contract.ts'
import type { UnitsDeps } from './deps.ts'
import { bodyFor, flawInWords, takeFromPhone } from './phones-jobs.ts'

const units = route<UnitsDeps>()

/** Whatever else a phone sends (cells, networks) is let in here and read by nobody. */
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
const Key = Type.Object({ id: Type.Optional(Type.String({ description: 'the device’s key, where the header does not say it' })) })

/** Of one address: a whole shift's phones may come through one mobile carrier's. */
const callsPerMinute = 12_000
const bodyLimit = 512 * 1024
const common = { access: 'public', callsPerMinute, bodyLimit } as const

type Request = {
  readonly querystring: Record<string, unknown>
  readonly address: string
  readonly language: 'zh' | 'en'
  readonly upload?: Upload
  readonly authorization?: string | undefined
  readonly app?: 'owntracks'
}

async function answer(deps: UnitsDeps, { querystring, address, language, upload, authorization, app }: Request) {
  const request = { query: firsts(querystring), mediaType: upload?.mediaType ?? '', authorization, body: upload ? await textOf(upload) : '', ...(app && { app }) }
  const made = await takeFromPhone(deps, { address, language }, request)
  if ('malformed' in made) return { status: 400 as const, body: { code: 'malformed', because: flawInWords(made.malformed, language), details: [made.malformed] } }
  return isRefused(made) ? made : { status: 200 as const, body: bodyFor(made) as never }
}

export const phonesRoutes = [
  units({
    ...common,
    method: 'GET',
    path: '/api/units/osmand',
    summary: 'Report a position as OsmAnd and GPSLogger do, in the query.',
    schema: { querystring: Fields },
    replies: { 200: PositionsTaken, 400: Problem },
    handle: (deps, { querystring, address, language }) => answer(deps, { querystring, address, language }),
  }),
  units({
    ...common,
    method: 'POST',
    path: '/api/units/osmand',
    summary: 'Report positions as OsmAnd and Traccar Client do: in the query, as a form, or as JSON.',
    upload: true,
    schema: { querystring: Fields },
    replies: { 200: PositionsTaken, 400: Problem },
    handle: (deps, { querystring, address, language, upload }) => answer(deps, { querystring, address, language, upload }),
  }),
  units({
    ...common,
    method: 'POST',
    path: '/api/units/owntracks',
    summary: 'Report positions as OwnTracks does over HTTP. The key is the password of the basic authorization.',
    upload: true,
    schema: { querystring: Key },
    replies: { 200: Type.Array(Type.Unknown()), 400: Problem },
    handle: (deps, { querystring, address, language, upload }) => answer(deps, { querystring, address, language, upload, authorization: upload.authorization, app: 'owntracks' }),
  }),
  units({
    ...common,
    method: 'POST',
    path: '/api/units/overland',
    summary: 'Report positions as Overland does. The key is the bearer token.',
    upload: true,
    schema: { querystring: Key },
    replies: { 200: Type.Object({ result: Type.Literal('ok') }), 400: Problem },
    handle: (deps, { querystring, address, language, upload }) => answer(deps, { querystring, address, language, upload, authorization: upload.authorization }),
  }),
]

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
