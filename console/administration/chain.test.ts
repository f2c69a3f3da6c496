import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { chained } from './chain.ts'

/** A look that is over when told. */
function slowLook() {
  const looks: { readonly isTick: boolean; readonly signal: AbortSignal; readonly end: () => Promise<void> }[] = []
  const look = (signal: AbortSignal, isTick: boolean) =>
    new Promise<void>((resolve) => looks.push({ isTick, signal, end: async () => (resolve(), await new Promise(setImmediate)) }))
  return { looks, look }
}

test('the next look begins after the answer, however long that takes', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const { looks, look } = slowLook()
  let isWatched = true
  const chain = chained(look, 5000, () => isWatched)
  mock.timers.tick(60_000)
  assert.equal(looks.length, 1, 'it waits for the answer')
  await looks[0]!.end()
  mock.timers.tick(4999)
  assert.equal(looks.length, 1)
  mock.timers.tick(1)
  assert.deepEqual(looks.map(({ isTick }) => isTick), [false, true])
  await looks[1]!.end()
  isWatched = false
  mock.timers.tick(60_000)
  assert.equal(looks.length, 2, 'nobody looks at a hidden page')
  isWatched = true
  mock.timers.tick(5000)
  assert.equal(looks.length, 3)
  await looks[2]!.end()
  chain.stop()
  mock.timers.tick(60_000)
  assert.deepEqual([looks.length, looks[2]!.signal.aborted], [3, true])
  mock.timers.reset()
})

test('what is asked for during a look is the next look, once for all who ask', async () => {
  const { looks, look } = slowLook()
  const chain = chained(look, 1e6, () => true)
  const done: string[] = []
  const asked = [chain.now().then(() => done.push('a')), chain.now().then(() => done.push('b'))]
  await new Promise(setImmediate)
  assert.equal(looks.length, 1)
  await looks[0]!.end()
  assert.deepEqual([looks.length, done], [2, []], 'not answered by what was asked before')
  const third = chain.now(true)
  await looks[1]!.end()
  await Promise.all(asked)
  assert.deepEqual(looks.map(({ isTick }) => isTick), [false, false, true])
  await looks[2]!.end()
  await third
  chain.stop()
})
