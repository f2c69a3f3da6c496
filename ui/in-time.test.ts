import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTime, patiently } from './in-time.ts'

/** Never answers, as a dead spot does; says how it was let go. */
const silence = (signal: AbortSignal) => new Promise<never>((_, reject) => (signal.aborted ? reject(signal.reason) : signal.addEventListener('abort', () => reject(signal.reason))))

test('an answer in time is given', async () => assert.equal(await inTime(1000, async () => 7), 7))
test('silence ends', async () => assert.rejects(inTime(5, silence), { name: 'AbortError' }))
test('who is let go earlier ends at once, also when it was before the beginning', async () => {
  const letGo = new AbortController()
  const asked = inTime(60_000, silence, letGo.signal)
  letGo.abort()
  await assert.rejects(asked, { name: 'AbortError' })
  await assert.rejects(inTime(60_000, silence, letGo.signal), { name: 'AbortError' })
})

test('work that does not end is left, work that does is what it is', async () => {
  await assert.rejects(patiently(5, new Promise(() => {})), { name: 'TimeoutError' })
  assert.equal(await patiently(60_000, Promise.resolve(7)), 7)
  await assert.rejects(patiently(60_000, Promise.reject(new TypeError('no'))), TypeError)
})
