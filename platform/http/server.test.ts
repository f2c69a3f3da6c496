import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { Registry } from 'prom-client'
import { Type } from 'typebox'
import { refuse } from '#kernel/decision.ts'
import { csrfOf, type Authenticate } from '#platform/auth/session.ts'
import { silentLog } from '#platform/log.ts'
import { createHttpServer, type HttpServer, type HttpServerOptions } from './server.ts'
import { FileBody, route, TextBody, type Route } from './route.ts'
import { usualHeaders } from './security.ts'

const folder = mkdtempSync(join(tmpdir(), 'gengfu-http-'))
mkdirSync(join(folder, 'console'))
mkdirSync(join(folder, 'officer'))
mkdirSync(join(folder, 'assets'))
const html = (name: string) => `<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>${name}`
writeFileSync(join(folder, 'console/index.html'), html('console'))
writeFileSync(join(folder, 'officer/index.html'), html('officer'))
writeFileSync(join(folder, 'assets/app-1a2b.js'), `console.log('${'x'.repeat(5000)}')`)
writeFileSync(join(folder, 'manifest.webmanifest'), '{}')
writeFileSync(join(folder, 'officer/worker.js'), '// keeps')
writeFileSync(join(folder, 'map.bin'), Buffer.from(Array.from({ length: 256 }, (_, n) => n)))

const token = (name: string) => name.padEnd(43, '_')
const authenticate: Authenticate = async ({ token: given }) => {
  const name = given.replace(/_+$/, '')
  if (name === 'old') return 'expired'
  if (name === 'database-gone') throw Object.assign(new Error('gone'), { code: 'database-unavailable' })
  if (!['desk', 'auditor', 'fresh'].includes(name)) return 'unknown'
  return {
    actor: { account: name, name, grants: [{ role: name === 'auditor' ? 'auditor' : 'dispatcher', agency: 'cn' }] },
    session: { id: name, csrf: csrfOf(given), mustChangePassword: name === 'fresh', idleExpiresAt: 0, expiresAt: 0 },
  }
}

