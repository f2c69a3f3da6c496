/** OwnTracks through a real broker, mosquitto, started here on a port of its own; and through the small one of the house. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { Actor, Role } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { DatabaseUnavailable } from '#platform/db/fault.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { freePort } from '#test/serve.ts'
import { goOnDuty } from './change-shift.ts'
import { createUnit } from './change-unit.ts'
import { openUnits } from './jobs.ts'
import { listenToBroker } from './mqtt-jobs.ts'
import { pairDevice } from './pair-device.ts'
import { projections } from './store.ts'

const binary = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find((path) => existsSync(path))
const actor = (role: Role): Actor => ({ account: role, name: role, grants: [{ role, agency: 'a' }] })
const folder = mkdtempSync(join(tmpdir(), 'gengfu-mqtt-'))
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
after(async () => {
  for (const close of closing.reverse()) await close()
})

async function mosquitto(port: number): Promise<ChildProcess> {
  const config = join(folder, 'mosquitto.conf')
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`)
  const broker = spawn(binary!, ['-c', config], { stdio: 'ignore' })
  closing.push(() => broker.kill('SIGKILL'))
  for (let n = 0; n < 100; n++) {
    const isThere = await new Promise((resolve) => {
      const socket = dial(port, '127.0.0.1')
      socket.once('connect', () => (socket.destroy(), resolve(true))).once('error', () => resolve(false))
    })
    if (isThere) return broker
    await sleep(50)
  }
  throw new Error('mosquitto did not start')
}

/** The room on a database of its own, with one unit on duty and a key for its phone. */
async function scene() {
  const { database, drop } = await testDatabase()
  closing.push(drop)
  const journal = postgresJournal({ db: database, projections, log: silentLog })
  let made = 0
  const open = () =>
    openUnits({
      journal, db: database, now: Date.now, newId: () => `id-${++made}`, randomBytes, memberNames: async () => new Map(),
      findAgency: async (path) => ({ id: 'a', path, name: path, nameEn: null, kind: 'station', lon: null, lat: null }),
    })
  let units = await open()
  journal.listen((entries) => units.hear(entries))
  await journal.start()
  closing.push(() => journal.stop(), () => units.stop())

  const unit = await createUnit(units.deps, actor('administrator'), { commandId: 'command-1', callSign: '巡1', kind: 'foot', agency: 'a' })
  assert.ok(!isRefused(unit))
  assert.ok(!isRefused(await goOnDuty(units.deps, actor('dispatcher'), unit.answer.unit, { commandId: 'command-2', crew: [] })))
  const paired = await pairDevice(units.deps, actor('administrator'), { commandId: 'command-3', unit: unit.answer.unit, label: '手机' })
  assert.ok(!isRefused(paired))
  await sleep(1100) // OwnTracks counts whole seconds, and what was measured before the shift is not kept
  return {
    database,
    key: paired.key!,
    device: paired.device.number,
    units: () => units,
    async reopen() {
      units = await open()
      return units
    },
    /** @param say  again each time, for who is not heard yet */
    async isAt(lon: number, say?: (lon: number) => Promise<unknown>) {
      for (let n = 0; n < 600; n++) {
        await say?.(lon)
        if (units.describeUnits([unit.answer.unit])[0]?.lon === lon) return
        await sleep(50)
      }
      assert.fail(`never at ${lon}`)
    },
  }
}

const location = (lon: number) => JSON.stringify({ _type: 'location', lat: 28.3, lon, tst: Math.floor(Date.now() / 1000), batt: 61 })

test('what a phone publishes moves its unit; what came while nobody listened comes after', { skip: binary ? false : 'no mosquitto on this machine', timeout: 60_000 }, async () => {
  const { database, key, device, isAt, units, reopen } = await scene()
  const port = await freePort()
  await mosquitto(port)
  const url = `mqtt://127.0.0.1:${port}`
  units().listenToBroker(url, 'test')

  const phone = await connectAsync(url)
  closing.push(() => phone.endAsync())
  const say = (lon: number) => phone.publishAsync(`owntracks/zhang/${key}`, location(lon), { qos: 1 })
  await isAt(117.199, say) // until the house has subscribed, the broker throws away what is said
  await phone.publishAsync(`owntracks/zhang/${key}`, 'not JSON', { qos: 1 })
  await phone.publishAsync('owntracks/zhang/wrong-key', JSON.stringify({ _type: 'location', lat: 1, lon: 1, tst: 1 }), { qos: 1 })
  await isAt(117.2, say) // a second later by the phone’s clock
  assert.equal(units().deps.devices.status(device).battery, 61)

  const kept = () => database.query<{ lon: number }>('select lon from units.position where device = $1 and lon = 117.205', [device])
  await sleep(1000)
  await phone.publishAsync(`owntracks/zhang/${key}/event`, JSON.stringify({ ...JSON.parse(location(117.205)), _type: 'transition', event: 'enter' }), { qos: 1 })
  for (let n = 0; n < 600 && (await kept()).length === 0; n++) await sleep(50)
  assert.equal((await kept()).length, 1, 'a region that was entered')

  await units().stop()
  await sleep(1000)
  await say(117.201)
  ;(await reopen()).listenToBroker(url, 'test')
  await isAt(117.201)
})

