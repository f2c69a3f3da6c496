import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAccounts, parseOptions } from './options.ts'

const town = new URL('../demo/guixi/town.json', import.meta.url).pathname
const url = ['--url', 'http://127.0.0.1:1', '--accounts', '-', '--town', town]

test('reads what the server says when it starts the simulator', () => {
  assert.deepEqual(parseOptions([...url, '--seed', '9', '--speed', '4']), {
    url: 'http://127.0.0.1:1', accounts: '-', town, seed: 9, speed: 4, from: undefined, calling: true, helping: true, hours: undefined,
  })
})

const wrong: [words: string[], complaint: RegExp][] = [
  [['--url', 'nowhere', '--accounts', '-', '--town', town], /--url nowhere: expected an address/],
  [['--url', 'http://127.0.0.1:1', '--town', town], /--url needs --accounts/],
  [['--town', town], /expected --url with --accounts, or --hours/],
  [[...url, '--seed', 'x'], /--seed x: expected a whole number/],
  [[...url, '--speed', '0'], /--speed 0: expected a number from 0.1/],
  [[...url, '--speed', ''], /--speed : expected/],
  [[...url, '--calls', 'maybe'], /--calls maybe: expected on or off/],
  [['--hours', '1', '--town', '/nowhere/town.json'], /no such file/],
  [[...url, '--colour', 'red'], /colour/],
]
for (const [words, complaint] of wrong) test(`refuses ${words.slice(-2).join(' ')}`, () => assert.throws(() => parseOptions(words), complaint))

test('takes accounts as a list, or as the server prints them when ready', () => {
  const list = [{ role: 'integrator', name: 'sim-terminals', password: 'p' }]
  assert.deepEqual([...parseAccounts(JSON.stringify(list))], [['sim-terminals', 'p']])
  assert.deepEqual([...parseAccounts(JSON.stringify({ ready: true, accounts: list }))], [['sim-terminals', 'p']])
  assert.throws(() => parseAccounts('{}'), /expected a list/)
  assert.throws(() => parseAccounts('[{"name":"a"}]'), /item 0/)
})