const town = route<{ said: string[] }>()
const Body = Type.Object({ name: Type.String({ maxLength: 10 }), priority: Type.Integer({ minimum: 1, maximum: 4 }), kind: Type.Union([Type.Literal('car'), Type.Literal('foot')]) }, { additionalProperties: false })
function* piecesOfText() {
  for (let n = 0; n < 2000; n++) yield `${n},巡\r\n`
}
const routes: Route<{ said: string[] }>[] = [
  town({ method: 'POST', path: '/api/test/things', summary: 'Make.', access: ['dispatcher'], schema: { body: Body }, replies: { 201: Type.Object({ id: Type.String() }) },
    async handle(deps, { body }) { deps.said.push(body.name); return { status: 201, body: { id: body.name } } } }),
  town({ method: 'GET', path: '/api/test/things', summary: 'List.', access: 'signed-in',
    schema: { querystring: Type.Object({ limit: Type.Optional(Type.Integer({ maximum: 100 })), all: Type.Optional(Type.Boolean()) }, { additionalProperties: false }) },
    replies: { 200: Type.Object({ limit: Type.Union([Type.Integer(), Type.Null()]), all: Type.Union([Type.Boolean(), Type.Null()]), language: Type.String() }) },
    handle: async (_deps, { querystring, language }) => ({ status: 200, body: { limit: querystring.limit ?? null, all: querystring.all ?? null, language } }) }),
  town({ method: 'GET', path: '/api/test/refusal', summary: 'Refuse.', access: 'public', schema: { querystring: Type.Object({ code: Type.String() }) }, replies: {},
    handle: async (_deps, { querystring }) => refuse(querystring.code, { unit: '巡3' }) as never }),
  town({ method: 'GET', path: '/api/test/bug', summary: 'Break.', access: 'public', schema: {}, replies: {}, handle: async () => { throw new Error('a secret detail') } }),
  town({ method: 'GET', path: '/api/test/gone', summary: 'Lose the database.', access: 'public', schema: {}, replies: {},
    handle: async () => { throw Object.assign(new Error('gone'), { code: 'database-unavailable' }) } }),
  town({ method: 'GET', path: '/api/test/full', summary: 'Fill the disk.', access: 'public', schema: { querystring: Type.Object({ code: Type.String() }) }, replies: {},
    handle: async (_deps, { querystring }) => { throw Object.assign(new Error('no space left'), { code: querystring.code }) } }),
  town({ method: 'GET', path: '/api/test/liar', summary: 'Answer what is not promised.', access: 'public', schema: {}, replies: { 200: Type.Object({ n: Type.Integer() }) },
    handle: async () => ({ status: 200, body: { n: 'one' as unknown as number } }) }),
  town({ method: 'GET', path: '/api/test/map', summary: 'A file.', access: 'public', schema: {}, replies: { 200: FileBody },
    handle: async () => ({ status: 200, body: { path: join(folder, 'map.bin'), type: 'application/octet-stream', etag: 'v1' } }) }),
  town({ method: 'GET', path: '/api/test/csv', summary: 'A table.', access: 'public', schema: {}, replies: { 200: Type.String() },
    handle: async () => ({ status: 200, body: 'a,b\r\n', headers: { 'content-type': 'text/csv; charset=utf-8' } }) }),
  town({ method: 'GET', path: '/api/test/pieces', summary: 'Text as it is made.', access: 'public', schema: {}, replies: { 200: TextBody },
    handle: async () => ({ status: 200, body: piecesOfText(), headers: { 'content-type': 'text/csv; charset=utf-8' } }) }),
  town({ method: 'GET', path: '/api/test/features', summary: 'Features.', access: 'public', schema: {}, replies: { 200: Type.String() },
    handle: async () => ({ status: 200, body: '{"type":"FeatureCollection"}', headers: { 'content-type': 'application/geo+json; charset=utf-8' } }) }),
  town({ method: 'POST', path: '/api/test/upload', summary: 'Take bytes.', access: ['dispatcher'], upload: true, bodyLimit: 3_000_000, schema: {}, replies: { 200: Type.Object({ bytes: Type.Integer(), type: Type.String() }) },
    async handle(_deps, { upload }) {
      let bytes = 0
      for await (const chunk of upload.stream) bytes += (chunk as Buffer).length
      return { status: 200, body: { bytes, type: upload.mediaType } }
    } }),
  town({ method: 'GET', path: '/api/test/rare', summary: 'Seldom.', access: 'public', callsPerMinute: 3, schema: {}, replies: { 204: Type.Null() }, handle: async () => ({ status: 204, body: null }) }),
  town({ method: 'GET', path: '/api/test/slow', summary: 'Take a while.', access: 'public', schema: {}, replies: { 200: Type.Object({ done: Type.Boolean() }) },
    handle: async () => { await sleep(300); return { status: 200, body: { done: true } } } }),
  town({ method: 'GET', path: '/api/test/things/:id', summary: 'One.', access: 'public', schema: { params: Type.Object({ id: Type.String({ pattern: '^[a-z]+$' }) }) }, replies: { 200: Type.Object({ id: Type.String() }) },
    handle: async (_deps, { params }) => ({ status: 200, body: { id: params.id } }) }),
]

