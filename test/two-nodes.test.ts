/**
 * Two equal nodes on one outside PostgreSQL and one NATS, under load from beginning to end: a console on either sees all; NATS, PostgreSQL and
 * the nodes are killed one after the other, nothing that was acknowledged is lost, what happens by itself happens once, and nobody lends a hand.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { callerOf, commandId } from './caller.ts'
import { jt808Terminal, locationBody } from './jt808-terminal.ts'
import { dispatchOn, drive, natsBinary, neglect, openGround, openNodes, until, watchFrom, type Acknowledged, type Act, type Ground, type Neglected, type Nodes } from './two-nodes-scene.ts'

const skip = natsBinary ? false : 'no nats-server on this machine'
const carCount = 8

let ground: Ground
let nodes: Nodes
let began = 0
const acknowledged: Acknowledged[] = []
const acts: Act[] = []
let cars: ReturnType<typeof drive>[] = []
let desks: ReturnType<typeof dispatchOn>[] = []
let consoles: ReturnType<typeof watchFrom>[] = []
/** Orders that nobody acknowledges: from half a minute on, one limit or other runs out every few seconds, whatever is killed at that moment. */
const neglected: Neglected[] = []
let silent: ReturnType<typeof neglect>[] = []

before(async () => {
  if (skip) return
  ground = await openGround()
  nodes = await openNodes(ground, { cars: carCount, crews: 4, silent: 10 })
  await sleep(1100) // the protocol's clock has whole seconds, and what was measured before the shift is not kept
  const [head] = await ground.query<{ position: number }>('select position from journal.durable')
  began = head!.position
  consoles = nodes.dispatchers.map((token, place) => watchFrom(nodes, token, place, began))
  cars = nodes.cars.map(({ terminal }, n) => drive(nodes, terminal, n % 2, acknowledged))
  desks = nodes.crews.map((crew, n) => dispatchOn(nodes, nodes.dispatchers[n % 2]!, crew, n % 2, acts))
  silent = []
  for (const [n, unit] of nodes.silent.entries()) {
    const own = consoles[n % 2]!
    silent.push(neglect(nodes, nodes.dispatchers[n % 2]!, unit, n % 2, (incident) => own.entries.some(({ type, stream }) => type === 'limit-passed' && stream === `incident/${incident}`), neglected))
    await sleep(500) // their limits are to run out one after the other
  }
}, { timeout: 300_000 })
after(async () => {
  await Promise.all([...cars, ...desks, ...silent, ...consoles].map((one) => one.stop()))
  await ground?.close()
})

/** Everybody is served: each car has a newer fix on disk, each desk a newer act, and both consoles show both. */
async function goesOn() {
  const since = Math.ceil(Date.now() / 1000) * 1000
  await until(() => nodes.cars.every(({ terminal }) => acknowledged.some((one) => one.terminal === terminal && one.fixAt >= since)) || undefined, 'a fix of every car')
  const from = acts.length
  await until(() => (acts.slice(from).filter((act) => act.isAcknowledged).length >= 10 ? true : undefined), 'ten acts more')
  await seenByAll(since)
  const newest = acts.findLast((act) => act.isAcknowledged)!
  await until(() => consoles.every(({ entries }) => entries.some(({ command }) => command === newest.command)) || undefined, 'the newest act on both consoles')
}
/** In the frames of both consoles, and over HTTP at each node. */
async function seenByAll(since: number) {
  for (const [n, { seenAt }] of consoles.entries()) {
    await until(() => nodes.cars.every(({ handle }) => (seenAt.get(handle) ?? 0) >= since) || undefined, `every car in the frames of console ${n}`)
  }
  for (const { url } of nodes.running()) {
    const call = callerOf(url, { token: nodes.administrator })
    const isSeen = async () => {
      const { status, body } = await call('GET', '/api/units')
      const fixAt = new Map<number, number>(status === 200 ? body.items.map((unit: { handle: number; fixAt: number | null }) => [unit.handle, unit.fixAt ?? 0]) : [])
      return nodes.cars.every(({ handle }) => (fixAt.get(handle) ?? 0) >= since) || undefined
    }
    await until(isSeen, `every car at ${url}`)
  }
}

test('a console on either node sees every car and every act, whichever node took them', { skip, timeout: 300_000 }, async () => {
  await goesOn()
})

