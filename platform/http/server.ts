/** The front door: one Fastify server on which routes are mounted, pages are served and the live feed hangs. */
import { randomBytes } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable, Transform } from 'node:stream'
import { setImmediate as othersTurn } from 'node:timers/promises'
import compress from '@fastify/compress'
import websocket from '@fastify/websocket'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Histogram, type Registry } from 'prom-client'
import { Type } from 'typebox'
import { type Role } from '#kernel/actor.ts'
import { isRefused, refuse, sentence, type Refused, type Sentences } from '#kernel/decision.ts'
import type { Instant } from '#kernel/names.ts'
import type { Log } from '#platform/log.ts'
import { sameSecret, type Authenticate, type Authenticated } from '../auth/session.ts'
import { allowance } from './allowance.ts'
import { sendFile } from './file.ts'
import { openApiOf } from './openapi.ts'
import { pageFiles } from './pages.ts'
import { httpSentences, statusOf } from './refusals.ts'
import { referencePage, referenceScript, referenceStyle } from './reference.ts'
import { FileBody, route, TextBody, type FileReply, type Route } from './route.ts'
import { secretOf, type Secret } from './secret.ts'
import { isFromElsewhere, languageOf, pagePolicy, usualHeaders, workerPolicy } from './security.ts'
import { checkerOf, type Check, type Flaw } from './validate.ts'

export type HttpServerOptions = {
  readonly log: Log
  readonly metrics: { readonly registry: Registry }
  /** The refusals of every module; the door's own are added. */
  readonly sentences: Sentences
  readonly authenticate: Authenticate
  /** The built apps: `console/index.html`, `officer/index.html`, `assets/…`. */
  readonly staticFolder: string
  readonly version: string
  readonly now: () => Instant
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer }
  /** One line per request in the log; never a body, a query or a header. */
  readonly logRequests?: boolean
  /** What must be well for the server to be ready: `{ database: () => database.isHealthy() }`. */
  readonly parts?: Readonly<Record<string, () => boolean | Promise<boolean>>>
  /** Addresses, or ranges as ADDRESS/BITS, of reverse proxies whose `X-Forwarded-For` may be believed: who calls is the last address there that is none of them. */
  readonly trustProxy?: readonly string[]
  /** Calls per minute: of an address with no session; of a session; of any address at all. */
  readonly limits?: Partial<Limits>
  /** How long a caller may leave us without a byte of what it has begun to send. */
  readonly idleMs?: number
  /** Hold answers to their schemas as well; a breach is a fault. For tests: it costs time and says nothing to users. */
  readonly checkReplies?: boolean
}

type Limits = { readonly strangerPerMinute: number; readonly sessionPerMinute: number; readonly addressPerMinute: number }
const usualLimits: Limits = { strangerPerMinute: 1200, sessionPerMinute: 12_000, addressPerMinute: 120_000 }

const bodyLimit = 1024 * 1024
/** Bears a lost radio cell and what TCP waits after it. */
const usualIdleMs = 60_000
/** A picture over 2G and a map over a slow line are slow, but not so slow. */
const requestMsMax = 2 * 3_600_000
const MUTATING = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
/** What only those who run the server may read. */
const keepers: readonly Role[] = ['auditor', 'administrator']

export type HttpServer = {
  readonly app: FastifyInstance
  /** Before `listen`. */
  mount<Deps>(routes: readonly Route<Deps>[], deps: Deps): void
  /** Port 0 takes a free one. */
  listen(host: string, port: number): Promise<{ readonly url: string }>
  /** Take no more, finish what runs, then close every connection. */
  close(): Promise<void>
}

/** Said instead of thrown, all the way to the answer. */
class Problematic extends Error {
  readonly refused: Refused
  readonly details: readonly Flaw[] | undefined
  constructor(refused: Refused, details?: readonly Flaw[]) {
    super(refused.refused)
    this.refused = refused
    this.details = details
  }
}
const problem = (code: string, params?: Record<string, string | number>, details?: readonly Flaw[]) =>
  new Problematic(refuse(code, params), details)

