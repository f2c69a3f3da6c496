import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergedStrangers, shownName, strangersInMemory } from './strangers.ts'

test('strangers: the one heard last comes first, and a flood of them is bounded', () => {
  let now = 0
  let made = 0
  const strangers = strangersInMemory({ now: () => ++now, newId: () => `s${++made}` }, 3)
  for (const number of ['1', '2', '3', '4', '2']) strangers.note('jt808', number, 'location')
  assert.deepEqual(strangers.list().map(({ secretOrNumber, times }) => [secretOrNumber, times]), [['2', 2], ['4', 1], ['3', 1]])
  strangers.forget('jt808', '2')
  assert.deepEqual(strangers.list().map(({ secretOrNumber }) => secretOrNumber), ['4', '3'])
})

test('strangers: who knocked at two nodes is one, whichever is asked', () => {
  const at = (id: string, secretOrNumber: string, firstAt: number, lastAt: number, times: number) => ({ id, protocol: 'jt808' as const, secretOrNumber, type: `at ${lastAt}`, firstAt, lastAt, times })
  const [here, there] = [[at('b', '1', 10, 50, 3)], [at('c', '2', 40, 40, 1), at('a', '1', 20, 30, 4)]]
  const merged = [at('a', '1', 10, 50, 7), at('c', '2', 40, 40, 1)]
  assert.deepEqual(mergedStrangers([here, there]), merged)
  assert.deepEqual(mergedStrangers([there, here]), merged)
})

test('strangers: what is no name is not listed; of a phone only the beginning of its key is shown', () => {
  const strangers = strangersInMemory({ now: () => 1, newId: () => 'x' })
  for (const name of ['', 'a b', '../../etc', 'x'.repeat(21)]) strangers.note('gt06', name, 'login')
  for (const key of ['123', 'k'.repeat(65), 'schlüssel']) strangers.note('phone', key, 'osmand')
  assert.deepEqual(strangers.list(), [])
  strangers.note('phone', '82634511', 'osmand')
  assert.equal(shownName(strangers.list()[0]!), '826…')
})
