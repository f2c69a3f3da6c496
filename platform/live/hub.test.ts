import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { WebSocket } from 'ws'
import type { Actor, Grant } from '#kernel/actor.ts'
import type { Entry, Listener } from '#kernel/journal.ts'
import type { Authenticate } from '#platform/auth/session.ts'
import { createHttpServer, type HttpServer } from '#platform/http/server.ts'
import { silentLog } from '#platform/log.ts'
import { frameReader, type FrameChanges } from '#ui/map/frames.ts'
import type { Describe } from './audience.ts'
import type { LivePosition } from './contract.ts'
import { closed, createLiveHub, type LiveHub, type LiveLimits } from './hub.ts'

// ——— a town of paper: a journal that is an array, things that are rows in a map ———

let entries: Entry[]
let listeners: Map<Listener, (position: number) => void>
let things: Map<string, { agency: string; title: string; members: string[] }>
let positions: Map<number, LivePosition>
let changed: Set<number>
let sessions: Map<string, Actor>
let described: number
let clock: number

const journal = {
  read: async (from: number, limit: number) => entries.slice(from, from + limit),
  head: async () => entries.length,
  listen(listener: Listener, startAnew: (position: number) => void) {
    listeners.set(listener, startAnew)
    return () => void listeners.delete(listener)
  },
  waitFor: async () => gate,
}
/** What the pump waits for. */
let gate: Promise<void> | undefined

/** Write entries as the journal would: positions in order, then tell. */
function write(...facts: { stream: string; agency?: string; type?: string; data?: Record<string, unknown> }[]): void {
  const fresh = facts.map((fact, n): Entry => ({
    position: entries.length + n + 1, at: clock, stream: fact.stream, type: fact.type ?? 'something-changed', agency: fact.agency ?? 'cn', actor: { account: 'a', name: '甲' }, command: 'c', data: fact.data ?? {},
  }))
  entries.push(...fresh)
  for (const listener of listeners.keys()) void listener(fresh)
}
function change(id: string, agency: string, title: string, members: string[] = [], from = agency): void {
  things.set(id, { agency, title, members })
  write({ stream: `incident/${id}`, agency: from, data: { title, phone: '139' } })
}

const describe: Describe = async (batch) => {
  described++
  const ids = [...new Set(batch.filter((entry) => entry.stream.startsWith('incident/')).map((entry) => entry.stream.slice(9)))]
  return ids.map((id) => {
    const thing = things.get(id)
    const full = { to: { roles: ['dispatcher'] as const, agencies: [thing?.agency ?? ''], members: thing?.members ?? [] }, view: { id, title: thing?.title } }
    const bare = { to: { roles: ['analyst'] as const, agencies: [thing?.agency ?? ''] }, view: { id }, dataOf: ({ phone: _, ...data }: Record<string, unknown>) => data }
    return { kind: 'incidents', id, stream: `incident/${id}`, forms: thing ? [full, bare] : [] }
  })
}
const authenticate: Authenticate = async ({ token }) => {
  const actor = sessions.get(token)
  return actor ? { actor, session: { id: token, csrf: '', mustChangePassword: token.startsWith('fresh'), idleExpiresAt: 0, expiresAt: 0 } } : 'expired'
}

let server: HttpServer
let hub: LiveHub
let url: string
const open: WebSocket[] = []

async function start(limits: Partial<LiveLimits> = {}): Promise<void> {
  const metrics = { registry: new Registry() }
  server = await createHttpServer({ log: silentLog, metrics, sentences: {}, authenticate, staticFolder: '/nowhere', version: 't', now: () => clock })
  hub = createLiveHub({
    journal, describe, authenticate, metrics, log: silentLog, now: () => clock,
    positions: { find: (handle) => positions.get(handle), takeChanged: () => [...changed].filter((handle) => changed.delete(handle)) },
    limits: { tickMs: 5, ...limits },
  })
  hub.attach(server.app)
  await hub.start()
  url = (await server.listen('127.0.0.1', 0)).url.replace('http', 'ws')
}
beforeEach(() => {
  entries = []
  listeners = new Map()
  things = new Map()
  positions = new Map()
  sessions = new Map()
  changed = new Set()
  described = 0
  gate = undefined
  clock = 1_767_225_600_000
})
afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate()
  await hub.stop()
  await server.close()
})