/** Who calls, as far as is known; kept beside the request, not on it. */
const callers = new WeakMap<FastifyRequest, { language: 'zh' | 'en'; authenticated: Authenticated | undefined }>()

export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { log, now, authenticate, idleMs = usualIdleMs } = options
  const sentences: Sentences = { ...httpSentences, ...options.sentences }
  const limits = { ...usualLimits, ...options.limits }
  const listed: Omit<Route<never>, 'handle'>[] = []
  let stopping = false

  const bounds = { headersTimeout: 20_000, maxHeaderSize: 16 * 1024 }

  const app = fastify({
    bodyLimit,
    ...(options.tls ? { https: { ...options.tls, ...bounds } } : { http: bounds }),
    trustProxy: options.trustProxy ?? false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestTimeout: requestMsMax,
    connectionTimeout: 0, // would cut off who waits for us, too: see `cutOffWhenIdle`
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    genReqId: () => randomBytes(8).toString('hex'),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => answerError(error, request, reply),
    clientErrorHandler: badHttp,
  } as object) as unknown as FastifyInstance
  app.setValidatorCompiler(() => () => true) // routes are checked below, with better words
  app.setSerializerCompiler(() => (body) => JSON.stringify(body))
  app.removeContentTypeParser('text/plain') // every body is JSON; and a form of another site may send plain text unasked

  await app.register(compress, { global: true, threshold: 1024, encodings: ['gzip'], requestEncodings: ['identity'], zlibOptions: { level: 4 } })
  await app.register(websocket, {
    options: { maxPayload: 16 * 1024, perMessageDeflate: false, clientTracking: true },
    preClose(done: () => void) {
      for (const client of app.websocketServer.clients) client.close(1001, 'stopping')
      // A client that does not answer the goodbye is let go.
      setTimeout(() => app.websocketServer.clients.forEach((client) => client.terminate()), 1000).unref()
      app.websocketServer.close()
      done()
    },
  })

  // ——— before anything is read ———

  const headers = usualHeaders(Boolean(options.tls))
  const anyAddress = allowance({ perMinute: limits.addressPerMinute, now })
  const stranger = allowance({ perMinute: limits.strangerPerMinute, now })
  const perSession = allowance({ perMinute: limits.sessionPerMinute, now })
  const perRoute = allowance({ perMinute: limits.strangerPerMinute, now })

  app.addHook('onRequest', async (request, reply) => {
    cutOffWhenIdle(request.raw, reply.raw, idleMs)
    reply.headers(headers)
    reply.header('x-request-id', request.id)
    callers.set(request, { language: languageOf(request.headers), authenticated: undefined })
    if (stopping) throw problem('stopping')
    tooMany(anyAddress.take(request.ip))
  })

  /** Let a call through, or say why not: rights first, then the body is read. */
  async function admit(request: FastifyRequest, spec: Omit<Route<never>, 'handle'>): Promise<void> {
    const caller = callers.get(request)!
    if (spec.callsPerMinute !== undefined) tooMany(perRoute.take(`${spec.method} ${spec.path} ${request.ip}`, spec.callsPerMinute))
    const secret = secretOf(request)
    // A page of another site may neither write nor sign somebody in. Bearer tokens are never sent by a browser on its own.
    if (MUTATING.has(request.method) && secret?.via !== 'bearer' && isFromElsewhere(request.headers)) throw problem('csrf')

    if (spec.access === 'public') {
      if (spec.callsPerMinute === undefined) tooMany(stranger.take(request.ip))
      return
    }
    caller.authenticated = await authenticated(request, secret)
    const { actor, session } = caller.authenticated
    tooMany(perSession.take(session.id))
    if (secret!.via === 'cookie' && MUTATING.has(request.method)) {
      const repeated = request.headers['x-gengfu-csrf']
      if (typeof repeated !== 'string' || !sameSecret(repeated, session.csrf)) throw problem('csrf')
    }
    if (session.mustChangePassword && !spec.beforePasswordChange) throw problem('must-change-password')
    if (Array.isArray(spec.access) && !actor.grants.some((grant) => (spec.access as readonly Role[]).includes(grant.role))) {
      throw problem('not-allowed')
    }
  }

  async function authenticated(request: FastifyRequest, secret: Secret | undefined): Promise<Authenticated> {
    if (!secret) {
      tooMany(stranger.take(request.ip))
      throw problem('not-signed-in')
    }
    const answer = await authenticate({ token: secret.token, touch: request.headers['x-gengfu-background'] === undefined })
    if (typeof answer === 'object') return answer
    tooMany(stranger.take(request.ip)) // guessing counts as a stranger's call
    throw problem(answer === 'expired' ? 'session-expired' : 'not-signed-in')
  }

  // ——— routes as data ———

  function mount<Deps>(routes: readonly Route<Deps>[], deps: Deps): void {
    for (const spec of routes) {
      listed.push(spec)
      const { params, querystring, body } = spec.schema
      const checks: [part: 'params' | 'querystring' | 'body', from: 'params' | 'query' | 'body', check: Check][] = []
      if (params) checks.push(['params', 'params', checkerOf(params, 'params')])
      if (querystring) checks.push(['querystring', 'query', checkerOf(querystring, 'querystring')])
      if (body) checks.push(['body', 'body', checkerOf(body, 'body')])
      const replyChecks = options.checkReplies ? replyCheckersOf(spec.replies) : undefined

      const register = (to: FastifyInstance) => {
        to.route({
          method: spec.method,
          url: spec.path,
          bodyLimit: spec.bodyLimit ?? bodyLimit,
          onRequest: (request) => admit(request, spec),
          async handler(request, reply) {
            const given: Record<string, unknown> = {}
            for (const [part, from, check] of checks) {
              const checked = check(request[from])
              if ('flaws' in checked) throw problem('malformed', undefined, checked.flaws)
              given[part] = checked.value
            }
            const { language, authenticated } = callers.get(request)!
            const answer = await spec.handle(deps, {
              ...given,
              actor: authenticated?.actor,
              session: authenticated?.session,
              language,
              address: request.ip,
              ...(spec.upload ? { upload: uploadOf(request, spec.bodyLimit ?? bodyLimit) } : {}),
            } as never)
            return answerWith(request, reply, spec, answer, replyChecks)
          },
        })
      }
      if (spec.upload) {
        // Its own corner, where no parser reads the body first.
        app.register(async (corner) => {
          corner.removeAllContentTypeParsers()
          corner.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
          register(corner)
        })
      } else register(app)
    }
  }

  async function answerWith(
    request: FastifyRequest,
    reply: FastifyReply,
    spec: Omit<Route<never>, 'handle'>,
    answer: unknown,
    replyChecks: ReadonlyMap<string, Check> | undefined,
  ): Promise<FastifyReply> {
    if (isRefused(answer as object)) throw new Problematic(answer as Refused)
    const { status, body, headers: own = {} } = answer as { status: number; body: unknown; headers?: Record<string, string> }
    reply.headers(own)
    if (spec.replies[status] === FileBody) {
      const sent = await sendFile(request, reply, body as FileReply)
      if (sent === 'gone') throw problem('address-not-found')
      return sent
    }
    if (spec.replies[status] === TextBody) return reply.code(status).header('cache-control', 'no-store').send(Readable.from(inTurns(body as Iterable<string>)))
    const flaws = replyChecks?.get(String(status))?.(body)
    if (flaws && 'flaws' in flaws) {
      throw new Error(`Invariant failed: ${spec.method} ${spec.path} answered ${status} with ${JSON.stringify(flaws.flaws)}`)
    }
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    reply.code(status)
    if (body === null || body === undefined || status === 204) return reply.send()
    const isJson = !reply.hasHeader('content-type') || String(reply.getHeader('content-type')).startsWith('application/json')
    if (isJson) reply.type('application/json; charset=utf-8')
    return reply.send(isJson ? JSON.stringify(body) : body)
  }

  // ——— when it goes wrong ———

  app.setErrorHandler((error, request, reply) => answerError(error as Error, request, reply))
  app.setNotFoundHandler(async (request, reply) => {
    if ((request.method === 'GET' || request.method === 'HEAD') && !/^\/(api|metrics)(\/|\?|$)/.test(request.url)) return page(request, reply)
    throw problem('address-not-found')
  })

  function answerError(error: Error & { code?: string; statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { refused, details } = asProblem(error, request, reply)
    const status = statusOf(refused.refused)
    const language = callers.get(request)?.language ?? languageOf(request.headers)
    if (status === 429) reply.header('retry-after', String(refused.params?.['seconds'] ?? 60))
    if (status === 503) reply.header('retry-after', '2')
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    leaveBody(request, reply)
    for (const name of ['content-length', 'content-range', 'etag', 'accept-ranges']) reply.removeHeader(name)
    const because = sentence(sentences, refused, language)
    return reply
      .code(status)
      .headers({ ...headers, 'cache-control': 'no-store', 'content-language': language })
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ code: refused.refused, because, ...(details ? { details } : {}) }))
  }

  function asProblem(
    error: Error & { code?: string; statusCode?: number },
    request: FastifyRequest,
    reply: FastifyReply,
  ): { refused: Refused; details?: readonly Flaw[] | undefined } {
    if (error instanceof Problematic) return error
    switch (error.code) {
      case 'database-unavailable':
        // A long outage is many of these: one line each, the cause was logged where it was found.
        log.warn({ because: error.message, request: request.id }, 'database unavailable')
        return { refused: refuse('database-unavailable') }
      case 'ENOSPC':
      case '53100': // PostgreSQL's own name for it
        log.error({ because: error.message, request: request.id }, 'the disk is full')
        return { refused: refuse('storage-full') }
      case 'FST_ERR_CTP_BODY_TOO_LARGE':
        return { refused: refuse('body-too-large', { limit: reply.routeOptions?.bodyLimit ?? bodyLimit }) }
      case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
        return { refused: refuse('media-type') }
      case 'FST_ERR_CTP_EMPTY_JSON_BODY':
        return { refused: refuse('malformed'), details: [{ path: 'body', found: 'nothing', expected: 'JSON' }] }
    }
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      const isAddress = error.code === 'FST_ERR_BAD_URL'
      const expected = isAddress ? 'a well-formed address' : 'JSON in UTF-8'
      return { refused: refuse('malformed'), details: [{ path: isAddress ? 'address' : 'body', found: error.message, expected }] }
    }
    log.error({ err: error, request: request.id, method: request.method, path: request.routeOptions?.url }, 'request failed')
    return { refused: refuse('fault', { request: request.id }) }
  }

  // ——— what the server says of itself ———

  const ownRoutes = route<object>()
  const Health = Type.Object({
    live: Type.Boolean({ description: 'the process answers' }),
    ready: Type.Boolean({ description: 'every part is well: send work here' }),
    version: Type.String(),
    parts: Type.Array(Type.Object({ name: Type.String(), ready: Type.Boolean() })),
  })
  mount(
    [
      ownRoutes({
        method: 'GET',
        path: '/api/health',
        summary: 'Whether the server lives and is ready, part by part; 503 while it is not.',
        access: 'public',
        callsPerMinute: 6000,
        schema: {},
        replies: { 200: Health, 503: Health },
        async handle() {
          const parts = await Promise.all(
            Object.entries(options.parts ?? {}).map(async ([name, isReady]) => ({
              name,
              ready: await Promise.resolve()
                .then(isReady)
                .catch(() => false),
            })),
          )
          const body = { live: true, ready: parts.every((part) => part.ready), version: options.version, parts }
          return body.ready ? { status: 200 as const, body } : { status: 503 as const, body }
        },
      }),
      ownRoutes({
        method: 'GET',
        path: '/api/openapi.json',
        summary: 'This API as an OpenAPI 3.1 document.',
        access: 'public',
        schema: {},
        replies: { 200: Type.Record(Type.String(), Type.Unknown()) },
        async handle() {
          description ??= openApiOf(listed, { version: options.version })
          return { status: 200 as const, body: description, headers: { 'cache-control': 'no-cache' } }
        },
      }),
    ],
    {},
  )
  let description: Record<string, unknown> | undefined

  for (const [path, type, text] of [
    ['/api/reference', 'text/html; charset=utf-8', referencePage],
    ['/api/reference/reference.js', 'text/javascript; charset=utf-8', referenceScript],
    ['/api/reference/reference.css', 'text/css; charset=utf-8', referenceStyle],
  ] as const) {
    app.get(path, async (_request, reply) =>
      reply.header('content-security-policy', pagePolicy('none')).header('cache-control', 'no-cache').type(type).send(text),
    )
  }

  app.get('/metrics', async (request, reply) => {
    const secret = secretOf(request)
    if (!isOfThisMachine(request) || secret) {
      const { actor, session } = await authenticated(request, secret)
      if (session.mustChangePassword || !actor.grants.some((grant) => keepers.includes(grant.role))) throw problem('not-allowed')
    }
    const { registry } = options.metrics
    return reply.header('cache-control', 'no-store').type(registry.contentType).send(await registry.metrics())
  })

  // ——— pages ———

  const files = pageFiles(options.staticFolder)

  async function page(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const path = pathOf(request.url)
    if (path === undefined) throw problem('malformed')
    if (/\.\w+$/.test(path)) {
      const asset = await files.asset(path.slice(1), String(request.headers['accept-encoding'] ?? ''))
      if (!asset) throw problem('address-not-found')
      request.headers['x-no-compression'] = 'done once already' // what the compression plugin listens to
      reply.header('etag', asset.etag).header('vary', 'accept-encoding')
      reply.header('cache-control', asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send()
      if (asset.coding !== 'identity') reply.header('content-encoding', asset.coding)
      if (path === '/officer/worker.js') reply.header('content-security-policy', workerPolicy)
      return reply.code(200).type(asset.type).send(asset.bytes)
    }
    const nonce = randomBytes(16).toString('base64url')
    const html = await files.page(/^\/officer(\/|$)/.test(path) ? 'officer' : 'console', nonce)
    if (html === undefined) throw problem('address-not-found')
    reply.header('content-security-policy', pagePolicy(nonce)).header('cache-control', 'no-store')
    return reply.code(200).type('text/html; charset=utf-8').send(html)
  }

  // ——— what is counted ———

  const seconds = new Histogram({
    name: 'gengfu_http_request_seconds',
    help: 'Time to answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [options.metrics.registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const path = request.routeOptions?.url ?? 'page'
    seconds.observe({ method: request.method, route: path, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
    if (options.logRequests) {
      const account = callers.get(request)?.authenticated?.actor.account
      log.info({ request: request.id, method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime), account }, 'request')
    }
  })

  return {
    app,
    mount,
    async listen(host, port) {
      await app.listen({ host, port })
      const address = app.server.address()
      const taken = typeof address === 'object' && address ? address.port : port
      const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
      return { url: `${options.tls ? 'https' : 'http'}://${shown}:${taken}` }
    },
    async close() {
      if (stopping) return
      stopping = true
      // What hangs on longer than this is cut off: a stop must end.
      const cut = setTimeout(() => app.server.closeAllConnections(), 8000)
      // A connection that was busy when the stop began is idle once it is answered.
      const sweep = setInterval(() => app.server.closeIdleConnections(), 50)
      await app.close()
      clearTimeout(cut)
      clearInterval(sweep)
    },
  }
}

function tooMany(seconds: number): void {
  if (seconds > 0) throw problem('too-many-requests', { seconds })
}

function replyCheckersOf(replies: Route<never>['replies']): ReadonlyMap<string, Check> {
  return new Map(Object.entries(replies).filter(([, schema]) => schema !== FileBody && schema !== TextBody).map(([status, schema]) => [status, checkerOf(schema, 'reply')]))
}

/** Each piece after others had their turn. */
async function* inTurns(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece
    await othersTurn()
  }
}