test('a terminal that knocks at one node is adopted at the other, is heard there at once, and its page is the same at both', { skip, timeout: 300_000 }, async () => {
  const [here, there] = nodes.running().map(({ url }) => callerOf(url, { token: nodes.administrator }))
  const knock = await jt808Terminal(nodes.at(1).terminals.jt808!, '13800138000')
  const say = () => knock.answerTo(knock.say(0x0200, locationBody({ lon: 117.9, lat: 28.9, at: Date.now() })), 10_000)
  assert.equal(await say(), 1, 'a stranger')
  const stranger = (await here!('GET', '/api/units/strangers')).body
  assert.deepEqual([stranger.items.map((one: { name: string }) => one.name), stranger.isWhole], [['13800138000'], true])
  const unit = nodes.crews[0]!.unit
  const adopted = await here!('POST', `/api/units/strangers/${stranger.items[0].id}/adopt`, { commandId: commandId(), unit, label: '车载' })
  assert.equal(adopted.status, 201, JSON.stringify(adopted.body))
  await until(async () => ((await say()) === 0 ? true : undefined), 'a place of the adopted')
  const pages = await Promise.all([here!, there!].map(async (call) => {
    const { items, isWhole } = (await call('GET', `/api/units/devices?unit=${unit}`)).body
    const { status, lastSeenAt } = items[0]
    const frames = (await call('GET', `/api/units/devices/${adopted.body.id}/frames`)).body.items
    return { isWhole, status, lastSeenAt, frames }
  }))
  assert.deepEqual(pages[0], pages[1])
  assert.deepEqual([pages[0]!.isWhole, pages[0]!.status.online, pages[0]!.status.accepted, pages[0]!.frames.length > 0], [true, true, 1, true])
  for (const call of [here!, there!]) assert.deepEqual((await call('GET', '/api/units/strangers')).body.items, [])
  knock.close()
})

test('a terminal that changes its node while an alarm lasts ends it there, and one that comes later is heard', { skip, timeout: 300_000 }, async () => {
  const call = callerOf(nodes.at(0).url, { token: nodes.administrator })
  const made = await call('POST', '/api/units/devices', { commandId: commandId(), unit: nodes.crews[1]!.unit, label: '车载', protocol: 'jt808', terminal: '200' })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const say = async (place: number, alarm: number) => {
    const terminal = await jt808Terminal(nodes.at(place).terminals.jt808!, '200')
    await until(async () => ((await terminal.answerTo(terminal.say(0x0200, locationBody({ lon: 117.21, lat: 28.29, at: Date.now(), alarm })), 10_000)) === 0 ? true : undefined), `an answer of node ${place}`)
    terminal.close()
    await sleep(1000) // the protocol's clock has whole seconds
    const rows = await ground.query<{ ended: boolean }>(`select ended_at is not null as ended from units.alarm where name = 'power-cut' and device = (select number from units.device where terminal = '200') order by began_at`)
    return rows.map(({ ended }) => ended)
  }
  const powerCut = 2 ** 8
  assert.deepEqual(await say(0, powerCut), [false])
  assert.deepEqual(await say(1, powerCut), [false])
  assert.deepEqual(await say(1, 0), [true])
  assert.deepEqual(await say(0, powerCut), [true, false])
  assert.deepEqual(await say(1, 0), [true, true])
})

test('NATS is killed and comes back under load', { skip, timeout: 300_000 }, async () => {
  await ground.killNats()
  await goesOn() // late, from the database
  await ground.startNats()
  await goesOn()
})

test('PostgreSQL is stopped, and then killed, and comes back each time under load', { skip, timeout: 300_000 }, async () => {
  for (const how of ['fast', 'killed'] as const) {
    await ground.stopDatabase(how)
    await sleep(2_000)
    await ground.startDatabase()
    await goesOn()
  }
})

test('orders that nobody acknowledges escalate once each, while one node is killed and then the other', { skip, timeout: 300_000 }, async () => {
  const count = async () => (await ground.query<{ n: number }>(`select count(*) as n from journal.entry where type = 'limit-passed' and position > $1`, [began]))[0]!.n
  const oneMore = async (what: string) => {
    const before = await count()
    await until(async () => ((await count()) > before ? true : undefined), what)
  }
  for (const place of [0, 1]) {
    await oneMore('a limit that runs out')
    await nodes.kill(place)
    await oneMore('the next one, given by the other node')
    if (place === 0) await nodes.start(place)
    await goesOn()
  }
})