test('what comes while the database is away is taken when it is back, however much it was; what can never be taken holds up nobody', { skip: binary ? false : 'no mosquitto on this machine', timeout: 60_000 }, async () => {
  const { database, key, isAt, units } = await scene()
  const port = await freePort()
  await mosquitto(port)
  const url = `mqtt://127.0.0.1:${port}`
  let fails: Error | undefined
  let faults = 0
  const listener = listenToBroker(
    {
      ...units().deps,
      db: { ...database, query: (...asked: Parameters<typeof database.query>) => (fails ? Promise.reject(fails) : database.query(...asked)) } as typeof database,
      onFault: () => faults++,
    },
    url,
    'outage',
  )
  closing.push(() => listener.stop())
  const phone = await connectAsync(url)
  closing.push(() => phone.endAsync())
  const publish = (text: string) => phone.publishAsync(`owntracks/zhang/${key}`, text, { qos: 1 })
  await isAt(117.199, (lon) => publish(location(lon)))

  fails = new DatabaseUnavailable('gone')
  for (let n = 0; n < 30; n++) await publish('{"_type":"lwt"}') // mosquitto stops at 20 that nobody answered
  await sleep(1000)
  await publish(location(117.2))
  while (faults === 0) await sleep(50)
  fails = undefined
  await isAt(117.2)

  fails = new Error('a bug')
  const before = faults
  await publish('{"_type":"lwt"}')
  await sleep(1000)
  await publish(location(117.201))
  while (faults < before + 2) await sleep(50)
  fails = undefined
  await isAt(117.201)
})

test('two nodes under one name at a broker say so, once', { skip: binary ? false : 'no mosquitto on this machine', timeout: 60_000 }, async () => {
  const { units } = await scene()
  const port = await freePort()
  await mosquitto(port)
  const said: string[] = []
  const onFault = (what: string, cause: unknown) => said.push(`${what}: ${(cause as Error).message}`)
  const both = [1, 2].map(() => listenToBroker({ ...units().deps, onFault }, `mqtt://zhang:secret@127.0.0.1:${port}`, 'house'))
  closing.push(...both.map((each) => () => each.stop()))
  const ofName = () => said.filter((words) => !words.startsWith('subscribing'))
  while (ofName().length < 2) await sleep(50)
  await sleep(3000)
  assert.deepEqual(ofName(), Array(2).fill(`the MQTT broker at 127.0.0.1:${port}: It ends each connection at once. Probably another program comes there as gengfu-house: give each node a GENGFU_MQTT_NAME of its own.`))
})

test('the house’s own broker takes places from who has a key, when they are durable, and tells nobody anything', { timeout: 60_000 }, async () => {
  const { database, key, device, isAt, units } = await scene()
  const { mqtt: port } = await units().listen('127.0.0.1', { mqtt: 0 })
  const url = `mqtt://127.0.0.1:${port}`
  const join = (password?: string) => connectAsync(url, { username: 'zhang', ...(password === undefined ? {} : { password }), reconnectPeriod: 0 }, false)
  await assert.rejects(join(), /Not authorized|Bad username or password/i)
  await assert.rejects(join('no-key-at-all'), /Bad username or password/i)
  assert.deepEqual(units().deps.strangers.list().map(({ protocol, secretOrNumber }) => [protocol, secretOrNumber]), [['phone', 'no-key-at-all']])

  const phone = await join(key)
  closing.push(() => phone.endAsync())
  const heard: string[] = []
  phone.on('message', (topic) => heard.push(topic))
  for (const topic of ['#', 'owntracks/+/+', '$SYS/#']) await assert.rejects(phone.subscribeAsync(topic, { qos: 1 }), /Unspecified error|not authorized/i, topic)

  await phone.publishAsync('owntracks/zhang/pixel', location(117.2), { qos: 1, retain: true })
  // Acknowledged is on disk.
  const kept = () => database.query<{ lon: number }>('select lon from units.position where device = $1', [device])
  assert.deepEqual((await kept()).map(({ lon }) => lon), [117.2])
  await isAt(117.2)
  await phone.publishAsync('owntracks/zhang/pixel', 'not JSON', { qos: 2 })
  assert.equal(units().deps.devices.status(device).malformed, 1)
  assert.match(units().deps.devices.status(device).raw!.list()[0]!.because!, /^body: 8 characters ≠ JSON$/)
  await phone.publishAsync('owntracks/zhang/pixel/event', JSON.stringify({ _type: 'transition', event: 'enter', tst: 1 }), { qos: 1 })

  const other = await join(key)
  closing.push(() => other.endAsync(true))
  const ended = new Promise((done) => other.once('close', () => done(true)))
  other.publish('somebody/else', 'x', { qos: 1 })
  assert.equal(await ended, true, 'what is not of a phone ends the connection')
  assert.deepEqual(heard, [])
})

test('noise at the house’s own broker ends the connection and nothing else', { timeout: 60_000 }, async () => {
  const { key, isAt, units } = await scene()
  const { mqtt } = await units().listen('127.0.0.1', { mqtt: 0 })
  const closes = (bytes: Uint8Array) =>
    new Promise<void>((done, failed) => {
      const socket = dial(mqtt!, '127.0.0.1', () => socket.write(bytes))
      socket.setTimeout(15_000, () => failed(new Error('still open')))
      socket.on('error', () => {}).on('close', () => done())
    })
  // A greeting that says it is 256 MB long, and pure noise.
  await closes(Buffer.concat([Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(64 * 1024)]))
  for (let n = 0; n < 20; n++) await closes(Buffer.concat([Buffer.from([0xff]), randomBytes(8 * 1024)]))
  const phone = await connectAsync(`mqtt://127.0.0.1:${mqtt}`, { username: 'zhang', password: key, reconnectPeriod: 0 }, false)
  closing.push(() => phone.endAsync(true))
  await phone.publishAsync('owntracks/zhang/pixel', location(117.2), { qos: 1 })
  await isAt(117.2)
  const gone = new Promise((done) => phone.once('close', () => done(true)))
  phone.publish('owntracks/zhang/pixel', Buffer.alloc(1024 * 1024), { qos: 1 })
  await gone
})
