import assert from 'node:assert/strict'
import { test } from 'node:test'
import { intents } from './intents.ts'

test('each intent has its own id, the same until it is answered', () => {
  let made = 0
  const { idOf, answered } = intents(() => `id-${++made}`)
  assert.deepEqual([idOf('locate'), idOf('track'), idOf('locate')], ['id-1', 'id-2', 'id-1'])
  answered('locate')
  assert.deepEqual([idOf('track'), idOf('locate')], ['id-2', 'id-3'])
})
