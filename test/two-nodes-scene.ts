/**
 * A house of two equal nodes on one PostgreSQL and one NATS, all of the test's own, that can be killed and started again; and what works in
 * it meanwhile: cars, desks, crews and consoles, each of which goes to the other node when its own does not answer.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { connect as dial } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startEmbedded } from '#platform/db/embedded.ts'
import { silentLog } from '#platform/log.ts'
import { frameReader } from '#ui/map/frames.ts'
import { WebSocket } from 'ws'
import { callerOf, commandId, signedIn, type Call } from './caller.ts'
import { jt808Terminal, locationBody, type Jt808Terminal } from './jt808-terminal.ts'
import { firstAdministrator } from './own-house.ts'
import { freePort, serve, temporaryFolder, type Served } from './serve.ts'

export const natsBinary = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find((path) => existsSync(path))

// ——— the ground ———

export type Ground = Awaited<ReturnType<typeof openGround>>

/** PostgreSQL and NATS, each at an address that stays. */
export async function openGround() {
  const folder = temporaryFolder('gengfu-two-nodes-database-')
  const startDatabase = () => startEmbedded({ dataFolder: folder, log: silentLog })
  let database = await startDatabase()
  const { url } = database
  const natsPort = await freePort()
  const natsFolder = temporaryFolder('gengfu-two-nodes-nats-')
  let nats: ChildProcess | undefined

  const ground = {
    natsUrl: `nats://127.0.0.1:${natsPort}`,
    env: { GENGFU_DATABASE_URL: url, GENGFU_NATS_URL: `nats://127.0.0.1:${natsPort}` },
    async query<Row extends object>(text: string, params: readonly unknown[] = []): Promise<Row[]> {
      const client = new pg.Client({ connectionString: url, types: { getTypeParser: (oid: number) => (oid === 20 ? Number : pg.types.getTypeParser(oid)) as never } })
      client.on('error', () => {})
      await client.connect()
      try {
        return (await client.query<Row>(text, [...params])).rows
      } finally {
        await client.end()
      }
    },
    /** @param how  as an operator stops it, or as a machine dies */
    async stopDatabase(how: 'fast' | 'killed') {
      if (how === 'killed') process.kill(Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL')
      await database.stop()
    },
    async startDatabase() {
      database = await startDatabase()
    },
    async startNats(words: readonly string[] = ['-js', '-sd', natsFolder]) {
      nats = spawn(natsBinary!, ['-a', '127.0.0.1', '-p', String(natsPort), ...words], { stdio: 'ignore' })
      const answers = () =>
        new Promise<true | undefined>((resolve) => {
          const socket = dial(natsPort, '127.0.0.1')
          socket.once('connect', () => (socket.destroy(), resolve(true))).once('error', () => resolve(undefined))
        })
      await until(answers, 'NATS')
    },
    async killNats() {
      const ended = new Promise((resolve) => nats!.once('exit', resolve))
      nats!.kill('SIGKILL')
      await ended
    },
    /** What stands on it ends first. */
    closing: [] as (() => Promise<unknown>)[],
    async close() {
      await Promise.all(ground.closing.map((close) => close()))
      nats?.kill('SIGKILL')
      await database.stop()
    },
  }
  await ground.startNats()
  return ground
}

/** Ask until it is so. Patient: other tests may have the machine. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined, what: string, seconds = 90): Promise<T> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(50)) {
    const found = await look()
    if (found !== undefined) return found
  }
  throw new Error(`${what} did not come`)
}

// ——— the house ———

export type Crew = { readonly unit: string; readonly handle: number; readonly call: string; readonly token: string }
export type Nodes = Awaited<ReturnType<typeof openNodes>>

/**
 * Two nodes, an agency with two dispatchers, cars with terminals, crews with officers, and units whose crews say nothing.
 *
 * Terminals are called 100, 101, …
 */
export async function openNodes(ground: Ground, wanted: { readonly cars: number; readonly crews: number; readonly silent: number }) {
  const start = async () => {
    const served = await serve({ demo: 'none', env: ground.env, terminals: true })
    ground.closing.push(() => served.kill())
    return served
  }
  const running: (Served | undefined)[] = [await start()]
  const administrator = await firstAdministrator(running[0]!)
  running.push(await start())
  const nodes = {
    /** The nodes that are there, by their places. */
    running: (): readonly Served[] => running.filter((one) => one !== undefined),
    at: (place: number): Served => running[place]!,
    async kill(place: number) {
      const one = running[place]!
      running[place] = undefined
      await one.kill()
    },
    async start(place: number) {
      const one = await start()
      running[place] = one
      return one
    },
  }

  const done = async (call: Call, path: string, body: object): Promise<any> => {
    const answer = await call('POST', path, { commandId: commandId(), ...body })
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const root = callerOf(running[0]!.url, { token: administrator })
  const account = async (name: string, role: string, member?: string): Promise<string> => {
    const made = await done(root, '/api/organisation/accounts', { name, displayName: name, agency: 'home', grants: [{ role, agency: 'home' }], ...(member && { member }) })
    const first = await signedIn(running[0]!.url, { name, password: made.oneTimePassword })
    const password = `Gong-and-lantern-${made.id.slice(0, 6)}`
    const changed = await first.call('POST', '/api/session/password', { current: made.oneTimePassword, next: password })
    if (changed.status !== 204) throw new Error(`${name}: ${JSON.stringify(changed.body)}`)
    return (await signedIn(running[0]!.url, { name, password })).token
  }
  const unit = async (callSign: string, crew: readonly string[] = []) => {
    const { id } = await done(root, '/api/units', { callSign, kind: 'car', agency: 'home' })
    await done(root, `/api/units/${id}/shift`, { crew })
    const { handle } = (await root('GET', '/api/units')).body.items.find((one: { id: string }) => one.id === id)
    return { unit: id as string, handle: handle as number, call: callSign }
  }
  const dispatchers = [await account('desk-1', 'dispatcher'), await account('desk-2', 'dispatcher')]
  const crews: Crew[] = []
  for (let n = 0; n < wanted.crews; n++) {
    const { id } = await done(root, '/api/organisation/members', { name: `巡警${n}`, staffNumber: String(n), agency: 'home' })
    crews.push({ ...(await unit(`警${n}`, [id])), token: await account(`officer-${n}`, 'officer', id) })
  }
  const silent: string[] = []
  for (let n = 0; n < wanted.silent; n++) silent.push((await unit(`默${n}`)).unit)
  const cars: { readonly handle: number; readonly terminal: string }[] = []
  for (let n = 0; n < wanted.cars; n++) {
    const { unit: id, handle } = await unit(`巡${n}`)
    const terminal = String(100 + n)
    await done(root, '/api/units/devices', { unit: id, label: '车载', protocol: 'jt808', terminal })
    cars.push({ handle, terminal })
  }
  return { ...nodes, administrator, dispatchers, crews, silent, cars }
}

/** Begins again at the other node when its own does not answer or says that it cannot now. */
export function insisting(nodes: Nodes, token: string, place: number) {
  let turn = place
  const odd: string[] = []
  return {
    /** Answers that were neither yes nor "not now". */
    odd,
    /** @returns undefined when `stopped` says so before an answer came */
    async post(path: string, body: object, stopped: () => boolean): Promise<any> {
      while (!stopped()) {
        const open = nodes.running()
        const answer = await callerOf(open[turn % open.length]!.url, { token })('POST', path, body, { signal: AbortSignal.timeout(15_000) }).catch(() => undefined)
        if (answer && answer.status < 300) return answer.body
        if (answer && answer.status !== 503) odd.push(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
        turn++
        await sleep(100)
      }
      return undefined
    },
  }
}

// ——— who works in it ———

export type Acknowledged = { readonly terminal: string; readonly fixAt: number }

/** A car that reports five times a second to whichever node answers, and keeps what was not acknowledged, as terminals do. */
export function drive(nodes: Nodes, terminal: string, place: number, acknowledged: Acknowledged[]) {
  let stopped = false
  let turn = place
  const done = (async () => {
    let line: Jt808Terminal | undefined
    const kept: number[] = []
    for (let n = 0; !stopped; n++) {
      const second = Math.floor(Date.now() / 1000) * 1000 // the protocol's clock has whole seconds
      if (kept.at(-1) !== second) kept.push(second)
      try {
        const open = nodes.running()
        line ??= await jt808Terminal(open[turn % open.length]!.terminals.jt808!, terminal)
        while (kept.length > 0) {
          const fixAt = kept[0]!
          const place = { lon: 117.2 + Number(terminal) / 1000, lat: 28.3 + (n % 100) * 1e-5 }
          if ((await line.answerTo(line.say(0x0200, locationBody({ ...place, at: fixAt })), 4000)) !== 0) break
          acknowledged.push({ terminal, fixAt })
          kept.shift()
        }
      } catch {
        line?.close()
        line = undefined
        turn++
      }
      await sleep(200)
    }
    line?.close()
  })()
  return { stop: () => ((stopped = true), done) }
}

export type Act = { readonly command: string; readonly type: string; isAcknowledged: boolean; incident: string | undefined }

/** A desk that reports, sends a crew, and clears when the crew has come; the crew acknowledges, each step under an id of its own. */
export function dispatchOn(nodes: Nodes, desk: string, crew: Crew, place: number, acts: Act[]) {
  let stopped = false
  const [room, pocket] = [insisting(nodes, desk, place), insisting(nodes, crew.token, place + 1)]
  const isStopped = () => stopped
  const act = async (by: typeof room, type: string, path: string, body: object, incident?: string) => {
    if (stopped) return undefined
    const one: Act = { command: commandId(), type, isAcknowledged: false, incident }
    acts.push(one)
    const answer = await by.post(path, { commandId: one.command, ...body }, isStopped)
    one.isAcknowledged = answer !== undefined
    one.incident ??= answer?.id
    return answer
  }
  const done = (async () => {
    while (!stopped) {
      const report = await act(room, 'incident-opened', '/api/dispatch/incidents', { category: 'traffic', priority: 3, lon: 117.2153, lat: 28.2911, summary: '载荷' })
      const order = report && (await act(room, 'unit-assigned', `/api/dispatch/incidents/${report.id}/assignments`, { unit: crew.unit }, report.id))
      for (const state of order ? ['acknowledged', 'en-route', 'on-scene'] : []) await act(pocket, 'assignment-changed', `/api/dispatch/assignments/${order.assignment ?? order.id}/state`, { state }, report.id)
      if (order) await act(room, 'incident-closed', `/api/dispatch/incidents/${report.id}/close`, { outcome: 'settled' }, report.id)
      await sleep(50)
    }
  })()
  return { odd: () => [...room.odd, ...pocket.odd], stop: () => ((stopped = true), done) }
}

/** An order that nobody acknowledges; `isAlerted` when a console has heard that its limit ran out. */
export type Neglected = { readonly incident: string; readonly assignment: string; isAlerted: boolean }

/** A desk that sends a unit whose crew says nothing, takes it back when its limit has run out, and sends it again. */
export function neglect(nodes: Nodes, desk: string, unit: string, place: number, isAlerted: (incident: string) => boolean, orders: Neglected[]) {
  let stopped = false
  const room = insisting(nodes, desk, place)
  const isStopped = () => stopped
  const done = (async () => {
    while (!stopped) {
      const report = await room.post('/api/dispatch/incidents', { commandId: commandId(), category: 'traffic', priority: 2, lon: 117.2153, lat: 28.2911, summary: '无人答复' }, isStopped)
      const order = report && (await room.post(`/api/dispatch/incidents/${report.id}/assignments`, { commandId: commandId(), unit }, isStopped))
      if (!order) return
      const one: Neglected = { incident: report.id, assignment: order.id, isAlerted: false }
      orders.push(one)
      while (!stopped && !(one.isAlerted = isAlerted(one.incident))) await sleep(100)
      await room.post(`/api/dispatch/incidents/${report.id}/close`, { commandId: commandId(), outcome: 'mistake' }, isStopped)
    }
  })()
  return { odd: () => room.odd, stop: () => ((stopped = true), done) }
}

type Heard = { readonly position: number; readonly stream: string; readonly type: string; readonly command: string }

/**
 * A console: from a position on, over every loss, at its own node or the other, as `ui/live.ts` has it. `entries` is what it heard, in order, by
 * position; `twice` what it heard again; `seenAt` the newest fix of each unit that its frames showed.
 */
export function watchFrom(nodes: Nodes, token: string, place: number, after: number) {
  const entries: Heard[] = []
  const seenAt = new Map<number, number>()
  let position = after
  let twice = 0
  let resets = 0
  let connections = 0
  let stopped = false
  let socket: WebSocket | undefined
  let turn = place
  const connect = async (): Promise<void> => {
    const open = nodes.running()
    const { url } = open[turn % open.length]!
    const frames = frameReader()
    socket = new WebSocket(`${url.replace('http', 'ws')}/api/live?after=${position}`, { headers: { authorization: `Bearer ${token}` }, handshakeTimeout: 5_000 })
    const lost = new Promise<void>((resolve) => socket!.once('close', () => resolve()))
    socket.on('error', () => {})
    socket.on('open', () => {
      connections++
      socket!.send(JSON.stringify({ type: 'view', bbox: [117, 28, 118, 29], intervalMs: 250 }))
    })
    socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      if (isBinary) {
        const { records } = frames.read(new Uint8Array(bytes).buffer)
        for (const { handle, fixAt } of records) seenAt.set(handle, fixAt)
        return
      }
      const message = JSON.parse(bytes.toString())
      if (message.type === 'reset') {
        resets++
        position = message.position
      }
      if (message.type !== 'changes') return
      for (const entry of message.entries as Heard[]) {
        if (entry.position <= (entries.at(-1)?.position ?? after)) twice++
        else entries.push(entry)
      }
      position = message.position
    })
    await lost
    turn++
  }
  const done = (async () => {
    while (!stopped) {
      await connect().catch(() => {})
      await sleep(200)
    }
  })()
  return {
    entries,
    seenAt,
    twice: () => twice,
    resets: () => resets,
    connections: () => connections,
    stop() {
      stopped = true
      socket?.close()
      return done
    },
  }
}
