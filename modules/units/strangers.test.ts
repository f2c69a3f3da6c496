import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownName, strangersInMemory } from './strangers.ts'

test('strangers: the one heard last comes first, and a flood of them is bounded', () => {
  let now = 0
  let made = 0
  const strangers = strangersInMemory({ now: () => ++now, newId: () => `s${++made}` }, 3)
  for (const number of ['1', '2', '3', '4', '2']) strangers.note('jt808', number, 'location')
  assert.deepEqual(strangers.list().map(({ secretOrNumber, times }) => [secretOrNumber, times]), [['2', 2], ['4', 1], ['3', 1]])
  const { id } = strangers.list()[0]!
  assert.equal(strangers.find(id)!.secretOrNumber, '2')
  strangers.forget(id)
  assert.equal(strangers.find(id), undefined)
})

test('strangers: what is no name is not listed; of a phone only the beginning of its key is shown', () => {
  const strangers = strangersInMemory({ now: () => 1, newId: () => 'x' })
  for (const name of ['', 'a b', '../../etc', 'x'.repeat(21)]) strangers.note('gt06', name, 'login')
  for (const key of ['123', 'k'.repeat(65), 'schlüssel']) strangers.note('phone', key, 'osmand')
  assert.deepEqual(strangers.list(), [])
  strangers.note('phone', '82634511', 'osmand')
  assert.equal(shownName(strangers.list()[0]!), '826…')
})
