import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReporter, madeAtOf, placeInWords, placeOf, reportAgeMaxMs, reporterMs } from './report.ts'

const hour = 3_600_000
const now = 100 * hour

const clocks: [what: string, said: number, made: number | 'too-old'][] = [
  ['just now', now, now],
  ['an hour without a network', now - hour, now - hour],
  ['72 hours, to the millisecond', now - reportAgeMaxMs, now - reportAgeMaxMs],
  ['longer than that', now - reportAgeMaxMs - 1, 'too-old'],
  ['a clock three hours ahead', now + 3 * hour, now],
  ['a clock set to the next century', now + 1e12, now],
  ['a clock that was never set', 0, 'too-old'],
]
for (const [what, said, made] of clocks) test(`when it was made: ${what}`, () => assert.equal(madeAtOf(said, now), made))

const at = (lon: number) => ({ lon, lat: 28 })
const nowhere = { lon: null, lat: null }
const places: [what: string, points: Parameters<typeof placeOf>, found: ReturnType<typeof placeOf>][] = [
  ['where the phone was', [at(1), at(2), at(3), at(4)], { ...at(1), from: 'phone' }],
  ['0° E 0° N is a place', [{ lon: 0, lat: 0 }, at(2), at(3), at(4)], { lon: 0, lat: 0, from: 'phone' }],
  ['where the unit was seen last', [{}, at(2), at(3), at(4)], { ...at(2), from: 'unit' }],
  ['half a place is none', [{ lon: 1 }, nowhere, at(3), at(4)], { ...at(3), from: 'agency' }],
  ['the middle of the town', [{}, undefined, nowhere, at(4)], { ...at(4), from: 'town' }],
  ['nowhere', [{}, nowhere, undefined, undefined], { lon: 0, lat: 0, from: 'nowhere' }],
]
for (const [what, points, found] of places) test(`where it is drawn: ${what}`, () => assert.deepEqual(placeOf(...points), found))

test('a point that nobody meant says so, in both languages', () => {
  const spoken = { text: '雄石路', textEn: 'Xiongshi Road' }
  assert.deepEqual(placeInWords('phone', undefined, spoken), { place: '雄石路', placeEn: 'Xiongshi Road' })
  assert.deepEqual(placeInWords('phone', '二楼', spoken), { place: '二楼', placeEn: '二楼' })
  assert.deepEqual(placeInWords('phone', undefined, undefined), { place: '', placeEn: '' })
  for (const from of ['unit', 'agency', 'town', 'nowhere'] as const) {
    assert.match(placeInWords(from, undefined, spoken).place, /^手机没有定位/)
    assert.match(placeInWords(from, '二楼', spoken).place, /^二楼（手机没有定位/)
    assert.match(placeInWords(from, '二楼', spoken).placeEn, /^二楼 \(the phone had no position/)
  }
})

test('whoever reported may add to it for three days, and nobody else', () => {
  const state = { report: { by: 'a1', takenAt: now } }
  assert.ok(isReporter(state, 'a1', now + reporterMs))
  assert.ok(!isReporter(state, 'a1', now + reporterMs + 1))
  assert.ok(!isReporter(state, 'a2', now))
  assert.ok(!isReporter({ report: null }, 'a1', now))
})
