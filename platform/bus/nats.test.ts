/** The bus on a real NATS with JetStream: GENGFU_TEST_NATS_URL, or the usual port of this machine. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '#platform/log.ts'
import { freePort } from '#test/serve.ts'
import { natsBus } from './nats.ts'

const binary = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find((path) => existsSync(path))
const skip = binary ? false : 'no nats-server on this machine'
const folder = mkdtempSync(join(tmpdir(), 'gengfu-nats-'))
const servers: ChildProcess[] = []
after(() => {
  for (const server of servers) server.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function start(port: number): Promise<ChildProcess> {
  const server = spawn(binary!, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], { stdio: 'ignore' })
  servers.push(server)
  await until(() => new Promise((resolve) => dial(port, '127.0.0.1').once('connect', function (this: { destroy(): void }) { this.destroy(); resolve(true) }).once('error', () => resolve(false))))
  return server
}
async function until(isTrue: () => boolean | Promise<boolean>) {
  for (let n = 0; n < 200; n++) {
    if (await isTrue()) return
    await sleep(50)
  }
  assert.fail('it never came')
}
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString()

test('what one node tells the others hear, in order, and not itself; after NATS was gone everybody is told of a gap and hears again', { skip, timeout: 60_000 }, async () => {
  const port = await freePort()
  const server = await start(port)
  const url = `nats://127.0.0.1:${port}`
  const [a, b, elsewhere] = await Promise.all([
    natsBus({ url, name: 'one', node: 'a', log: silentLog }),
    natsBus({ url, name: 'one', node: 'b', log: silentLog }),
    natsBus({ url, name: 'two', node: 'c', log: silentLog }),
  ])
  const heard: Record<string, string[]> = { a: [], b: [], c: [] }
  a.subscribe('placed', (bytes) => heard.a!.push(textOf(bytes)))
  b.subscribe('placed', (bytes) => heard.b!.push(textOf(bytes)))
  elsewhere.subscribe('placed', (bytes) => heard.c!.push(textOf(bytes)))
  let gaps = 0
  b.onGap(() => gaps++)

  const said = Array.from({ length: 500 }, (_, n) => String(n))
  for (const word of said) a.publish('placed', Buffer.from(word))
  b.publish('placed', Buffer.from('from b'))
  await until(() => heard.b!.length === 500 && heard.a!.length === 1)
  assert.deepEqual(heard.b, said)
  assert.deepEqual(heard.a, ['from b'])
  assert.deepEqual(heard.c, [], 'another house')

  server.kill('SIGKILL')
  await once(server, 'exit')
  a.publish('placed', Buffer.from('into the void, or later'))
  await start(port)
  await until(() => gaps > 0)
  await until(() => {
    a.publish('placed', Buffer.from('again'))
    return heard.b!.includes('again')
  })
  await Promise.all([a.close(), b.close(), elsewhere.close()])
})

test('no NATS at the start is said with its address and without its password', { skip }, async () => {
  const port = await freePort()
  await assert.rejects(natsBus({ url: `nats://user:secret@127.0.0.1:${port}`, name: 'x', node: 'a', log: silentLog }), (error: Error) => error.message.includes(`127.0.0.1:${port}`) && !error.message.includes('secret'))
})
