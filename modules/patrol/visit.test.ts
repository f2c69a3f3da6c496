import assert from 'node:assert/strict'
import { test } from 'node:test'
import { observe, type Presence } from '#core/geo/fence.ts'
import { seeded } from '#core/random.ts'
import { tallied, type Stay, type Tally } from './visit.ts'

const MINUTE = 60_000
const wants = { stayMs: null, speedLimitKmh: null, overMs: 0 }

/** Fixes at so many metres inside (negative: outside), as a fence decides them, every ten seconds. */
function visitsOf(meters: readonly number[], options: { everyMs?: number; visitMs?: number; pauses?: ReadonlyMap<number, number> } = {}) {
  const { everyMs = 10_000, visitMs = MINUTE, pauses = new Map<number, number>() } = options
  let presence: Presence | undefined
  let tally: Tally | undefined
  let at = 0
  const ended: Stay[] = []
  for (const [n, insideMeters] of meters.entries()) {
    at += everyMs + (pauses.get(n) ?? 0)
    const moved = n === 0 ? 0 : Math.abs(insideMeters - meters[n - 1]!)
    const after = observe(presence, { at, insideMeters, accuracyMeters: 5, speedKmh: null, movedMeters: moved }, wants).presence!
    if (after === presence) continue
    presence = after
    const step = tallied(tally, presence, visitMs)
    tally = step.tally
    if (step.ended) ended.push(step.ended)
  }
  return { ended, stay: tally?.stay }
}
const inside = (count: number) => Array.from({ length: count }, () => 100)
const outside = (count: number) => Array.from({ length: count }, () => -100)

test('from arriving to the last fix inside, with the fixes that say so', () => {
  const { ended, stay } = visitsOf([...outside(5), ...inside(12), ...outside(30)])
  assert.equal(stay, undefined)
  assert.deepEqual(ended, [{ arrivedAt: 60_000, seenAt: 170_000, ms: 110_000, fixes: 12, isVisit: true }])
})

test('who only passes through has not visited', () => {
  assert.deepEqual(visitsOf([...outside(5), ...inside(5), ...outside(30)]).ended, [])
})

test('a silence is not taken for standing there, and does not end a visit', () => {
  const long = new Map([[7, 60 * MINUTE]])
  assert.deepEqual(visitsOf([...outside(5), ...inside(5), ...outside(30)], { pauses: long }).ended, [])
  const { ended } = visitsOf([...outside(5), ...inside(30), ...outside(30)], { pauses: new Map([[20, 60 * MINUTE]]) })
  assert.equal(ended.length, 1)
  assert.equal(ended[0]!.seenAt - ended[0]!.arrivedAt, 60 * MINUTE + 290_000)
})

test('jitter across the border of a place neither ends a visit nor makes two of one', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed)
    const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const jitter = Array.from({ length: 400 }, () => 8 + gaussian() * 6)
    const { ended, stay } = visitsOf([...outside(5), ...inside(20), ...jitter, ...outside(60)])
    assert.deepEqual([ended.length, stay], [1, undefined], `seed ${seed} ${JSON.stringify(ended)}`)
  }
})

test('who is found inside at the first look is there since then', () => {
  const { stay } = visitsOf(inside(10))
  assert.deepEqual(stay, { arrivedAt: 10_000, seenAt: 100_000, ms: 90_000, fixes: 10, isVisit: true })
})
