import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixTime, isWorthSending, keptMax, thinned, type Fix } from './fix-filter.ts'
import { directionOf } from './direction.ts'

const fix = (at: number, more: Partial<Fix> = {}): Fix =>
  ({ at, lon: 117.2, lat: 28.3, accuracyMeters: 8, speedKmh: null, courseDeg: null, ...more })

test('the first fix is always sent', () => assert.ok(isWorthSending(fix(0, { accuracyMeters: 900 }), undefined)))

test('still: every 20 seconds', () => {
  assert.ok(!isWorthSending(fix(19_000), fix(0)))
  assert.ok(isWorthSending(fix(20_000), fix(0)))
})

test('moving: every 3 seconds, by measured speed or by distance', () => {
  assert.ok(isWorthSending(fix(3000, { speedKmh: 30 }), fix(0)))
  assert.ok(!isWorthSending(fix(2000, { speedKmh: 30 }), fix(0)))
  assert.ok(isWorthSending(fix(3000, { lat: 28.3003 }), fix(0)), '33 m is more than the doubt of 8 m')
  assert.ok(!isWorthSending(fix(3000, { lat: 28.30005 }), fix(0)), '6 m is jitter')
})

test('a very unsure fix waits a minute for a better one', () => {
  assert.ok(!isWorthSending(fix(30_000, { accuracyMeters: 900 }), fix(0)))
  assert.ok(isWorthSending(fix(61_000, { accuracyMeters: 900 }), fix(0)))
})

test('a fix from before the last one is not sent', () => assert.ok(!isWorthSending(fix(1000, { speedKmh: 50 }), fix(2000))))

test('a long way without a network gets coarser where it is old, and never longer than is kept', () => {
  let waiting: readonly Fix[] = []
  for (let at = 0; at < keptMax * 5; at++) {
    waiting = [...waiting, fix(at)]
    const gone = new Set(thinned(waiting))
    waiting = waiting.filter((each) => !gone.has(each))
    assert.ok(waiting.length <= keptMax)
  }
  assert.equal(waiting[0]!.at, 0, 'its beginning is known')
  assert.equal(waiting.at(-1)!.at, keptMax * 5 - 1, 'and its end')
  const gaps = waiting.slice(1).map((each, index) => each.at - waiting[index]!.at)
  assert.ok(gaps.every((gap, index) => index === 0 || gap <= gaps[index - 1]!), 'the older, the further apart')
  assert.ok(gaps.slice(-keptMax / 4).every((gap) => gap === 1), 'the newest are whole')
})

test('nothing is let go while there is room', () => assert.deepEqual(thinned(Array.from({ length: keptMax }, (_, at) => fix(at))), []))

test('directions go round', () => {
  assert.deepEqual([0, 22, 23, 90, 225, 337, 350, 360, -45].map(directionOf), ['n', 'n', 'ne', 'e', 'sw', 'nw', 'n', 'n', 'nw'])
})

test('a fix is dated by the server’s clock, however wrong the phone’s or the receiver’s is', () => {
  const server = 1_767_225_600_000
  for (const wrong of [0, 3 * 3_600_000, -3 * 3_600_000]) assert.equal(fixTime(server + wrong - 800, server + wrong, server), server - 800, `${wrong} ms off`)
  assert.equal(fixTime(server, server + 3_600_000, server), server, 'a receiver on the satellites’ clock in a phone that is ahead')
  assert.equal(fixTime(server + 5000, server, server), server, 'never later than now')
})