const token = (name: string) => name.padEnd(43, '-')
function signIn(name: string, grants: Grant[], member?: string): string {
  sessions.set(token(name), { account: name, name, grants, ...(member ? { member } : {}) })
  return token(name)
}

type Client = { socket: WebSocket; messages: any[]; frames: FrameChanges[]; closed: Promise<number>; until(test: () => unknown, what: string): Promise<void> }
async function connect(secret: string, after?: number, headers: Record<string, string> = { authorization: `Bearer ${secret}` }): Promise<Client> {
  const socket = new WebSocket(`${url}/api/live${after === undefined ? '' : `?after=${after}`}`, { headers })
  open.push(socket)
  const reader = frameReader()
  const client: Client = {
    socket, messages: [], frames: [],
    closed: new Promise((resolve) => socket.on('close', resolve)),
    async until(isDone, what) {
      for (let n = 0; n < 400; n++) {
        if (isDone()) return
        await sleep(5)
      }
      assert.fail(`waited 2 s for ${what}; got ${JSON.stringify(client.messages).slice(0, 500)}`)
    },
  }
  socket.on('error', () => {})
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) client.frames.push(reader.read(data.buffer.slice(data.byteOffset, data.byteOffset + data.length) as ArrayBuffer))
    else client.messages.push(JSON.parse(String(data)))
  })
  return client
}
const hello = async (client: Client) => {
  await client.until(() => client.messages.some((message) => message.type === 'hello'), 'hello')
  return client
}
const changes = (client: Client) => client.messages.filter((message) => message.type === 'changes')
const seen = (client: Client) => changes(client).flatMap((message) => message.entries.map((entry: any) => entry.position))

test('a client hears hello, then each change with the present view of what it touched', async () => {
  await start()
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])))
  assert.deepEqual(client.messages[0], { type: 'hello', position: 0, now: clock })
  change('i1', 'cn.east', 'fire')
  await client.until(() => changes(client).length === 1, 'changes')
  const [message] = changes(client)
  assert.equal(message.position, 1)
  assert.deepEqual(message.views, { incidents: [{ id: 'i1', title: 'fire' }] })
  assert.deepEqual(message.entries[0].actor, '甲')
})

test('a client that comes back gets what it missed, once, in order, while more arrives', async () => {
  await start()
  for (let n = 1; n <= 2500; n++) change(`i${n % 7}`, 'cn', `${n}`)
  const secret = signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])
  const client = await connect(secret, 100)
  for (let n = 2501; n <= 2600; n++) {
    change('late', 'cn', `${n}`)
    if (n % 10 === 0) await sleep(1)
  }
  await client.until(() => seen(client).at(-1) === 2600, 'the last entry')
  assert.deepEqual(seen(client), Array.from({ length: 2500 }, (_, n) => n + 101))
})

test('a client that comes from another node, ahead of this one, is told nothing twice when it has followed', async () => {
  await start()
  let go = () => {}
  gate = new Promise((resolve) => (go = resolve))
  for (let n = 1; n <= 5; n++) change(`i${n}`, 'cn', `${n}`)
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }]), 3))
  assert.equal(client.messages[0].position, 0, 'the node has not told anything yet')
  go()
  await client.until(() => seen(client).at(-1) === 5, 'the last entry')
  change('i6', 'cn', '6')
  await client.until(() => seen(client).at(-1) === 6, 'the next entry')
  assert.deepEqual(seen(client), [4, 5, 6])
  assert.ok(!client.messages.some((message) => message.type === 'reset'))
})

