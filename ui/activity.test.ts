import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSomebodyThere, keepWhileUsed, noteActivity } from './activity.ts'

test('nobody is there before the first key, somebody for a minute after each', () => {
  assert.equal(isSomebodyThere(0), false)
  noteActivity(1_000)
  assert.equal(isSomebodyThere(61_000), true)
  assert.equal(isSomebodyThere(61_001), false)
})

test('a person who uses the page renews the session every four minutes, and a page left alone never', (t) => {
  const listeners = new Map<string, () => void>()
  const page = {
    addEventListener: (kind: string, listener: () => void) => void listeners.set(kind, listener),
    removeEventListener: (kind: string) => void listeners.delete(kind),
  }
  Object.assign(globalThis, { window: page })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  let renewed = 0
  const stop = keepWhileUsed(() => renewed++)

  now = 60_000
  assert.equal(renewed, 0)
  for (let minute = 1; minute < 12; minute++) {
    now += 60_000
    listeners.get('keydown')!()
  }
  assert.equal(renewed, 3)
  stop()
  assert.equal(listeners.size, 0)
})
