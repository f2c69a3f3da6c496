/** The API as an OpenAPI 3.1 document. TypeBox schemas are JSON Schema already, so they go in as they are. */
import type { TSchema } from 'typebox'
import { Problem } from '#kernel/contract.ts'
import { FileBody, TextBody, type Route } from './route.ts'

type AnyRoute = Omit<Route<never>, 'handle'>
type Json = Record<string, unknown>

/** Own fields only: TypeBox keeps notes to itself in hidden ones. */
const plain = (schema: TSchema): Json => JSON.parse(JSON.stringify(schema)) as Json

/** `POST /api/dispatch/incidents/:id/assignments` → `postDispatchIncidentsByIdAssignments`. */
export function operationId(route: Pick<AnyRoute, 'method' | 'path'>): string {
  const words = route.path
    .replace(/^\/(api\/)?/, '')
    .split(/[/.\-_]|(?=:)/)
    .filter(Boolean)
    .map((word) => (word.startsWith(':') ? `by-${word.slice(1)}` : word))
    .flatMap((word) => word.split('-'))
  return route.method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
}

export const templated = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

export function openApiOf(routes: readonly AnyRoute[], about: { version: string }): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) (paths[templated(route.path)] ??= {})[route.method.toLowerCase()] = operationOf(route)
  const tags = [...new Set(routes.map(tagOf))].sort().map((name) => ({ name }))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gengfu 更夫',
      version: about.version,
      description:
        'Patrol and dispatch. Sign in with `POST /api/session`; programs send `Authorization: Bearer TOKEN`, browsers use the cookie and repeat ' +
        '`csrf` in `x-gengfu-csrf` on every write. Times are milliseconds since 1970 UTC; coordinates are lon, lat in degrees, WGS-84 unless `crs` says ' +
        'otherwise. Every refusal is `{code, because}`: `code` is stable, `because` is in the language of `Accept-Language` or `x-gengfu-language`. ' +
        'Live changes and binary position frames come over the WebSocket `/api/live?after=N`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags,
    paths,
    components: {
      schemas: { Problem: plain(Problem) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'for programs' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-gengfu', description: 'for browsers' },
        csrf: { type: 'apiKey', in: 'header', name: 'x-gengfu-csrf', description: 'with the cookie, on every write' },
      },
      responses: {
        Problem: { description: 'Why not.', content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    },
  }
}

const tagOf = (route: AnyRoute): string => route.path.split('/').filter((part) => part && part !== 'api')[0]?.replace(/\..*$/, '') ?? 'server'

function operationOf(route: AnyRoute): Json {
  const { params, querystring, body } = route.schema
  const named = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
  const inPath = params ? propertiesOf(params) : []
  return {
    operationId: operationId(route),
    tags: [tagOf(route)],
    summary: route.summary,
    ...(Array.isArray(route.access) ? { description: `For roles: ${route.access.join(', ')}.` } : {}),
    parameters: [
      ...named.map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: inPath.find((one) => one.name === name)?.schema ?? { type: 'string' },
      })),
      ...(querystring ? propertiesOf(querystring).map((one) => ({ ...one, in: 'query' })) : []),
    ],
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: plain(body) } } } } : {}),
    ...(route.upload
      ? { requestBody: { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } } }
      : {}),
    responses: { ...repliesOf(route), default: { $ref: '#/components/responses/Problem' } },
    security:
      route.access === 'public' ? [] : [{ bearer: [] }, route.method === 'GET' ? { cookie: [] } : { cookie: [], csrf: [] }],
  }
}

function propertiesOf(schema: TSchema): { name: string; required: boolean; schema: Json; description?: unknown }[] {
  const { properties = {}, required = [] } = plain(schema) as { properties?: Record<string, Json>; required?: string[] }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema: rest,
  }))
}

function repliesOf(route: AnyRoute): Json {
  return Object.fromEntries(
    Object.entries(route.replies).map(([status, schema]) => {
      const described = (schema as { description?: string }).description
      const description = described ?? (Number(status) < 400 ? 'Done.' : 'Why not.')
      const empty = (schema as { type?: string }).type === 'null'
      if (empty) return [status, { description }]
      const media = schema === FileBody || schema === TextBody ? 'application/octet-stream' : 'application/json'
      return [status, { description, content: { [media]: { schema: plain(schema) } } }]
    }),
  )
}