/** Let go of who neither sends what it began nor takes its answer. Whoever waits for us may wait. */
function cutOffWhenIdle(request: IncomingMessage, answer: ServerResponse, idleMs: number): void {
  // A slow line empties a large buffer in large steps: an answer has more time.
  const untakenMs = 4 * idleMs
  const { socket } = request
  if (!(socket instanceof Socket)) return // a request that a test makes up
  answer.setTimeout(idleMs, () => {
    const isSending = !request.complete && request.readableLength === 0
    const isTaking = socket.writableLength > 0
    if (isSending || !socket.writable || (isTaking && socket.timeout === untakenMs)) socket.destroy()
    else socket.setTimeout(isTaking ? untakenMs : idleMs)
  })
}

/** The body as it comes, counted on its way. */
function uploadOf(request: FastifyRequest, limit: number) {
  const said = request.headers['content-length']
  const bytes = said === undefined ? null : Number(said)
  if (bytes !== null && bytes > limit) throw problem('body-too-large', { limit })
  let taken = 0
  const counted = new Transform({
    transform(chunk: Buffer, _coding, done) {
      taken += chunk.length
      if (taken > limit) done(problem('body-too-large', { limit }))
      else done(null, chunk)
    },
  })
  const source = request.raw
  source.on('close', () => {
    if (!source.complete) counted.destroy(problem('malformed', undefined, [{ path: 'body', found: `${taken} bytes, then nothing`, expected: 'the whole body' }]))
  })
  counted.on('error', () => {}) // a handler that does not read it hears nothing, and nothing falls over
  return { stream: source.pipe(counted), mediaType: String(request.headers['content-type'] ?? 'application/octet-stream'), bytes, authorization: request.headers.authorization }
}

