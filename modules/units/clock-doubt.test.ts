import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockDoubt, doubtWindowMs } from './clock-doubt.ts'

const now = Date.UTC(2026, 0, 1, 12)
const MINUTE = 60_000

function scene() {
  const time = { ms: 0 }
  const told: [number, number][] = []
  const doubt = clockDoubt({ clock: () => time.ms, onDoubt: (...said) => told.push(said) })
  return { time, told, doubt, say: (devices: readonly number[], aheadMs: number) => devices.forEach((device) => doubt.note(device, now + aheadMs, now)) }
}

const cases: [what: string, ahead: [devices: number[], aheadMs: number][], isDoubted: boolean][] = [
  ['devices that agree with us', [[[1, 2, 3, 4], -2000]], false],
  ['one that is ahead, however often it says so', [[[1, 1, 1, 1, 1], 5 * MINUTE]], false],
  ['all that are ahead', [[[1, 2, 3], 5 * MINUTE]], true],
  ['most that are ahead', [[[1, 2], 0], [[3, 4, 5], 90_000]], true],
  ['half of them', [[[1, 2, 3], 0], [[4, 5, 6], 90_000]], false],
  ['what they kept, sent late, and then the present', [[[1, 2, 3], -5 * MINUTE], [[1, 2, 3], 90_000]], true],
  ['a fleet that says local time', [[[1, 2, 3, 4], 480 * MINUTE - 3000]], false],
  ['a fleet in a zone of a half hour', [[[1, 2, 3, 4], 330 * MINUTE - 20_000]], false],
]
for (const [what, said, expected] of cases) {
  test(`whether our clock is doubted: ${what}`, () => {
    const { doubt, told, say } = scene()
    for (const [devices, aheadMs] of said) say(devices, aheadMs)
    assert.deepEqual([doubt.isDoubted(), told.length], [expected, Number(expected)])
  })
}

test('a doubt is told once, lasts while it is said, and ends when the clock is set or nobody says anything', () => {
  const { time, doubt, told, say } = scene()
  for (let n = 0; n < 5; n++) {
    say([1, 2, 3], 90_000)
    assert.equal(doubt.isDoubted(), true)
    time.ms += doubtWindowMs
  }
  assert.deepEqual(told, [[3, 3]])
  say([1, 2, 3], 0)
  time.ms += doubtWindowMs
  say([1, 2, 3], 0)
  assert.equal(doubt.isDoubted(), false)
  say([1, 2, 3], 90_000)
  assert.deepEqual([doubt.isDoubted(), told.length], [true, 2])
  time.ms += 2 * doubtWindowMs
  assert.equal(doubt.isDoubted(), false)
})