test('when the database was put back to an earlier state, everybody fetches the lists again and hears what comes after, though its positions were said before', async () => {
  await start()
  for (let n = 1; n <= 5; n++) change(`i${n}`, 'cn', `${n}`)
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }]), 0))
  await client.until(() => seen(client).at(-1) === 5, 'the fifth')
  // on its way while it happens: of a journal that is no more
  let refuse = () => {}
  gate = new Promise((_, reject) => (refuse = () => reject(new Error('it was replaced by an earlier one'))))
  change('never', 'cn', '6')
  await sleep(20)
  entries = entries.slice(0, 2)
  gate.catch(() => {})
  refuse() // the tail tells who waits at once, and listeners after one another
  gate = undefined
  await sleep(20)
  for (const startAnew of listeners.values()) startAnew(2)
  await client.until(() => client.messages.some((message) => message.type === 'reset'), 'reset')
  assert.equal(client.messages.find((message) => message.type === 'reset').position, 2)
  change('other', 'cn', 'the third again')
  await client.until(() => seen(client).length === 6, 'the next')
  assert.deepEqual(seen(client), [1, 2, 3, 4, 5, 3])
  assert.deepEqual(changes(client).at(-1).views, { incidents: [{ id: 'other', title: 'the third again' }] })
})

test('who is too far behind, or ahead of a restored server, is told to fetch again and then goes on', async () => {
  await start({ behindMax: 50 })
  for (let n = 1; n <= 100; n++) change('i', 'cn', `${n}`)
  await sleep(20)
  const secret = signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])
  for (const after of [0, 49, 101, 9999]) {
    const client = await hello(await connect(secret, after))
    await client.until(() => client.messages.some((message) => message.type === 'reset'), `reset after ${after}`)
    assert.equal(client.messages.find((message) => message.type === 'reset').position, 100)
    assert.deepEqual(changes(client), [])
  }
  const near = await hello(await connect(secret, 50))
  await near.until(() => seen(near).length === 50, 'fifty entries')
  change('i', 'cn', 'next')
  await near.until(() => seen(near).at(-1) === 101, 'the next entry')
  assert.ok(!near.messages.some((message) => message.type === 'reset'))
})

test('nobody hears of another part of the tree, by view or by entry', async () => {
  await start()
  const east = await hello(await connect(signIn('east', [{ role: 'dispatcher', agency: 'cn.east' }])))
  const all = await hello(await connect(signIn('all', [{ role: 'dispatcher', agency: 'cn' }])))
  change('i1', 'cn.west', 'secret')
  change('i2', 'cn.eastern', 'secret too')
  change('i3', 'cn.east', 'ours')
  await all.until(() => seen(all).length === 3, 'all three')
  await east.until(() => seen(east).length === 1, 'ours')
  assert.deepEqual(seen(east), [3])
  assert.ok(!JSON.stringify(east.messages).includes('secret'))
  const back = await hello(await connect(token('east'), 0))
  await back.until(() => seen(back).length === 1, 'ours again')
  assert.ok(!JSON.stringify(back.messages).includes('secret'))
})

test('a thing that leaves somebody’s part of the tree is gone for him, and only for him', async () => {
  await start()
  const east = await hello(await connect(signIn('east', [{ role: 'dispatcher', agency: 'cn.east' }])))
  const west = await hello(await connect(signIn('west', [{ role: 'dispatcher', agency: 'cn.west' }])))
  const north = await hello(await connect(signIn('north', [{ role: 'dispatcher', agency: 'cn.north' }])))
  change('i1', 'cn.east', 'here')
  await east.until(() => changes(east).length === 1, 'here')
  change('i1', 'cn.west', 'there')
  await west.until(() => changes(west).length === 1, 'there')
  await east.until(() => changes(east).length === 2, 'gone')
  assert.deepEqual(changes(east)[1].views, { incidents: [{ id: 'i1', gone: true }] })
  assert.deepEqual(changes(east)[1].entries, [])
  assert.deepEqual(changes(west)[0].views, { incidents: [{ id: 'i1', title: 'there' }] })
  await sleep(30)
  assert.deepEqual(changes(north), [])
})

