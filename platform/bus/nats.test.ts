/** The bus on real servers of NATS, each test with its own. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { silentLog, type Log } from '#platform/log.ts'
import { freePort } from '#test/serve.ts'
import { natsAddress, type NatsAddress } from './address.ts'
import type { Bus } from './bus.ts'
import { natsBus, type NatsBusOptions } from './nats.ts'

const binary = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find((path) => existsSync(path))
const skip = binary ? false : 'no nats-server on this machine'
const folder = mkdtempSync(join(tmpdir(), 'gengfu-nats-'))
const servers: ChildProcess[] = []
const buses: Bus[] = []
after(async () => {
  await Promise.all(buses.map((bus) => bus.close()))
  for (const server of servers) server.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function start(port: number, words = ['-js', '-sd', folder]): Promise<ChildProcess> {
  const server = spawn(binary!, ['-a', '127.0.0.1', '-p', String(port), ...words], { stdio: 'ignore' })
  servers.push(server)
  await until(() => new Promise((resolve) => dial(port, '127.0.0.1').once('connect', function (this: { destroy(): void }) { this.destroy(); resolve(true) }).once('error', () => resolve(false))))
  return server
}
async function until(isTrue: () => boolean | Promise<boolean>) {
  for (let n = 0; n < 600; n++) {
    if (await isTrue()) return
    await sleep(50)
  }
  assert.fail('it never came')
}
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString()

const busAt = (port: number, node: string, more: Partial<NatsBusOptions> = {}) => {
  const bus = natsBus({ url: `nats://127.0.0.1:${port}`, name: 'one', house: 'h1', node, log: silentLog, ...more })
  buses.push(bus)
  return bus
}
/** A log that keeps its warnings. */
function keepingLog() {
  const said: string[] = []
  const warn = (...words: unknown[]) => void said.push(String(words.at(-1)))
  return { said, log: { ...silentLog, warn } as unknown as Log }
}

test('what one node tells the others hear, in order, and not itself; after NATS was gone everybody is told of a gap and hears again', { skip, timeout: 60_000 }, async () => {
  const port = await freePort()
  const server = await start(port)
  const [a, b, elsewhere, other] = [busAt(port, 'a'), busAt(port, 'b'), busAt(port, 'c', { name: 'two' }), busAt(port, 'd', { house: 'h2' })]
  const heard: Record<string, string[]> = { a: [], b: [], c: [], d: [] }
  for (const [name, bus] of Object.entries({ a, b, c: elsewhere, d: other })) bus.subscribe('placed', (bytes) => heard[name]!.push(textOf(bytes)))
  await until(() => [a, b, elsewhere, other].every((bus) => bus.isConnected()))
  let gaps = 0
  b.onGap(() => gaps++)

  const said = Array.from({ length: 500 }, (_, n) => String(n))
  for (const word of said) a.publish('placed', Buffer.from(word))
  b.publish('placed', Buffer.from('from b'))
  await until(() => heard.b!.length === 500 && heard.a!.length === 1)
  assert.deepEqual(heard.b, said)
  assert.deepEqual(heard.a, ['from b'])
  assert.deepEqual([heard.c, heard.d], [[], []], 'other houses')

  gaps = 0
  server.kill('SIGKILL')
  await once(server, 'exit')
  await until(() => !a.isConnected() && !b.isConnected())
  a.publish('placed', Buffer.from('into the void'))
  await start(port)
  await until(() => gaps > 0)
  await until(() => {
    a.publish('placed', Buffer.from('again'))
    return heard.b!.includes('again')
  })
  assert.ok(!heard.b!.includes('into the void'), 'what could not be told is not kept in memory')
})

test('nodes know of each other, and what one asks all others answer; one that cannot answer is said', { skip, timeout: 60_000 }, async () => {
  const port = await freePort()
  await start(port)
  const [a, b, c] = [busAt(port, 'a'), busAt(port, 'b'), busAt(port, 'c')]
  busAt(port, 'd', { house: 'h2' }).answer('name', () => Buffer.from('d'))
  for (const [name, bus] of Object.entries({ a, b, c })) bus.answer('name', (question) => Buffer.from(`${textOf(question)} ${name}`))
  await until(() => [a, b, c].every((bus) => bus.nodes() === 2))
  const { answers, isWhole } = await a.ask('name', Buffer.from('I am'))
  assert.deepEqual([answers.map(textOf).sort(), isWhole], [['I am b', 'I am c'], true])

  b.answer('name', () => {
    throw new Error('this node does not know')
  })
  const poorer = await a.ask('name', Buffer.from('I am'))
  assert.deepEqual([poorer.answers.map(textOf), poorer.isWhole], [['I am c'], false])

  await b.close()
  await until(() => a.nodes() === 1)
  assert.deepEqual((await a.ask('name', Buffer.from('I am'))).isWhole, true)
  await c.close()
  await until(() => a.nodes() === 0)
  assert.deepEqual(await a.ask('name', Buffer.from('I am')), { answers: [], isWhole: true })
})

