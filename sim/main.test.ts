import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { accountsFor, readTownFile } from './town-file.ts'

const town = new URL('../demo/guixi/town.json', import.meta.url).pathname
const accounts = accountsFor(readTownFile(town), 'simulator').map(({ name }) => ({ name, password: 'nobody asks' }))

/** The program, at a door that nobody answers. */
function program(t: TestContext, list: readonly object[] = accounts) {
  const child = spawn(process.execPath, [new URL('main.ts', import.meta.url).pathname, '--url', 'http://127.0.0.1:9', '--town', town, '--accounts', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify(list)}\n`)
  const lines: string[] = []
  const started = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      if (line.includes('"started"')) resolve()
    })
  })
  const ended = new Promise<[code: number | null, signal: string | null]>((resolve) => child.once('exit', (code, signal) => resolve([code, signal])))
  return { child, started, ended, lines }
}

test('waits for a server that is not there yet, and stops cleanly when told to', { timeout: 120_000 }, async (t) => {
  const { child, started, ended, lines } = program(t)
  await started
  await new Promise((resolve) => setTimeout(resolve, 800))
  assert.equal(child.exitCode, null)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line)
  assert.equal(JSON.parse(lines.at(-1)!).what, 'stopped')
})

test('stops when whoever started it is gone', { timeout: 120_000 }, async (t) => {
  const { child, started, ended } = program(t)
  await started
  child.stdin.end()
  assert.deepEqual(await ended, [0, null])
})

test('says which account it has no password for', { timeout: 120_000 }, async (t) => {
  const { ended, lines } = program(t, accounts.slice(1))
  assert.deepEqual(await ended, [1, null])
  assert.match(lines.join('\n'), new RegExp(`no password for ${accounts[0].name}`))
})

test('no password is ever in what it says', { timeout: 120_000 }, async (t) => {
  const { child, started, ended, lines } = program(t)
  await started
  child.kill('SIGTERM')
  await ended
  assert.ok(!lines.join('\n').includes('nobody asks'))
})