test('an officer hears of his own orders only, and loses sight of them when they are taken from him', async () => {
  await start()
  const officer = await hello(await connect(signIn('officer', [{ role: 'officer', agency: 'cn' }], 'm1')))
  change('i1', 'cn', 'not his')
  change('i2', 'cn', 'his', ['m1'])
  await officer.until(() => seen(officer).length === 1, 'his order')
  assert.deepEqual(changes(officer).flatMap((message) => message.views.incidents ?? []).filter((view) => !view.gone), [{ id: 'i2', title: 'his' }])
  change('i2', 'cn', 'his no more', ['m2'])
  await officer.until(() => changes(officer).some((message) => message.views.incidents?.some((view: any) => view.id === 'i2' && view.gone)), 'gone')
  assert.ok(!JSON.stringify(officer.messages).includes('not his') && !JSON.stringify(officer.messages).includes('no more'))
})

test('an analyst gets the poorer form, entries included', async () => {
  await start()
  const analyst = await hello(await connect(signIn('analyst', [{ role: 'analyst', agency: 'cn' }])))
  change('i1', 'cn', 'fire')
  await analyst.until(() => seen(analyst).length === 1, 'the entry')
  assert.deepEqual(changes(analyst)[0].views, { incidents: [{ id: 'i1' }] })
  assert.deepEqual(changes(analyst)[0].entries[0].data, { title: 'fire' })
})

test('entries about accounts go to administrators and auditors, unknown streams to auditors', async () => {
  await start()
  const hears: Record<string, number[]> = {}
  for (const role of ['dispatcher', 'administrator', 'auditor', 'officer'] as const) {
    const client = await hello(await connect(signIn(role, [{ role, agency: 'cn' }])))
    Object.defineProperty(hears, role, { get: () => seen(client), enumerable: true })
  }
  write({ stream: 'account/x', type: 'signed-in' }, { stream: 'agency/x' }, { stream: 'strange/x' }, { stream: 'account/x', agency: 'other' })
  await sleep(50)
  assert.deepEqual({ ...hears }, { dispatcher: [2], administrator: [1, 2], auditor: [1, 2, 3], officer: [2] })
})

test('one batch is described once for twenty clients', async () => {
  await start()
  const clients = await Promise.all(Array.from({ length: 20 }, (_, n) => connect(signIn(`desk${n}`, [{ role: 'dispatcher', agency: n % 2 ? 'cn' : 'cn.east' }]))))
  await Promise.all(clients.map(hello))
  change('i1', 'cn.east', 'fire')
  await Promise.all(clients.map((client) => client.until(() => changes(client).length === 1, 'the change')))
  assert.equal(described, 1)
})

const place = (handle: number, lon: number, lat: number, agency = 'cn') => {
  positions.set(handle, { handle, agency, lon, lat, fixAt: clock - 1500, speedKmh: 36.5, courseDeg: 90, stale: false })
  changed.add(handle)
}
const handles = (frame: FrameChanges | undefined) => frame?.records.map((one) => one.handle)

test('positions come whole, then as changes; a unit that leaves the view or goes off duty is said to', async () => {
  await start()
  place(1, 117.2, 28.3)
  place(2, 118.9, 28.3)
  place(3, 117.2, 28.3, 'elsewhere')
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])))
  client.socket.send(JSON.stringify({ type: 'view', bbox: [117, 28, 117.5, 28.5], intervalMs: 100 }))
  await client.until(() => client.frames.length === 1, 'the first frame')
  const [{ lon, lat, ...rest }] = client.frames[0]!.records as [FrameChanges['records'][number]]
  assert.ok(Math.abs(lon - 117.2) < 1e-6 && Math.abs(lat - 28.3) < 1e-6)
  assert.deepEqual([rest, client.frames[0]!.serverTime], [{ handle: 1, fixAt: clock - 1500, speedKmh: 37, courseDeg: 90, stale: false }, clock])
  assert.equal(client.frames[0]!.records.length, 1)
  clock += 1000
  place(2, 117.4, 28.4)
  await client.until(() => client.frames.length === 2, 'unit 2')
  assert.deepEqual([handles(client.frames[1]), client.frames[1]!.gone], [[2], []])
  clock += 1000
  place(2, 119, 28.4)
  positions.delete(1)
  changed.add(1)
  await client.until(() => client.frames.length === 3, 'both gone')
  assert.deepEqual(client.frames[2]!.gone.toSorted(), [1, 2])
  client.socket.send(JSON.stringify({ type: 'view', bbox: [118, 28, 120, 29], intervalMs: 100 }))
  await client.until(() => client.frames.length === 4, 'another view')
  assert.deepEqual(handles(client.frames[3]), [2])
})