test('a stream that somebody deleted is made again', { skip, timeout: 60_000 }, async () => {
  const port = await freePort()
  await start(port)
  const [a, b] = [busAt(port, 'a'), busAt(port, 'b')]
  const heard: string[] = []
  b.subscribe('placed', (bytes) => heard.push(textOf(bytes)))
  await until(() => a.isConnected() && b.isConnected())
  const operator = await connect({ servers: `127.0.0.1:${port}` })
  assert.ok(await (await jetstreamManager(operator)).streams.delete('gengfu-one-h1'))
  await operator.close()
  await until(() => {
    a.publish('placed', Buffer.from('again'))
    return heard.length > 0
  })
})

test('no NATS at the start, one without JetStream, one that wants a password: said once each without the password, and joined as soon as it can be', { skip, timeout: 60_000 }, async () => {
  const port = await freePort()
  const { said, log } = keepingLog()
  const bus = busAt(port, 'a', { url: `nats://user:secret@127.0.0.1:${port}`, log })
  let gaps = 0
  bus.onGap(() => gaps++)
  const told = (words: RegExp) => until(() => said.some((line) => words.test(line)))
  await told(/No NATS at 127\.0\.0\.1:\d+ \(.*refused/)
  const end = async (server: ChildProcess) => {
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  const other = await start(port, ['-js', '-sd', folder, '--user', 'user', '--pass', 'another'])
  await told(/Authorization/)
  await end(other)
  const plain = await start(port, ['--user', 'user', '--pass', 'secret'])
  await told(/JetStream switched off: start it with -js/)
  assert.equal(bus.isConnected(), false)
  await end(plain)
  await start(port, ['-js', '-sd', folder, '--user', 'user', '--pass', 'secret'])
  await until(() => bus.isConnected())
  assert.ok(gaps > 0, 'what was missed is read')
  assert.deepEqual(said.filter((line) => /secret/.test(line)), [])
  assert.equal(said.filter((line) => /JetStream switched off/.test(line)).length, 1)
})

test('two houses under one name are told so', { skip, timeout: 60_000 }, async () => {
  const port = await freePort()
  await start(port)
  const { said, log } = keepingLog()
  busAt(port, 'a', { log })
  busAt(port, 'b', { house: 'h2' })
  await until(() => said.some((line) => /Another house.*"one".*GENGFU_NATS_NAME/.test(line)))
})

const addresses: [text: string, expected: Partial<NatsAddress> | RegExp][] = [
  ['nats://127.0.0.1', { servers: ['127.0.0.1:4222'] }],
  ['10.0.0.1:4223, 10.0.0.2', { servers: ['10.0.0.1:4223', '10.0.0.2:4222'] }],
  ['nats://user:p%40ss@host:4222,nats://user:p%40ss@other', { servers: ['host:4222', 'other:4222'], user: 'user', pass: 'p@ss', shown: 'host:4222, other:4222' }],
  ['tls://token@[::1]:4222', { servers: ['[::1]:4222'], token: 'token', tls: {} }],
  ['http://user:secret@host', /found "http:\/\/host", expected nats:\/\/HOST:4222/],
  ['nats://user:secret@', /found "nats:\/\/"/],
  [' ', /expected nats/],
]
test('addresses of NATS, and what is none', () => {
  for (const [text, expected] of addresses) {
    if (expected instanceof RegExp) assert.throws(() => natsAddress(text), (error: Error) => expected.test(error.message) && !error.message.includes('secret'), text)
    else assert.deepEqual(natsAddress(text), { shown: expected.servers!.join(', '), ...expected }, text)
  }
  assert.throws(() => busAt(1, 'a', { name: 'a.b' }), /GENGFU_NATS_NAME: found "a\.b"/)
})