let clock = 1_767_225_600_000
const said: string[] = []
const make = async (more: Partial<HttpServerOptions> = {}): Promise<HttpServer> => {
  const server = await createHttpServer({
    log: silentLog, metrics: { registry: new Registry() }, authenticate, staticFolder: folder, version: '9.9', now: () => clock, checkReplies: true,
    sentences: { 'unit-off-duty': { zh: '{unit} 已下班。', en: 'Unit {unit} is off duty.' } }, ...more,
  })
  server.mount(routes, { said })
  return server
}
let server: HttpServer
before(async () => { server = await make() })
after(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

type Ask = { method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'; as?: string; headers?: Record<string, string>; payload?: string | object | Buffer }
async function ask(url: string, { method = 'GET', as, headers = {}, payload }: Ask = {}) {
  const reply = await server.app.inject({ method, url, headers: { ...(as ? { authorization: `Bearer ${token(as)}` } : {}), ...headers }, ...(payload === undefined ? {} : { payload }) })
  const isJson = String(reply.headers['content-type'] ?? '').includes('json')
  return { status: reply.statusCode, body: isJson ? reply.json() : reply.body, raw: reply.rawPayload, headers: reply.headers }
}
const good = { name: 'x', priority: 1, kind: 'car' }
const json = { 'content-type': 'application/json' }

test('a body that is not the contract is answered with path, found and expected, all at once', async () => {
  const { status, body } = await ask('/api/test/things', { method: 'POST', as: 'desk', payload: { name: 'far too long a name', priority: '1', kind: 'tank', stray: true } })
  assert.equal(status, 400)
  assert.equal(body.code, 'malformed')
  assert.deepEqual(Object.fromEntries(body.details.map((one: any) => [one.path, [one.found, one.expected]])), {
    'body/name': ['"far too long a name"', 'not have more than 10 characters'],
    'body/priority': ['"1"', 'integer 1…4'],
    'body/kind': ['"tank"', '"car" | "foot"'],
    'body/stray': ['true', 'nothing: there is no such field'],
  })
  assert.deepEqual(said, [])
})

test('missing fields are named one by one', async () => {
  const { body } = await ask('/api/test/things', { method: 'POST', as: 'desk', payload: {} })
  assert.deepEqual(body.details.map((one: any) => `${one.path} ${one.found} ${one.expected}`).sort(), ['body/kind nothing "car" | "foot"', 'body/name nothing string', 'body/priority nothing integer 1…4'])
})

for (const [what, payload, headers, status, code] of [
  ['broken JSON', '{"name":', json, 400, 'malformed'],
  ['no body at all', undefined, {}, 400, 'malformed'],
  ['an empty body said to be JSON', '', json, 400, 'malformed'],
  ['a poisoned prototype', '{"__proto__":{"x":1},"name":"x"}', json, 400, 'malformed'],
  ['another media type', '<a/>', { 'content-type': 'application/xml' }, 415, 'media-type'],
  ['ten megabytes', JSON.stringify({ name: 'x'.repeat(10_000_000) }), json, 413, 'body-too-large'],
] as const) {
  test(`${what}: ${status} ${code}, and nothing was done`, async () => {
    const answer = await ask('/api/test/things', { method: 'POST', as: 'desk', headers, ...(payload === undefined ? {} : { payload }) })
    assert.deepEqual([answer.status, answer.body.code], [status, code])
    assert.ok(answer.body.because.length > 0)
    assert.deepEqual(said, [])
  })
}

test('queries are text, so "12" is 12; empty is absent; nonsense is refused', async () => {
  assert.deepEqual((await ask('/api/test/things?limit=12&all=true', { as: 'desk' })).body, { limit: 12, all: true, language: 'en' })
  assert.equal((await ask('/api/test/things?limit=', { as: 'desk' })).body.limit, null)
  assert.equal((await ask('/api/test/things?limit=many', { as: 'desk' })).body.details[0].path, 'query/limit')
  assert.equal((await ask('/api/test/things?limit=101', { as: 'desk' })).status, 400)
  assert.equal((await ask('/api/test/things?lmit=1', { as: 'desk' })).status, 400)
})

test('who may call: nobody, a stranger, an expired session, another role, the right one', async () => {
  const post = (headers: Record<string, string>) => ask('/api/test/things', { method: 'POST', headers, payload: good })
  const bearer = (name: string) => ({ authorization: `Bearer ${token(name)}` })
  for (const [headers, status, code] of [
    [{}, 401, 'not-signed-in'],
    [bearer('nobody'), 401, 'not-signed-in'],
    [bearer('old'), 401, 'session-expired'],
    [bearer('auditor'), 403, 'not-allowed'],
    [bearer('fresh'), 403, 'must-change-password'],
    [bearer('database-gone'), 503, 'database-unavailable'],
  ] as const) {
    const answer = await post(headers)
    assert.deepEqual([answer.status, answer.body.code], [status, code])
  }
  assert.equal((await post(bearer('desk'))).status, 201)
  assert.deepEqual(said.splice(0), ['x'])
})

test('a cookie from another site’s page writes nothing, whatever it sends along', async () => {
  const cookie = { cookie: `other=1; __Host-gengfu=${token('desk')}` }
  const csrf = { 'x-gengfu-csrf': csrfOf(token('desk')) }
  const post = (headers: Record<string, string>) => ask('/api/test/things', { method: 'POST', headers: { host: 'watch.example', ...headers }, payload: good })
  for (const headers of [
    { ...cookie },
    { ...cookie, 'x-gengfu-csrf': 'wrong' },
    { ...cookie, ...csrf, origin: 'https://evil.example' },
    { ...cookie, ...csrf, origin: 'null' },
    { ...cookie, ...csrf, 'sec-fetch-site': 'cross-site' },
    { ...cookie, ...csrf, 'sec-fetch-site': 'same-site' },
  ]) {
    const answer = await post(headers as unknown as Record<string, string>)
    assert.deepEqual([answer.status, answer.body.code], [403, 'csrf'], JSON.stringify(headers))
  }
  assert.deepEqual(said, [])
  assert.equal((await post({ ...cookie, ...csrf, origin: 'https://watch.example', 'sec-fetch-site': 'same-origin' })).status, 201)
  said.splice(0)
})

test('refusals are 409, 404 or 403 by their code, in the caller’s language', async () => {
  for (const [code, status] of [['unit-off-duty', 409], ['unit-not-found', 404], ['not-allowed', 403]] as const) {
    assert.equal((await ask(`/api/test/refusal?code=${code}`)).status, status)
  }
  const because = async (headers: Record<string, string>) => (await ask('/api/test/refusal?code=unit-off-duty', { headers })).body.because
  assert.equal(await because({}), 'Unit 巡3 is off duty.')
  assert.equal(await because({ 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' }), '巡3 已下班。')
  assert.equal(await because({ 'accept-language': 'de, en;q=0.5, zh;q=0.9' }), '巡3 已下班。')
  assert.equal(await because({ 'accept-language': 'zh-CN', 'x-gengfu-language': 'en' }), 'Unit 巡3 is off duty.')
})

test('a bug answers a number to tell, never its words', async () => {
  const { status, body, headers } = await ask('/api/test/bug')
  assert.deepEqual([status, body.code], [500, 'fault'])
  assert.ok(!JSON.stringify(body).includes('secret detail'))
  assert.ok(body.because.includes(String(headers['x-request-id'])))
})

test('an answer that is not what was promised is a fault, where answers are checked', async () => {
  assert.equal((await ask('/api/test/liar')).status, 500)
})

test('a database that is gone is 503 with when to try again', async () => {
  const { status, body, headers } = await ask('/api/test/gone')
  assert.deepEqual([status, body.code, headers['retry-after']], [503, 'database-unavailable', '2'])
})

test('a full disk is 507 in words, whether the file system or the database says it', async () => {
  for (const code of ['ENOSPC', '53100']) {
    const { status, body } = await ask(`/api/test/full?code=${code}`)
    assert.deepEqual([status, body.code], [507, 'storage-full'])
  }
})

test('unknown addresses of the API are 404 in JSON; a broken escape is 400', async () => {
  assert.deepEqual([(await ask('/api/nothing')).status, (await ask('/api/nothing')).body.code], [404, 'address-not-found'])
  assert.equal((await ask('/api/test/things', { method: 'PUT', payload: good })).status, 404)
  assert.equal((await ask('/api/test/things/%E0%A4%A')).body.code, 'malformed')
  assert.equal((await ask('/api/test/things/NOT-OK')).body.details[0].path, 'params/id')
})

test('pages come with a strict policy and a fresh nonce, the officer’s under /officer', async () => {
  const first = await ask('/')
  const second = await ask('/incident/12?layer=heat')
  assert.match(first.body, /console$/)
  assert.match(second.body, /console$/)
  assert.match((await ask('/officer')).body, /officer$/)
  assert.match((await ask('/officer/now')).body, /officer$/)
  assert.match((await ask('/officers')).body, /console$/)
  const nonceOf = (answer: typeof first) => /style-src 'self' 'nonce-([\w-]{22})'/.exec(String(answer.headers['content-security-policy']))![1]!
  assert.notEqual(nonceOf(first), nonceOf(second))
  assert.equal(first.body.match(new RegExp(nonceOf(first), 'g'))!.length, 2)
  const policy = String(first.headers['content-security-policy'])
  assert.ok(!policy.includes('unsafe'))
  for (const part of ["default-src 'none'", "script-src 'self';", "media-src 'self' blob:", "worker-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) assert.ok(policy.includes(part), part)
  assert.equal(first.headers['cache-control'], 'no-store')
})

test('the pocket’s service worker may ask this server and nothing else, and is asked for anew each time', async () => {
  const { headers } = await ask('/officer/worker.js')
  assert.equal(headers['content-security-policy'], "default-src 'none'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'")
  assert.equal(headers['cache-control'], 'no-cache')
  assert.equal(headers['content-type'], 'text/javascript; charset=utf-8')
})

test('every answer says nosniff, referrer-policy and a policy; HSTS only over TLS', async () => {
  for (const url of ['/', '/api/health', '/api/nothing', '/assets/app-1a2b.js', '/api/test/bug']) {
    const { headers } = await ask(url)
    assert.equal(headers['x-content-type-options'], 'nosniff', url)
    assert.equal(headers['referrer-policy'], 'same-origin', url)
    assert.ok(String(headers['content-security-policy']).includes("frame-ancestors 'none'"), url)
    assert.equal(headers['strict-transport-security'], undefined)
  }
})

test('assets are compressed once and kept for ever; what is not there is 404, never a page', async () => {
  for (const coding of ['br', 'gzip'] as const) {
    const { headers, raw } = await ask('/assets/app-1a2b.js', { headers: { 'accept-encoding': coding } })
    assert.equal(headers['content-encoding'], coding)
    assert.ok(raw.length < 1000)
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8')
    assert.equal((await ask('/assets/app-1a2b.js', { headers: { 'accept-encoding': coding, 'if-none-match': String(headers['etag']) } })).status, 304)
  }
  assert.equal((await ask('/manifest.webmanifest')).headers['cache-control'], 'no-cache')
  for (const url of ['/assets/old-9999.js', '/console/index.html', '/..%2f..%2fpackage.json', '/assets/../../package.json', '/%2e%2e/package.json', '/map.bin']) {
    assert.equal((await ask(url)).status, 404, url)
  }
})

test('files are sent in ranges', async () => {
  const get = (range?: string, more: Record<string, string> = {}) => ask('/api/test/map', { headers: { ...(range ? { range } : {}), ...more } })
  const whole = await get()
  assert.deepEqual([whole.status, whole.raw.length, whole.headers['accept-ranges'], whole.headers['etag'], whole.headers['cache-control']], [200, 256, 'bytes', '"v1"', 'no-store'])
  for (const [range, first, count, content] of [
    ['bytes=0-15', 0, 16, 'bytes 0-15/256'],
    ['bytes=250-', 250, 6, 'bytes 250-255/256'],
    ['bytes=-4', 252, 4, 'bytes 252-255/256'],
    ['bytes=200-9999', 200, 56, 'bytes 200-255/256'],
  ] as const) {
    const part = await get(range)
    assert.deepEqual([part.status, part.raw[0], part.raw.length, part.headers['content-range']], [206, first, count, content], range)
  }
  assert.deepEqual([(await get('bytes=256-')).status, (await get('bytes=256-')).headers['content-range']], [416, 'bytes */256'])
  assert.equal((await get('bytes=5-1')).status, 200)
  assert.equal((await get('bytes=0-1', { 'if-range': '"old"' })).status, 200)
  assert.equal((await get(undefined, { 'if-none-match': '"v1"' })).status, 304)
  const head = await ask('/api/test/map', { method: 'HEAD' })
  assert.deepEqual([head.status, head.raw.length, String(head.headers['content-length'])], [200, 0, '256'])
})

test('text goes out as it is', async () => {
  const { body, headers } = await ask('/api/test/csv')
  assert.deepEqual([body, headers['content-type']], ['a,b\r\n', 'text/csv; charset=utf-8'])
  const features = await ask('/api/test/features')
  assert.deepEqual([features.body, features.headers['content-type']], [{ type: 'FeatureCollection' }, 'application/geo+json; charset=utf-8'])
})

test('text that is sent as it is made comes whole, packed too', async () => {
  const whole = [...piecesOfText()].join('')
  const plain = await ask('/api/test/pieces')
  assert.deepEqual([plain.status, plain.body === whole, plain.headers['content-type'], plain.headers['cache-control']], [200, true, 'text/csv; charset=utf-8', 'no-store'])
  const packed = await ask('/api/test/pieces', { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(packed.headers['content-encoding'], 'gzip')
  assert.equal(gunzipSync(packed.raw).toString(), whole)
})

test('uploads of any type stream through, up to their own limit', async () => {
  const send = (bytes: number, as = 'desk') => ask('/api/test/upload', { method: 'POST', as, headers: { 'content-type': 'image/png' }, payload: Buffer.alloc(bytes) })
  assert.deepEqual((await send(2_500_000)).body, { bytes: 2_500_000, type: 'image/png' })
  assert.deepEqual([(await send(3_500_000)).status, (await send(3_500_000)).body.code], [413, 'body-too-large'])
  assert.equal((await send(10, 'auditor')).status, 403)
})

test('a route’s own limit per minute refills evenly', async () => {
  for (let n = 0; n < 3; n++) assert.equal((await ask('/api/test/rare')).status, 204)
  const refused = await ask('/api/test/rare')
  assert.deepEqual([refused.status, refused.body.code, refused.headers['retry-after']], [429, 'too-many-requests', '20'])
  clock += 20_000
  assert.equal((await ask('/api/test/rare')).status, 204)
  assert.equal((await ask('/api/test/rare')).status, 429)
})

test('strangers, guessers of tokens among them, have a limit that the signed-in do not share', async () => {
  const own = await make({ limits: { strangerPerMinute: 5 } })
  const go = (headers: Record<string, string>) => own.app.inject({ url: '/api/test/things', headers })
  for (let n = 0; n < 5; n++) assert.equal((await go({ authorization: `Bearer ${token(`guess${n}`)}` })).statusCode, 401)
  assert.equal((await go({ authorization: `Bearer ${token('guess')}` })).statusCode, 429)
  assert.equal((await go({})).statusCode, 429)
  assert.equal((await go({ authorization: `Bearer ${token('desk')}` })).statusCode, 200)
  await own.close()
})

test('metrics are for this machine and for keepers only', async () => {
  const local = await ask('/metrics')
  assert.equal(local.status, 200)
  assert.match(local.body, /gengfu_http_request_seconds_bucket/)
  const far = (headers: Record<string, string>) => server.app.inject({ url: '/metrics', remoteAddress: '192.0.2.7', headers })
  assert.equal((await far({})).statusCode, 401)
  assert.equal((await far({ authorization: `Bearer ${token('desk')}` })).statusCode, 403)
  assert.equal((await far({ authorization: `Bearer ${token('auditor')}` })).statusCode, 200)
})

test('metrics are not for whom a proxy on this machine lets in', async () => {
  const named = await make({ trustProxy: ['127.0.0.1'] })
  for (const { app } of [server, named]) {
    const status = async (headers: Record<string, string>) => (await app.inject({ url: '/metrics', headers: { host: '127.0.0.1:8080', ...headers } })).statusCode
    assert.equal(await status({}), 200)
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) assert.equal(await status({ [header]: '127.0.0.1' }), 401, header)
    assert.equal(await status({ host: 'room.example' }), 401)
    assert.equal(await status({ host: '127.0.0.1.example' }), 401)
    assert.equal(await status({ 'x-forwarded-for': '203.0.113.5', authorization: `Bearer ${token('auditor')}` }), 200)
  }
  await named.close()
})

const proxies: [what: string, from: string, forwarded: string | undefined, counted: string][] = [
  ['a proxy that is named', '127.0.0.1', '203.0.113.5', '203.0.113.5'],
  ['one of a range', '10.1.2.3', '203.0.113.5', '203.0.113.5'],
  ['two of them', '127.0.0.1', '203.0.113.5, 10.1.2.3', '203.0.113.5'],
  ['a caller who writes an address of its own before the proxy does', '127.0.0.1', '198.51.100.1, 203.0.113.5', '203.0.113.5'],
  ['a proxy that is not named', '192.0.2.7', '203.0.113.5', '192.0.2.7'],
  ['nobody between', '192.0.2.7', undefined, '192.0.2.7'],
]
for (const [what, remoteAddress, forwarded, counted] of proxies) {
  test(`who calls: ${what}`, async () => {
    const own = await make({ trustProxy: ['127.0.0.1', '10.0.0.0/8'], limits: { strangerPerMinute: 1 } })
    const ask = (from: string, headers = {}) => own.app.inject({ url: '/api/test/refusal?code=unit-off-duty', remoteAddress: from, headers })
    assert.equal((await ask(remoteAddress, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded })).statusCode, 409)
    assert.equal((await ask(counted)).statusCode, 429)
    await own.close()
  })
}

test('health says which part is not ready', async () => {
  let database = true
  const own = await make({ parts: { database: () => database, town: async () => { throw new Error('not yet') } } })
  const ready = async () => { const answer = await own.app.inject('/api/health'); return [answer.statusCode, answer.json().parts] }
  assert.deepEqual(await ready(), [503, [{ name: 'database', ready: true }, { name: 'town', ready: false }]])
  database = false
  assert.deepEqual((await ready())[1], [{ name: 'database', ready: false }, { name: 'town', ready: false }])
  await own.close()
})

test('closing finishes what runs, lets idle connections go, and takes no more', async () => {
  const own = await make()
  const { url } = await own.listen('127.0.0.1', 0)
  const slow = fetch(`${url}/api/test/slow`)
  const idle = await fetch(`${url}/api/test/csv`).then((answer) => answer.text().then(() => answer))
  assert.equal(idle.status, 200)
  await sleep(100)
  const startedAt = performance.now()
  await own.close()
  assert.ok(performance.now() - startedAt < 3000, 'closed in time')
  assert.deepEqual(await (await slow).json(), { done: true })
  await assert.rejects(fetch(`${url}/api/health`))
})

test('who sends far too much still reads why, over a real connection', async () => {
  const own = await make()
  const { url } = await own.listen('127.0.0.1', 0)
  const send = (path: string, headers: Record<string, string>) =>
    fetch(`${url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${token('desk')}`, ...headers }, body: Buffer.alloc(10_000_000, '"') })
  for (let n = 0; n < 5; n++) {
    assert.deepEqual([(await send('/api/test/things', json)).status, (await send('/api/test/upload', { 'content-type': 'image/png' })).status], [413, 413])
    assert.equal((await send('/api/test/things', { ...json, authorization: '' })).status, 401)
  }
  assert.equal((await fetch(`${url}/api/health`)).status, 200)
  await own.close()
})

test('an upload that breaks off ends for its handler too, read or unread', { timeout: 60_000 }, async () => {
  const ended: string[] = []
  let begun = 0
  const taking = route<object>()
  const take = (path: string, read: boolean) =>
    taking({ method: 'POST', path, summary: 'Take.', access: 'public', upload: true, schema: {}, replies: { 204: Type.Null() },
      async handle(_deps, { upload }) {
        begun++
        if (!read) { await sleep(100); ended.push('unread'); return { status: 204, body: null } }
        try { for await (const _chunk of upload.stream); ended.push('whole') } catch (error) { ended.push((error as Error).message) }
        return { status: 204, body: null }
      } })
  const own = await make()
  own.mount([take('/api/test/read', true), take('/api/test/unread', false)], {})
  const { url } = await own.listen('127.0.0.1', 0)
  for (const path of ['/api/test/read', '/api/test/unread']) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nten bytes.`)
    const before = ended.length
    while (begun <= before) await sleep(10)
    socket.destroy()
    while (ended.length === before) await sleep(10)
  }
  assert.deepEqual(ended, ['malformed', 'unread'])
  assert.equal((await fetch(`${url}/api/health`)).status, 200)
  await own.close()
})

/** A server of little patience, and raw connections to it. */
async function impatient(context: TestContext, idleMs = 200) {
  const server = await make({ idleMs })
  const ended: string[] = []
  const taking = route<object>()
  server.mount([
    taking({ method: 'POST', path: '/api/test/take', summary: 'Take.', access: 'public', schema: { body: Type.Object({ n: Type.Array(Type.Integer()) }) }, replies: { 200: Type.Object({ count: Type.Integer() }) },
      handle: async (_deps, { body }) => ({ status: 200, body: { count: body.n.length } }) }),
    taking({ method: 'POST', path: '/api/test/stream', summary: 'Take.', access: 'public', upload: true, schema: {}, replies: { 204: Type.Null() },
      async handle(_deps, { upload }) {
        try { for await (const _chunk of upload.stream); ended.push('whole') } catch (error) { ended.push((error as Error).message) }
        return { status: 204, body: null }
      } }),
    taking({ method: 'POST', path: '/api/test/ponder', summary: 'Take.', access: 'public', upload: true, bodyLimit: 3_000_000, schema: {}, replies: { 200: Type.Object({ bytes: Type.Integer() }) },
      async handle(_deps, { upload }) {
        await sleep(1000)
        let bytes = 0
        for await (const chunk of upload.stream) bytes += (chunk as Buffer).length
        await sleep(1000)
        return { status: 200, body: { bytes } }
      } }),
    taking({ method: 'GET', path: '/api/test/much', summary: 'Give.', access: 'public', schema: {}, replies: { 200: Type.String() },
      handle: async () => ({ status: 200, body: 'x'.repeat(64_000_000), headers: { 'content-type': 'text/plain' } }) }),
  ], {})
  server.app.get('/api/test/socket', { websocket: true }, (socket) => void socket.on('message', (said) => socket.send(String(said))))
  const { url } = await server.listen('127.0.0.1', 0)
  const sockets: Socket[] = []
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    return server.close()
  })
  const say = (words: string) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    sockets.push(socket.on('error', () => {}))
    socket.write(words)
    return socket
  }
  return { say, url, ended }
}
const post = (path: string, length: number) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

for (const path of ['/api/test/take', '/api/test/stream']) {
  test(`half a body and then nothing is let go: ${path}`, { timeout: 30_000 }, async (context) => {
    const { say, ended } = await impatient(context)
    const socket = say(`${post(path, 1000)}{"n":[1,`)
    await once(socket.resume(), 'close')
    if (path === '/api/test/stream') for (let n = 0; n < 1000 && ended.length === 0; n++) await sleep(10)
    assert.deepEqual(ended, path === '/api/test/stream' ? ['malformed'] : [])
  })
}

test('a body that comes slowly, byte by byte, is waited for', { timeout: 30_000 }, async (context) => {
  const body = `{"n":[${Array.from({ length: 20 }, () => 7).join()}]}`
  const { say } = await impatient(context, 2000)
  const socket = say(post('/api/test/take', body.length))
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  for (const byte of body) {
    socket.write(byte)
    await sleep(60)
  }
  for (let n = 0; n < 1000 && !answer.includes('"count":20'); n++) await sleep(10)
  assert.match(answer, /^HTTP\/1.1 200 [\s\S]*"count":20/)
})

test('who has said all, or as much as we take, may wait for us as long as we need', { timeout: 30_000 }, async (context) => {
  const { url } = await impatient(context)
  const answer = await fetch(`${url}/api/test/ponder`, { method: 'POST', headers: { 'content-type': 'image/png' }, body: Buffer.alloc(2_000_000) })
  assert.deepEqual(await answer.json(), { bytes: 2_000_000 })
  assert.deepEqual(await (await fetch(`${url}/api/test/slow`)).json(), { done: true })
})

test('who takes nothing of its answer is let go, and who takes it slowly gets it', { timeout: 60_000 }, async (context) => {
  const ask = 'GET /api/test/much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
  const { say } = await impatient(context, 400)
  const [slow, unread] = [say(ask), say(ask)]
  let [bytes, slept] = [0, 0]
  for await (const chunk of slow) {
    bytes += (chunk as Buffer).length
    if (bytes < 12_000_000 * (slept + 1) || slept === 5) continue
    slept++
    await sleep(700)
  }
  assert.ok(bytes > 64_000_000)
  let taken = 0
  for await (const chunk of unread) taken += (chunk as Buffer).length
  assert.ok(taken < 64_000_000, 'what lay on the way, and no more')
})

test('a WebSocket may be silent', async (context) => {
  const { url } = await impatient(context)
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/test/socket`)
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  await sleep(1000)
  const echo = new Promise<unknown>((resolve) => socket.addEventListener('message', ({ data }) => resolve(data)))
  socket.send('still here')
  assert.equal(await echo, 'still here')
  socket.close()
})

test('over TLS browsers are told to stay with it', () => {
  assert.match(usualHeaders(true)['strict-transport-security']!, /^max-age=31536000/)
})

test('what is not HTTP gets a short answer and the server lives on', async () => {
  const own = await make()
  const { url } = await own.listen('127.0.0.1', 0)
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('GARBAGE\r\n\r\n'))
    let text = ''
    socket.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text)).on('error', reject)
  })
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request[\s\S]*"malformed"/)
  assert.equal((await fetch(`${url}/api/health`)).status, 200)
  await own.close()
})

test('the API reference is a page of our own files, under the strict policy', async () => {
  const page = await ask('/api/reference')
  assert.equal(page.status, 200)
  assert.ok(!/<script(?![^>]*src=)|style=|\son\w+=/.test(page.body), 'nothing inline')
  assert.ok(!String(page.headers['content-security-policy']).includes('unsafe'))
  for (const [, address] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) assert.equal((await ask(address)).status, 200, address)
})
