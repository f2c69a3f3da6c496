/** The live feed: each client from where it was, then what comes, cut to its rights; positions as frames at its own pace. */
import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Counter, Gauge, type Registry } from 'prom-client'
import { Compile } from 'typebox/compile'
import type { WebSocket } from 'ws'
import { inScope, scopeOf, type Actor, type Role } from '#kernel/actor.ts'
import type { Entry, Journal, Listener } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import type { Log } from '#platform/log.ts'
import type { Authenticate } from '../auth/session.ts'
import { secretOf } from '../http/secret.ts'
import { isFromElsewhere } from '../http/security.ts'
import { formFor, isAmong, mayRead, usualEntryRules, type Audience, type Describe, type EntryRules, type Thing } from './audience.ts'
import { ViewMessage, type PositionSource } from './contract.ts'
import { unitViewers } from './describe.ts'
import type { Box } from './grid.ts'
import { createViews, type View } from './view.ts'

export type LiveHubOptions = {
  readonly journal: Pick<Journal, 'read' | 'head'> & {
    /** @param startAnew  called when the database was put back to an earlier state, with the position after which it goes on */
    listen(listener: Listener, startAnew: (position: number) => void): () => void
    /** Resolves when every other listener has heard up to here: views are true then. Rejects when that position is no more. */
    waitFor(position: number): Promise<void>
  }
  readonly describe: Describe
  readonly positions: PositionSource
  readonly authenticate: Authenticate
  readonly now: () => Instant
  readonly log: Log
  readonly metrics: { readonly registry: Registry }
  readonly entryRules?: EntryRules
  /** Whose screens show moving units. */
  readonly positionRoles?: readonly Role[]
  readonly limits?: Partial<LiveLimits>
}

/** What a client may cost. */
export type LiveLimits = {
  /** A client further behind is told to fetch the lists again. */
  readonly behindMax: number
  /** Changes that a client has not taken; beyond this it is cut off (4408). Bytes. */
  readonly backlogMax: number
  /** With more than this unsent, what was missed waits. Bytes. */
  readonly catchUpBacklogMax: number
  readonly clientsMax: number
  readonly heartbeatMs: number
  /** Positions go out this often at most. */
  readonly tickMs: number
}
const usualLimits: LiveLimits = {
  behindMax: 5_000,
  backlogMax: 8 * 1024 * 1024,
  catchUpBacklogMax: 256 * 1024,
  clientsMax: 2_000,
  heartbeatMs: 15_000,
  tickMs: 100,
}

/** Why a socket was closed, in the range that is ours to define. */
export const closed = { stopping: 1001, tooMany: 1013, sessionOver: 4401, notAllowed: 4403, tooSlow: 4408 } as const

/** The same thing is described again and again; only the last audiences are remembered, of this many things. */
const rememberedMax = 20_000
const catchUpBatch = 1_000
/** Clients with intervals longer than a tick meet at quarters of a second, and so share what is encoded for them. */
const meetingMs = 250

type Client = {
  readonly socket: WebSocket
  /** What the socket stands on, for messages that many get. */
  readonly line: Duplex
  readonly token: string
  actor: Actor
  /** Rights as a key: clients with the same rights get the same bytes. */
  rights: string
  /** Has been sent everything up to here. */
  position: number
  /** Has caught up: hears what comes. */
  isLive: boolean
  isHeard: boolean
  readonly units: View
  intervalMs: number
  nextFrameAt: Instant
}

export type LiveHub = {
  /** Hang the feed on a server, before it listens. */
  attach(app: FastifyInstance): void
  /** Begin to hear the journal. After every listener that views depend on. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Show things that no entry touched (counts that moved, say) to every client that is up to date and may see them. Others ask when they come back. */
  tell(things: readonly Thing[]): void
  readonly clients: () => number
}