test('many moves between two frames are one record: the newest', async () => {
  await start()
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])))
  client.socket.send(JSON.stringify({ type: 'view', bbox: [-180, -90, 180, 90], intervalMs: 1000 }))
  await client.until(() => client.frames.length === 1, 'an empty view')
  for (let n = 0; n < 100; n++) place(7, 117 + n / 1000, 28)
  await sleep(50)
  assert.equal(client.frames.length, 1, 'not before the interval is over')
  clock += 1000
  await client.until(() => client.frames.length === 2, 'one frame')
  assert.deepEqual(client.frames[1]!.records.map((one) => one.lon.toFixed(4)), ['117.0990'])
})

test('a clock that is set back stops no map', async () => {
  await start()
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])))
  client.socket.send(JSON.stringify({ type: 'view', bbox: [-180, -90, 180, 90], intervalMs: 1000 }))
  await client.until(() => client.frames.length === 1, 'an empty view')
  clock -= 3_600_000
  place(7, 117, 28)
  await client.until(() => client.frames.length === 2, 'a frame')
  place(7, 117.1, 28)
  await sleep(50)
  assert.equal(client.frames.length, 2, 'not before the interval is over')
  clock += 1000
  await client.until(() => client.frames.length === 3, 'the next')
})

test('a client that does not take its frames is sent none meanwhile, and then the newest once; the others notice nothing', async () => {
  await start()
  const view = JSON.stringify({ type: 'view', bbox: [117, 28, 118, 29], intervalMs: 100 })
  const [slow, quick] = await Promise.all(['slow', 'quick'].map(async (name) => hello(await connect(signIn(name, [{ role: 'dispatcher', agency: 'cn' }])))) as [Promise<Client>, Promise<Client>])
  for (const client of [slow, quick]) client.socket.send(view)
  ;(slow.socket as any)._socket.pause()
  // More than the two kernels hold between them, so that frames of a paused socket are held back by us.
  for (let round = 0; round < 400; round++) {
    clock += 100
    for (let handle = 1; handle <= 3000; handle++) place(handle, 117.1 + round / 1000, 28.1 + handle / 10_000)
    await quick.until(() => quick.frames.length > round, `round ${round}`)
  }
  ;(slow.socket as any)._socket.resume()
  const newest = (client: Client) => new Map(client.frames.flatMap((frame) => frame.records.map((one) => [one.handle, one.lon])))
  await slow.until(() => [...newest(slow).values()].every((lon) => lon > 117.4985) && newest(slow).size === 3000, 'every last place')
  assert.deepEqual(newest(slow), newest(quick))
  assert.ok(slow.frames.length < quick.frames.length, `${slow.frames.length} of ${quick.frames.length} frames`)
})

test('messages that are not of the contract change nothing', async () => {
  await start()
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])))
  for (const said of ['nonsense', '{}', '{"type":"view","bbox":[1,2,3],"intervalMs":1000}', '{"type":"view","bbox":null,"intervalMs":1}']) client.socket.send(said)
  place(1, 117, 28)
  change('i1', 'cn', 'fire')
  await client.until(() => changes(client).length === 1, 'still live')
  assert.equal(client.frames.length, 0)
})

test('without a session, with one that is over, or with a first password: closed with a reason', async () => {
  await start()
  assert.equal(await (await connect('', undefined, {})).closed, closed.sessionOver)
  assert.equal(await (await connect(token('nobody'))).closed, closed.sessionOver)
  assert.equal(await (await connect(signIn('fresh', [{ role: 'dispatcher', agency: 'cn' }]))).closed, closed.notAllowed)
})

test('a page of another site cannot listen with the browser’s cookie', async () => {
  await start()
  const cookie = `__Host-gengfu=${signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])}`
  const host = new URL(url).host
  assert.equal(await (await connect('', undefined, { cookie, origin: 'https://evil.example' })).closed, closed.notAllowed)
  await hello(await connect('', undefined, { cookie, origin: `http://${host}` }))
})