/** So much of an unwanted body is read and thrown away, because a client that is cut off while it sends never sees why. */
const drainMax = 64 * 1024 * 1024

function leaveBody(request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = request
  if (raw.complete || raw.destroyed) return
  const bytes = Number(raw.headers['content-length'] ?? Infinity)
  if (bytes > drainMax) return void reply.header('connection', 'close')
  reply.removeHeader('connection') // Fastify would hang up on what is too large, in the middle of the client's sentence
  raw.unpipe()
  raw.resume()
}

/** What a proxy writes into what it passes on. */
const passedOn = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']

/** Whether a program here asked, by this machine's own name. A proxy here asks for somebody else, and says so or under another name. */
function isOfThisMachine({ raw }: FastifyRequest): boolean {
  const isHere = /^(127\.|::1$|::ffff:127\.)/.test(raw.socket.remoteAddress ?? '')
  return isHere && /^(127(\.\d+){3}|localhost|\[::1\])(:\d+)?$/i.test(raw.headers.host ?? '') && !passedOn.some((name) => name in raw.headers)
}

function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0]!)
  } catch {
    return undefined
  }
}

/** What is not even HTTP gets a short answer in the same shape. */
function badHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const body = JSON.stringify({ code: 'malformed', because: httpSentences['malformed']!.en })
  socket.setTimeout(5_000) // who does not hang up then is hung up on
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