export function createLiveHub(options: LiveHubOptions): LiveHub {
  const { journal, describe, positions, authenticate, now, log, entryRules = usualEntryRules, positionRoles = unitViewers } = options
  const limits = { ...usualLimits, ...options.limits }
  const clients = new Set<Client>()
  const viewMessage = Compile(ViewMessage)
  const mapViews = createViews(positions)
  const remembered = new Map<string, readonly Audience[]>()

  const { registry } = options.metrics
  new Gauge({ name: 'gengfu_live_clients', help: 'Live connections', registers: [registry], collect() { this.set(clients.size) } })
  const sentBytes = new Counter({ name: 'gengfu_live_bytes_total', help: 'Bytes handed to live connections', labelNames: ['what'], registers: [registry] })
  const skippedFrames = new Counter({ name: 'gengfu_live_frames_skipped_total', help: 'Frames not sent to slow clients', registers: [registry] })
  const cutOff = new Counter({ name: 'gengfu_live_cut_off_total', help: 'Clients cut off for being too slow', registers: [registry] })

  let pumped = 0
  /** Grows when the journal is another: what was read of the one before is told to nobody. */
  let life = 0
  let waiting: Entry[] = []
  let wake: () => void = () => {}
  let running = false
  let pumping: Promise<void> | undefined
  let unlisten: (() => void) | undefined
  let ticking: NodeJS.Timeout | undefined
  let beating: NodeJS.Timeout | undefined

  // ——— from the journal to everybody ———

  /** One loop from start to stop, outside the journal's own call, so that it may wait for the journal's tail. */
  async function pump(): Promise<void> {
    while (running) {
      if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      const batch = waiting.splice(0, catchUpBatch).filter((entry) => entry.position > pumped)
      if (batch.length === 0) continue
      const of = life
      try {
        const isStill = await journal.waitFor(batch.at(-1)!.position).then(() => true, () => false)
        if (!isStill) {
          waiting = [] // of a journal that is no more; everybody is about to start anew
          continue
        }
        // Heard out of the middle: what is between is read back.
        const entries = batch[0]!.position === pumped + 1 ? batch : await readBetween(pumped, batch.at(-1)!.position)
        const things = await describe(entries)
        if (life !== of) continue
        broadcast(entries, things, entries.at(-1)!.position)
        void recheckWhom(entries).catch((cause: unknown) => log.warn({ err: cause }, 'rights could not be looked at again'))
      } catch (cause) {
        if (life !== of) continue
        log.warn({ err: cause, after: pumped }, 'the live feed stumbled; trying again')
        waiting.unshift(...batch)
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
  }

  /** The database was put back to an earlier state: what clients hold may never have been, so they fetch their lists again. */
  function startAnew(position: number): void {
    life++
    waiting = []
    remembered.clear()
    pumped = position
    for (const client of clients) {
      reset(client)
      void recheck(client)
    }
  }

  function reset(client: Client): void {
    client.position = pumped
    client.socket.send(JSON.stringify({ type: 'reset', position: pumped }))
  }

  async function readBetween(after: number, upTo: number): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    while ((entries.at(-1)?.position ?? after) < upTo) {
      const next = await journal.read(entries.at(-1)?.position ?? after, catchUpBatch)
      if (next.length === 0) throw new Error(`Invariant failed: nothing between ${after} and ${upTo}`)
      entries.push(...next.filter((entry) => entry.position <= upTo))
    }
    return entries
  }

  function broadcast(entries: readonly Entry[], things: readonly Thing[], position: number): void {
    const before = new Map(things.map((thing) => [thing, remembered.get(thing.stream)]))
    const text = messageBuilder(entries, things, position, (thing) => before.get(thing))
    for (const thing of things) {
      remembered.delete(thing.stream)
      remembered.set(thing.stream, thing.forms.map((form) => form.to))
    }
    for (const oldest of remembered.keys()) {
      if (remembered.size <= rememberedMax) break
      remembered.delete(oldest)
    }
    pumped = position
    for (const client of clients) {
      if (!client.isLive || client.position >= position) continue
      client.position = position
      const message = text(client)
      if (message) send(client, message)
    }
  }

  /**
   * The message for a client's rights, built once for all who have the same.
   *
   * @param before who could see a thing until now, where that is known: those among them who cannot any more are told
   *               `{id, gone: true}`; where it is not known, so are those whose part of the tree the entry is of
   */
  function messageBuilder(
    entries: readonly Entry[],
    things: readonly Thing[],
    position: number,
    before: (thing: Thing) => readonly Audience[] | undefined,
  ) {
    const byStream = new Map(things.map((thing) => [thing.stream, thing]))
    const built = new Map<string, string | undefined>()
    const views = new Map<object, string>()
    const plain = new Map<Entry, string>()
    const viewText = (view: object) => views.get(view) ?? (views.set(view, JSON.stringify(view)), views.get(view)!)
    const entryText = (entry: Entry, dataOf?: (data: Entry['data']) => Record<string, unknown>) => {
      if (dataOf) return JSON.stringify(shown(entry, dataOf(entry.data)))
      return plain.get(entry) ?? (plain.set(entry, JSON.stringify(shown(entry, entry.data))), plain.get(entry)!)
    }

    function build(actor: Actor): string | undefined {
      const lists = new Map<string, string[]>()
      const list = (kind: string) => lists.get(kind) ?? (lists.set(kind, []), lists.get(kind)!)
      for (const thing of things) {
        const form = formFor(actor, thing)
        if (form) list(thing.kind).push(viewText(form.view))
        else if (couldSee(actor, thing, before(thing))) list(thing.kind).push(JSON.stringify({ id: thing.id, gone: true }))
      }
      const lines: string[] = []
      for (const entry of entries) {
        const thing = entryRules.byType[entry.type] ? undefined : byStream.get(entry.stream)
        const form = thing && formFor(actor, thing)
        if (form) lines.push(entryText(entry, form.dataOf))
        else if (!thing && mayRead(actor, entry, entryRules)) lines.push(entryText(entry))
      }
      if (lines.length === 0 && lists.size === 0) return undefined
      const parts = [...lists].map(([kind, items]) => `${JSON.stringify(kind)}:[${items.join()}]`)
      return `{"type":"changes","position":${position},"entries":[${lines.join()}],"views":{${parts.join()}}}`
    }

    const couldSee = (actor: Actor, thing: Thing, audiences: readonly Audience[] | undefined): boolean =>
      audiences
        ? audiences.some((audience) => isAmong(actor, audience))
        : entries.some((entry) => entry.stream === thing.stream && inScope(entry.agency, scopeOf(actor)))

    return ({ actor, rights }: Pick<Client, 'actor' | 'rights'>): string | undefined => {
      if (!built.has(rights)) built.set(rights, build(actor))
      return built.get(rights)
    }
  }

  function send(client: Client, message: string): void {
    sentBytes.inc({ what: 'changes' }, message.length)
    client.socket.send(message)
    if (client.socket.bufferedAmount > limits.backlogMax) {
      cutOff.inc()
      log.warn({ account: client.actor.account, bytes: client.socket.bufferedAmount }, 'a live client was too slow and was cut off')
      leave(client, closed.tooSlow, 'too slow')
    }
  }

  // ——— one client ———

  async function accept(socket: WebSocket, request: FastifyRequest): Promise<void> {
    let view: ViewMessage | undefined
    let client: Client | undefined
    let isGone = false
    socket.on('message', (data, isBinary) => {
      const said = isBinary ? undefined : parsed(String(data))
      if (!viewMessage.Check(said)) return // what is not of the contract changes nothing
      view = said
      if (client) look(client, view)
    })
    socket.on('pong', () => client && (client.isHeard = true))
    socket.on('close', () => {
      isGone = true
      if (client) clients.delete(client)
    })
    socket.on('error', () => socket.terminate())

    const secret = secretOf(request)
    if (!secret) return socket.close(closed.sessionOver, 'not-signed-in')
    if (secret.via === 'cookie' && isFromElsewhere(request.headers)) return socket.close(closed.notAllowed, 'csrf')
    if (clients.size >= limits.clientsMax) return socket.close(closed.tooMany, 'too many clients')

    // A page that comes back after a loss is its owner's doing no more than the loss was.
    const answer = await authenticate({ token: secret.token, touch: false })
    if (typeof answer === 'string') return socket.close(closed.sessionOver, answer === 'expired' ? 'session-expired' : 'not-signed-in')
    if (answer.session.mustChangePassword) return socket.close(closed.notAllowed, 'must-change-password')
    if (isGone) return

    const { actor } = answer
    client = {
      socket,
      line: request.raw.socket,
      token: secret.token,
      actor,
      rights: rightsOf(actor),
      position: pumped,
      isLive: false,
      isHeard: true,
      units: mapViews.open(scopeOf(actor, positionRoles)),
      intervalMs: 1000,
      nextFrameAt: 0,
    }
    clients.add(client)
    hello(client)
    if (view) look(client, view)
    const { after } = request.query as { after?: string }
    await catchUp(client, after ? Number(after) : undefined)
  }

  const hello = (client: Client) => client.socket.send(JSON.stringify({ type: 'hello', position: pumped, now: now() }))

  /** Send what was missed; become live in the same breath as nothing more is missing. */
  async function catchUp(client: Client, after: number | undefined): Promise<void> {
    const of = life
    if (after !== undefined) {
      if (!Number.isInteger(after) || after < 0 || after > pumped || pumped - after > limits.behindMax) {
        // Ahead may only mean that the pump is a moment behind the answer that the client got its position from, at this node or at another.
        const isMomentAhead = Number.isInteger(after) && after > pumped && after <= (await journal.head())
        if (!isMomentAhead) {
          reset(client)
          client.isLive = true
          return
        }
        // A batch that began before its position would tell it again what it knows.
        while (pumped < after && life === of && clients.has(client)) await new Promise((resolve) => setTimeout(resolve, 20))
      }
      if (life === of) client.position = after
      while (client.position < pumped && life === of && clients.has(client)) {
        const entries = (await journal.read(client.position, catchUpBatch)).filter((entry) => entry.position <= pumped)
        const last = entries.at(-1)
        if (!last) break
        const things = await describe(entries)
        if (life !== of) break // it was told to begin again
        const message = messageBuilder(entries, things, last.position, () => undefined)(client)
        client.position = last.position
        if (message) send(client, message)
        await drained(client)
      }
    }
    client.isLive = true
  }

  /** A slow line catches up at its own speed. */
  async function drained(client: Client): Promise<void> {
    while (clients.has(client) && client.socket.bufferedAmount > limits.catchUpBacklogMax) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  function look(client: Client, message: ViewMessage): void {
    client.units.look(message.bbox as unknown as Box | null) // the contract says four numbers
    client.intervalMs = message.intervalMs
    client.nextFrameAt = 0
  }

  function leave(client: Client, code: number, reason: string): void {
    clients.delete(client)
    client.socket.close(code, reason)
    // Who reads nothing will not read the goodbye either.
    setTimeout(() => client.socket.terminate(), 2000).unref()
  }

  // ——— positions ———

  /** A frame that is further off than any is made was for a clock that has been set back. */
  const isEarly = ({ nextFrameAt, intervalMs }: Client, at: Instant): boolean => at < nextFrameAt && nextFrameAt <= at + intervalMs

  function tick(): void {
    const at = now()
    mapViews.advance(at)
    const framed = new Map<Buffer, Buffer>()
    let [bytes, skipped] = [0, 0]
    for (const client of clients) {
      if (isEarly(client, at) || client.socket.readyState !== client.socket.OPEN) continue
      // Nothing waits in a queue to grow old there: a slow client is told the newest when it has taken what it was sent.
      if (client.socket.bufferedAmount > 0) {
        skipped++
        continue
      }
      const frame = client.units.frame()
      if (!frame) continue
      client.nextFrameAt = Math.floor((at + client.intervalMs) / meetingMs) * meetingMs
      let whole = framed.get(frame)
      if (!whole) framed.set(frame, (whole = binaryMessage(frame)))
      bytes += frame.length
      // Not by the socket's own `send`, which makes a head and two writes of each; it has nothing on its way (see above) that this could
      // come into the middle of, and does not compress.
      client.line.write(whole)
    }
    if (bytes > 0) sentBytes.inc({ what: 'positions' }, bytes)
    if (skipped > 0) skippedFrames.inc(skipped)
  }

  // ——— who may stay ———

  async function recheck(client: Client): Promise<void> {
    const answer = await authenticate({ token: client.token, touch: false }).catch(() => undefined) // no database: no judgement
    if (answer === undefined || !clients.has(client)) return
    if (typeof answer === 'string') return leave(client, closed.sessionOver, 'session-expired')
    if (answer.session.mustChangePassword) return leave(client, closed.notAllowed, 'must-change-password')
    const rights = rightsOf(answer.actor)
    if (rights === client.rights) return
    client.actor = answer.actor
    client.rights = rights
    client.units.limit(scopeOf(answer.actor, positionRoles))
    // Other rights, other lists.
    client.socket.send(JSON.stringify({ type: 'reset', position: client.position }))
  }

  /** Signed out, disabled, given other rights: those clients are looked at again at once. */
  async function recheckWhom(entries: readonly Entry[]): Promise<void> {
    const ofAccounts = entries.filter((entry) => entry.stream.startsWith('account/') && entry.type !== 'signed-in')
    const accounts = new Set(ofAccounts.map((entry) => entry.stream.slice('account/'.length)))
    if (accounts.size === 0) return
    await Promise.all([...clients].filter((client) => accounts.has(client.actor.account)).map(recheck))
  }

  async function beat(): Promise<void> {
    for (const client of clients) {
      if (!client.isHeard) {
        client.socket.terminate()
        clients.delete(client)
        continue
      }
      client.isHeard = false
      client.socket.ping()
      if (client.socket.bufferedAmount < limits.catchUpBacklogMax) hello(client)
    }
    for (const client of [...clients]) await recheck(client)
  }

  return {
    clients: () => clients.size,
    tell(things) {
      const text = messageBuilder([], things, pumped, () => [])
      for (const client of clients) {
        const message = client.isLive ? text(client) : undefined
        if (message) send(client, message)
      }
    },
    attach(app) {
      app.get('/api/live', { websocket: true }, (socket, request) => {
        accept(socket, request).catch((cause: unknown) => {
          log.warn({ err: cause }, 'a live connection could not be opened')
          socket.close(1011, 'fault')
        })
      })
    },
    async start() {
      running = true
      unlisten = journal.listen((entries) => {
        for (const entry of entries) waiting.push(entry)
        wake()
      }, startAnew)
      pumped = await journal.head() // after listening: nothing falls between
      pumping = pump()
      ticking = setInterval(tick, limits.tickMs)
      beating = setInterval(() => void beat().catch((cause: unknown) => log.warn({ err: cause }, 'the live heartbeat stumbled')), limits.heartbeatMs)
    },
    async stop() {
      running = false
      unlisten?.()
      clearInterval(ticking)
      clearInterval(beating)
      wake()
      for (const client of [...clients]) leave(client, closed.stopping, 'stopping')
      await pumping
    },
  }
}

const shown = (entry: Entry, data: Readonly<Record<string, unknown>>) => ({
  position: entry.position,
  at: entry.at,
  stream: entry.stream,
  type: entry.type,
  agency: entry.agency,
  actor: entry.actor.name,
  command: entry.command,
  data,
})

/** A whole binary message of a server, unmasked, in one piece: RFC 6455, 5.2. */
function binaryMessage(payload: Buffer): Buffer {
  const { length } = payload
  const head = length < 126 ? Buffer.of(0x82, length) : length < 65_536 ? Buffer.of(0x82, 126, length >> 8, length & 0xff) : Buffer.from([0x82, 127, 0, 0, 0, 0, length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff])
  return Buffer.concat([head, payload])
}

const rightsOf = (actor: Actor): string =>
  `${actor.member ?? ''} ${actor.grants.map(({ role, agency }) => `${role}@${agency}`).sort().join(' ')}`

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
