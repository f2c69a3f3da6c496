/**
 * Two equal nodes on one outside PostgreSQL and one NATS: a console on either sees all, one of them is killed under load, and
 * nothing that was acknowledged is lost; NATS is restarted under load, and nobody lends a hand.
 */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect as dial } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandId, signedIn } from './caller.ts'
import { testDatabaseUrl } from './database.ts'
import { jt808Terminal, locationBody, type Jt808Terminal } from './jt808-terminal.ts'
import { freePort, serve, temporaryFolder, type Served } from './serve.ts'

const binary = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find((path) => existsSync(path))
const unitCount = 12

const running: (() => unknown)[] = []
after(async () => {
  for (const stop of running.reverse()) await stop()
})

async function nats(port: number, folder: string): Promise<ChildProcess> {
  const server = spawn(binary!, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], { stdio: 'ignore' })
  running.push(() => server.kill('SIGKILL'))
  for (let n = 0; n < 200; n++) {
    const isThere = await new Promise((resolve) => {
      const socket = dial(port, '127.0.0.1')
      socket.once('connect', () => (socket.destroy(), resolve(true))).once('error', () => resolve(false))
    })
    if (isThere) return server
    await sleep(50)
  }
  throw new Error('NATS did not start')
}

type Acknowledged = { readonly terminal: string; readonly fixAt: number }

/** A car that reports each 200 ms to whichever node answers, and keeps what was not acknowledged, as terminals do. */
function drive(number: string, ports: () => readonly number[], acknowledged: Acknowledged[]) {
  let stopped = false
  let turn = Number(number) % 2
  let reconnects = 0
  const done = (async () => {
    let terminal: Jt808Terminal | undefined
    const kept: number[] = []
    for (let n = 0; !stopped; n++) {
      kept.push(Math.floor(Date.now() / 1000) * 1000) // the protocol's clock has whole seconds
      try {
        const open = ports()
        terminal ??= await jt808Terminal(open[turn % open.length]!, number)
        while (kept.length > 0) {
          const fixAt = kept[0]!
          const result = await terminal.answerTo(terminal.say(0x0200, locationBody({ lon: 117.2 + Number(number) / 1000, lat: 28.3 + (n % 100) * 1e-5, at: fixAt })), 4000)
          if (result !== 0) break
          acknowledged.push({ terminal: number, fixAt })
          kept.shift()
        }
      } catch {
        terminal?.close()
        terminal = undefined
        turn++
        reconnects++
      }
      await sleep(200)
    }
    terminal?.close()
  })()
  return { reconnects: () => reconnects, stop: () => ((stopped = true), done) }
}

test('two nodes: each sees what the other took; one killed, NATS restarted, and nothing acknowledged is lost', { skip: binary ? false : 'no nats-server on this machine', timeout: 180_000 }, async () => {
  const { url: databaseUrl, query, drop } = await testDatabaseUrl()
  running.push(drop)
  const natsPort = await freePort()
  const natsFolder = temporaryFolder('gengfu-nats-')
  let broker = await nats(natsPort, natsFolder)
  const env = { GENGFU_DATABASE_URL: databaseUrl, GENGFU_NATS_URL: `nats://127.0.0.1:${natsPort}` }
  const node = async (): Promise<Served> => {
    const served = await serve({ demo: 'none', env, terminals: true })
    running.push(() => served.stop())
    return served
  }
  const first = await node()
  const password = 'correct horse 7 battery'
  const setupToken = new URL(first.setupUrl!).hash.replace('#token=', '')
  const set = await fetch(`${first.url}/api/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ setupToken, agencyName: '镇', administratorName: 'root', displayName: 'root', password }) })
  assert.equal(set.status, 201, await set.clone().text())
  const second = await node()
  const root = await signedIn(first.url, { name: 'root', password })

  const agency = (await root.call('GET', '/api/organisation/agencies')).body.items[0].path as string
  for (let n = 0; n < unitCount; n++) {
    const unit = await root.call('POST', '/api/units', { commandId: commandId(), callSign: `巡${n}`, kind: 'car', agency })
    assert.equal(unit.status, 201, JSON.stringify(unit.body))
    assert.equal((await root.call('POST', `/api/units/${unit.body.id}/shift`, { commandId: commandId(), crew: [] })).status, 200)
    assert.equal((await root.call('POST', '/api/units/devices', { commandId: commandId(), unit: unit.body.id, label: '车载', protocol: 'jt808', terminal: String(100 + n) })).status, 201)
  }

  await sleep(1100) // the protocol's clock has whole seconds, and what was measured before the shift is not kept
  const ports = [first.terminals.jt808!, second.terminals.jt808!]
  const acknowledged: Acknowledged[] = []
  const cars = Array.from({ length: unitCount }, (_, n) => drive(String(100 + n), () => ports, acknowledged))
  running.push(() => Promise.all(cars.map((car) => car.stop())))

  const everywhere = async (served: Served) => {
    const { call } = await signedIn(served.url, { name: 'root', password })
    for (let n = 0; n < 100; n++) {
      const { items } = (await call('GET', '/api/units')).body as { items: { callSign: string; lon: number | null; stale: boolean }[] }
      if (items.length === unitCount && items.every((unit) => unit.lon !== null && !unit.stale)) return
      await sleep(200)
    }
    assert.fail(`a node does not see everybody: ${served.said().slice(-2000)}`)
  }
  await everywhere(first)
  await everywhere(second)

  // One node dies under load: its cars go to the other.
  ports.shift()
  await first.kill()
  await sleep(3000)
  await everywhere(second)
  assert.ok(cars.some((car) => car.reconnects() > 0))

  // A third takes its place and NATS goes away and comes back.
  const third = await node()
  ports.push(third.terminals.jt808!)
  broker.kill('SIGKILL')
  await sleep(2000)
  broker = await nats(natsPort, natsFolder)
  await sleep(1500)
  await everywhere(second)
  await everywhere(third)

  await Promise.all(cars.map((car) => car.stop()))
  assert.ok(acknowledged.length > unitCount * 5, `a load worth the name: ${acknowledged.length}`)
  const rows = await query<{ terminal: string; fix_at: number }>('select d.terminal, p.fix_at from units.position p join units.device d on d.number = p.device')
  const known = new Set(rows.map(({ terminal, fix_at }) => `${terminal}/${fix_at}`))
  assert.deepEqual(acknowledged.filter(({ terminal, fixAt }) => !known.has(`${terminal}/${fixAt}`)), [])
})