test('a session that ends closes its sockets: at once when it was ended, at the next beat when it ran out', async () => {
  await start({ heartbeatMs: 60 })
  const out = await hello(await connect(signIn('out', [{ role: 'dispatcher', agency: 'cn' }])))
  sessions.delete(token('out'))
  write({ stream: 'account/out', type: 'signed-out' })
  assert.equal(await out.closed, closed.sessionOver)
  const idle = await hello(await connect(signIn('idle', [{ role: 'dispatcher', agency: 'cn' }])))
  sessions.delete(token('idle'))
  assert.equal(await idle.closed, closed.sessionOver)
})

test('other rights take effect at once: a reset, and then only what may be seen', async () => {
  await start()
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])))
  signIn('desk', [{ role: 'dispatcher', agency: 'cn.east' }])
  write({ stream: 'account/desk', type: 'account-changed' })
  await client.until(() => client.messages.some((message) => message.type === 'reset'), 'reset')
  change('i1', 'cn.west', 'secret')
  change('i2', 'cn.east', 'ours')
  await client.until(() => changes(client).length > 0, 'ours')
  assert.ok(!JSON.stringify(client.messages).includes('secret'))
})

test('what no entry touched is told to those who may see it, and moves nobody in the order', async () => {
  await start()
  const desk = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn.east' }])))
  const other = await hello(await connect(signIn('other', [{ role: 'dispatcher', agency: 'cn.west' }])))
  change('i1', 'cn.east', 'fire')
  await desk.until(() => changes(desk).length === 1, 'the change')
  hub.tell([{ kind: 'receipts', id: 'r', stream: 'receipts/r', forms: [{ to: { roles: ['dispatcher'], agencies: ['cn.east'] }, view: { id: 'r', read: 2 } }] }])
  await desk.until(() => changes(desk).length === 2, 'what was told')
  assert.deepEqual(changes(desk)[1], { type: 'changes', position: 1, entries: [], views: { receipts: [{ id: 'r', read: 2 }] } })
  change('i1', 'cn.east', 'smoke')
  await desk.until(() => changes(desk).length === 3, 'what comes after')
  assert.deepEqual(seen(desk), [1, 2])
  assert.ok(!JSON.stringify(other.messages).includes('receipts'))
})

test('a heartbeat comes by itself; who does not answer is let go', async () => {
  await start({ heartbeatMs: 40 })
  const client = await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }]))
  await client.until(() => client.messages.filter((message) => message.type === 'hello').length >= 4, 'heartbeats')
  const dead = await hello(await connect(signIn('dead', [{ role: 'dispatcher', agency: 'cn' }])))
  ;(dead.socket as any)._socket.pause()
  await dead.until(() => hub.clients() === 1, 'the dead one gone')
  assert.equal(client.socket.readyState, WebSocket.OPEN)
})

test('a client that does not read loses its place; the others notice nothing', async () => {
  await start({ backlogMax: 512 * 1024, catchUpBacklogMax: 64 * 1024 })
  const slow = await hello(await connect(signIn('slow', [{ role: 'dispatcher', agency: 'cn' }])))
  const quick = await hello(await connect(signIn('quick', [{ role: 'dispatcher', agency: 'cn' }])))
  ;(slow.socket as any)._socket.pause()
  const big = 'x'.repeat(100_000)
  let n = 0
  while (hub.clients() === 2 && n < 400) {
    change(`i${++n % 3}`, 'cn', big)
    await sleep(2)
  }
  assert.equal(hub.clients(), 1, 'the slow one was cut off')
  await quick.until(() => seen(quick).length === n, 'everything')
  ;(slow.socket as any)._socket.resume()
  assert.notEqual(await slow.closed, 1000)
  const back = await connect(token('slow'), n)
  await hello(back)
})

test('stopping says goodbye with 1001', async () => {
  await start()
  const client = await hello(await connect(signIn('desk', [{ role: 'dispatcher', agency: 'cn' }])))
  await hub.stop()
  assert.equal(await client.closed, closed.stopping)
})
