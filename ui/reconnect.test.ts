import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reconnectDelay, silenceAllowed } from './reconnect.ts'

test('the wait is half a second, then a second while a server may be starting, then doubles to fifteen and stays there', () => {
  assert.deepEqual([0, 1, 2, 8, 9, 10, 11, 12, 50].map((attempt) => reconnectDelay(attempt, 1)), [500, 1000, 1000, 1000, 2000, 4000, 8000, 15_000, 15_000])
})

test('chance spreads attempts over the second half of the wait', () => {
  assert.equal(reconnectDelay(10, 0), 2000)
  assert.equal(reconnectDelay(10, 0.5), 3000)
})

test('a socket that does not greet within 10 s is dead, later one that misses two greetings', () => {
  assert.equal(silenceAllowed(0), 10_000)
  assert.ok(silenceAllowed(1) > 2 * 15_000 && silenceAllowed(1) < 4 * 15_000)
})
