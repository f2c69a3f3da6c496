/** OwnTracks through a real broker: mosquitto, started here on a port of its own. */
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
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { freePort } from '#test/serve.ts'
import { goOnDuty } from './change-shift.ts'
import { createUnit } from './change-unit.ts'
import { openUnits } from './jobs.ts'
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

test('what a phone publishes moves its unit; what came while nobody listened comes after', { skip: binary ? false : 'no mosquitto on this machine', timeout: 60_000 }, async () => {
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
  closing.push(() => journal.stop())
  const port = await freePort()
  await mosquitto(port)
  const url = `mqtt://127.0.0.1:${port}`
  units.listenToBroker(url, 'test')

  const unit = await createUnit(units.deps, actor('administrator'), { commandId: 'command-1', callSign: '巡1', kind: 'foot', agency: 'a' })
  assert.ok(!isRefused(unit))
  assert.ok(!isRefused(await goOnDuty(units.deps, actor('dispatcher'), unit.answer.unit, { commandId: 'command-2', crew: [] })))
  const paired = await pairDevice(units.deps, actor('administrator'), { commandId: 'command-3', unit: unit.answer.unit, label: '手机' })
  assert.ok(!isRefused(paired))
  await sleep(1100) // OwnTracks counts whole seconds, and what was measured before the shift is not kept

  const phone = await connectAsync(url)
  closing.push(() => phone.endAsync())
  const say = (lon: number) => phone.publishAsync(`owntracks/zhang/${paired.key}`, JSON.stringify({ _type: 'location', lat: 28.3, lon, tst: Math.floor(Date.now() / 1000), batt: 61 }), { qos: 1 })
  const isAt = async (lon: number) => {
    for (let n = 0; n < 200; n++) {
      if (units.describeUnits([unit.answer.unit])[0]?.lon === lon) return
      await sleep(50)
    }
    assert.fail(`never at ${lon}`)
  }
  await sleep(500) // subscribed
  await phone.publishAsync(`owntracks/zhang/${paired.key}`, 'not JSON', { qos: 1 })
  await phone.publishAsync('owntracks/zhang/wrong-key', JSON.stringify({ _type: 'location', lat: 1, lon: 1, tst: 1 }), { qos: 1 })
  await say(117.2)
  await isAt(117.2)
  assert.equal(units.deps.devices.status(paired.device.number).battery, 61)

  await units.stop()
  await sleep(1000)
  await say(117.201)
  units = await open()
  closing.push(() => units.stop())
  units.listenToBroker(url, 'test')
  await isAt(117.201)
})