test('a node that starts without NATS, or with one that has no JetStream, says so, serves, sees the others’ cars, and joins by itself', { skip, timeout: 300_000 }, async () => {
  await ground.killNats()
  const lonely = await nodes.start(1)
  const said = (words: RegExp) => until(() => words.test(lonely.said()) || undefined, String(words))
  await said(/No NATS at 127\.0\.0\.1:\d+/)
  await goesOn()
  await ground.startNats([])
  await said(/has JetStream switched off: start it with -js/)
  await goesOn()
  await ground.killNats()
  await ground.startNats()
  await said(/NATS at 127\.0\.0\.1:\d+ is heard again/)
  await goesOn()
})

test('nothing that was acknowledged is lost or twice: positions, reports, orders, answers, and what the consoles heard', { skip, timeout: 300_000 }, async () => {
  // A fast machine is here before the limits of more than the first orders have run out.
  const alerted = () => neglected.filter(({ isAlerted }) => isAlerted)
  await until(() => alerted().length > nodes.silent.length || undefined, 'limits of more than one order each')
  await Promise.all([...cars, ...desks, ...silent].map((one) => one.stop()))
  assert.deepEqual([...desks, ...silent].flatMap((desk) => desk.odd()), [], 'no other answer than yes or "not now"')

  assert.ok(acknowledged.length > carCount * 20, `a load worth the name: ${acknowledged.length} fixes`)
  const rows = await ground.query<{ terminal: string; fix_at: number }>('select d.terminal, p.fix_at from units.position p join units.device d on d.number = p.device')
  const kept = new Set(rows.map(({ terminal, fix_at }) => `${terminal}/${fix_at}`))
  assert.deepEqual(acknowledged.filter(({ terminal, fixAt }) => !kept.has(`${terminal}/${fixAt}`)), [])

  const done = acts.filter((act) => act.isAcknowledged)
  assert.ok(done.length > 100, `a load worth the name: ${done.length} acts`)
  const journal = await ground.query<{ position: number; stream: string; type: string; command: string }>('select position, stream, type, command from journal.entry where position > $1 order by position', [began])
  const ofCommand = Map.groupBy(journal, ({ command }) => command)
  for (const { command, type, isAcknowledged, incident } of acts) {
    const entries = (ofCommand.get(command) ?? []).filter((entry) => entry.type === type)
    assert.ok(entries.length <= 1 && (entries.length === 1 || !isAcknowledged), `${type} ${command}: ${entries.length} entries`)
    if (entries[0] && incident) assert.equal(entries[0].stream, `incident/${incident}`)
  }

  const alerts = Map.groupBy(await ground.query<{ assignment: string; timer: string; escalation: string }>(`select data->>'assignment' as assignment, data->>'timer' as timer, data->>'escalation' as escalation from journal.entry where type = 'limit-passed' and position > $1`, [began]), ({ timer, escalation }) => `${timer} ${escalation}`)
  assert.deepEqual([...alerts].filter(([, same]) => same.length > 1), [], 'no limit was passed twice')
  for (const { assignment } of alerted()) assert.ok(alerts.has(`${assignment}-acknowledge 1`), assignment)

  // Everything of incidents, in the journal's order, on both consoles. Limits of orders that nobody acknowledged go on running out after the
  // journal was read: what comes behind its last entry is not compared.
  const incidents = journal.filter(({ stream }) => stream.startsWith('incident/')).map(({ position }) => position)
  const last = incidents.at(-1)!
  for (const [n, one] of consoles.entries()) {
    await until(() => ((one.entries.at(-1)?.position ?? 0) >= last ? true : undefined), `the last entry on console ${n}`)
    const heard = one.entries.filter(({ stream, position }) => stream.startsWith('incident/') && position <= last).map(({ position }) => position)
    assert.deepEqual(heard, incidents, `console ${n}`)
    assert.deepEqual([one.twice(), one.resets()], [0, 0], `console ${n}`)
    assert.ok(one.connections() > 1, `console ${n} has changed its node`)
  }
})
