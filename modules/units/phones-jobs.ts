/** Phones at work: what their programs send, through our own HTTP or through a port of its own as their makers expect it. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { isRefused, refuse, sentence, type Refused } from '#kernel/decision.ts'
import { readPhone, type PhoneMessage, type PhoneRequest } from '#gateways/phones.ts'
import type { Malformed } from '#gateways/talk.ts'
import type { PositionsTaken } from './contract.ts'
import type { UnitsDeps } from './deps.ts'
import { noteSkew, remember } from './device.ts'
import { findDeviceByKey } from './devices-store.ts'
import { refusals } from './refusals.ts'
import { takeFromDevice } from './take-positions.ts'

type Caller = { readonly address: string; readonly language: 'zh' | 'en' }
export type TakenFromPhone = { readonly app: PhoneMessage['app']; readonly taken: PositionsTaken } | { readonly malformed: Malformed } | Refused

/**
 * Take what a phone sent. What sending again would not make better is answered well: a phone tries its oldest fix until
 * it is taken, and one it can never get rid of would hold up all that follow.
 */
export async function takeFromPhone(deps: UnitsDeps, caller: Caller, request: PhoneRequest): Promise<TakenFromPhone> {
  const message = readPhone(request, deps.now())
  return 'malformed' in message ? message : takePhoneMessage(deps, caller, message)
}

/** The same, of a message that was read already. */
export async function takePhoneMessage(deps: UnitsDeps, caller: Caller, message: PhoneMessage): Promise<Exclude<TakenFromPhone, { malformed: unknown }>> {
  const now = deps.now()
  const device = message.key === undefined ? undefined : await findDeviceByKey(deps.db, message.key)
  if (!device) {
    deps.devices.stop(0, 'authenticate', message.positions.length)
    // A key cannot be guessed; but nobody needs to try more often than this.
    const seconds = deps.wrongKeys.take(caller.address)
    if (seconds > 0) return refuse('too-many-requests', { seconds })
    if (message.key !== undefined) deps.strangers.note('phone', message.key, message.app)
    return refuse('device-not-found')
  }
  const status = deps.devices.status(device.number)
  status.frames++
  status.dialect = message.app
  if (message.battery !== undefined) status.battery = message.battery
  status.taken.unusable += message.unusable.length
  status.malformed += message.unreadable.length
  for (const flaw of message.unreadable) remember(status, now, message.app, noBytes, `${flaw.path}: ${flaw.found} ≠ ${flaw.expected}`)
  const newest = message.positions.at(-1)
  // A queue that is being emptied tells nothing of the clock.
  if (newest && message.positions.length === 1) noteSkew(status, newest.fixAt, now)
  const taken = await takeFromDevice(deps, caller.language, device, message.positions)
  if (message.alarms.length > 0) await deps.takeAlarms(device, message.alarms, now, newest)
  const unusable = message.unusable.map((code) => ({ index: 0, code, because: sentence(refusals, refuse(code), caller.language) }))
  const unreadable = message.unreadable.map((flaw) => ({ index: 0, code: 'malformed', because: flawInWords(flaw, caller.language) }))
  return { app: message.app, taken: { ...taken, rejected: [...taken.rejected, ...unusable, ...unreadable] } }
}

/** Of what a phone says only the flaw is kept: the rest may hold what we have no right to. */
const noBytes = { bytes: new Uint8Array(0), more: 0 }

export const flawInWords = ({ path, found, expected }: Malformed, language: Caller['language']): string => `${path}: ${found}, ${language === 'zh' ? '应为' : 'expected'} ${expected}`

/** What each program waits for: with anything else it keeps what it has and sends it again. */
export const bodyFor = ({ app, taken }: { readonly app: PhoneMessage['app']; readonly taken: PositionsTaken }): unknown =>
  app === 'owntracks' ? [] : app === 'overland' ? { result: 'ok' } : taken

export type PhonePort = { readonly port: number; stop(): Promise<void> }

const bodyBytesMax = 512 * 1024
const patienceMs = 20_000

/**
 * A port where every path is for phones, as Traccar's own port 5055 is: what their programs are told is a host and a port.
 * Plain HTTP: behind a proxy with TLS where it leaves the machine.
 *
 * @throws the system's error when the port is taken
 */
export async function listenForPhones(deps: UnitsDeps, host: string, wanted: number): Promise<PhonePort> {
  const server = createServer({ requestTimeout: patienceMs, headersTimeout: patienceMs, keepAliveTimeout: 65_000 }, (request, response) => {
    answer(request, response).catch((cause: unknown) => {
      deps.onFault?.('a phone’s report', cause)
      send(response, 503, { code: 'unavailable' })
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse) {
    if (request.method !== 'GET' && request.method !== 'POST') return send(response, 405, { code: 'method-not-allowed' })
    const body = await textOf(request)
    if (body === undefined) return send(response, 413, { code: 'too-large', because: `More than ${bodyBytesMax} bytes.` })
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const made = await takeFromPhone(
      deps,
      { address: request.socket.remoteAddress ?? '', language: 'en' },
      { query: [...searchParams], mediaType: request.headers['content-type'] ?? '', authorization: request.headers.authorization, body },
    )
    if ('malformed' in made) return send(response, 400, { code: 'malformed', because: flawInWords(made.malformed, 'en') })
    if (isRefused(made)) {
      const isTooMany = made.refused === 'too-many-requests'
      return send(response, isTooMany ? 429 : 404, { code: made.refused, because: isTooMany ? 'Too many wrong keys.' : sentence(refusals, made, 'en') })
    }
    send(response, 200, bodyFor(made))
  }

  server.listen({ host, port: wanted })
  await once(server, 'listening')
  server.on('clientError', (_, socket) => socket.destroy())
  return {
    port: (server.address() as { port: number }).port,
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function send(response: ServerResponse, status: number, body: unknown) {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' })
  response.end(JSON.stringify(body))
}

/** Undefined when it is longer than any phone's batch. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    bytes += (part as Buffer).length
    if (bytes > bodyBytesMax) return undefined
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts).toString('utf8')
}
