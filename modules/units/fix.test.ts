import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { implausible, isFlagged, isJump, isNewer, noTrack, withFix, type Claim, type Fix, type Track } from './fix.ts'

const T = 1_767_225_600_000
const HOUR = 3_600_000
const claim: Claim = { fixAt: T, lon: 117.2, lat: 28.3 }

const claims: [name: string, claim: Claim, code: string | undefined][] = [
  ['a plain fix', claim, undefined],
  ['the edge of the world', { ...claim, lon: -180, lat: 90 }, undefined],
  ['beyond it', { ...claim, lon: 180.1 }, 'place-out-of-range'],
  ['no number', { ...claim, lat: NaN }, 'place-out-of-range'],
  ['a receiver without a fix', { ...claim, lon: 0, lat: 0 }, 'place-unknown'],
  ['the equator', { ...claim, lat: 0 }, undefined],
  ['a clock 60 s ahead', { ...claim, fixAt: T + 60_000 }, undefined],
  ['a clock further ahead', { ...claim, fixAt: T + 60_001 }, 'fix-in-future'],
  ['72 hours old', { ...claim, fixAt: T - 72 * HOUR }, undefined],
  ['older', { ...claim, fixAt: T - 72 * HOUR - 1 }, 'fix-too-old'],
  ['standing', { ...claim, speedKmh: 0 }, undefined],
  ['backwards', { ...claim, speedKmh: -1 }, 'speed-out-of-range'],
  ['flying', { ...claim, speedKmh: 400.1 }, 'speed-out-of-range'],
  ['unknown speed', { ...claim, speedKmh: null }, undefined],
  ['north twice', { ...claim, courseDeg: 360 }, undefined],
  ['beyond north', { ...claim, courseDeg: 361 }, 'course-out-of-range'],
  ['negative accuracy', { ...claim, accuracyMeters: -1 }, 'accuracy-out-of-range'],
]
for (const [name, given, code] of claims) {
  test(`implausible: ${name} → ${code ?? 'fine'}`, () => assert.equal(implausible(given, T), code))
}

test('implausible: nothing is taken that retention would drop at once', () =>
  assert.equal(implausible({ ...claim, fixAt: T - 25 * HOUR }, T, 24 * HOUR), 'fix-too-old'))

const fixAt = (seconds: number, meters: number, more: Partial<Fix> = {}): Fix => ({
  fixAt: T + seconds * 1000,
  takenAt: T + seconds * 1000,
  device: 0,
  lon: 117.2,
  lat: 28.3 + meters / 111_195,
  speedKmh: null,
  courseDeg: null,
  accuracyMeters: null,
  ...more,
})

const jumps: [name: string, from: Fix, to: Fix, jump: boolean][] = [
  ['a car at 120 km/h', fixAt(0, 0), fixAt(10, 333), false],
  ['a chase at 240 km/h', fixAt(0, 0), fixAt(10, 667), false],
  ['400 km/h', fixAt(0, 0), fixAt(10, 1111), true],
  ['a receiver that wavers by 40 m in a second', fixAt(0, 0), fixAt(1, 40), false],
  ['60 m between two devices at one instant, both poor', fixAt(0, 0, { accuracyMeters: 50 }), fixAt(0, 60, { accuracyMeters: 50 }), false],
  ['200 m between two good devices at one instant', fixAt(0, 0, { accuracyMeters: 5 }), fixAt(0, 200, { accuracyMeters: 5 }), true],
  ['a claimed accuracy of 9 km excuses nothing', fixAt(0, 0), fixAt(10, 8000, { accuracyMeters: 9000 }), true],
  ['across the county after eleven minutes without signal', fixAt(0, 0), fixAt(660, 100_000), false],
  ['backwards in time is as impossible', fixAt(10, 1111), fixAt(0, 0), true],
]
for (const [name, from, to, jump] of jumps) test(`isJump: ${name} → ${jump}`, () => assert.equal(isJump(from, to), jump))

/** Fix after fix; F where it was flagged. */
function story(...fixes: Fix[]) {
  let track: Track = noTrack
  let marks = ''
  for (const fix of fixes) {
    const flagged = isFlagged(track, fix)
    marks += flagged ? 'F' : '.'
    track = withFix(track, fix, flagged)
  }
  return { marks, seconds: track.place && (track.place.fixAt - T) / 1000 }
}

test('a single jump is flagged and the unit stays where it was', () =>
  assert.deepEqual(story(fixAt(0, 0), fixAt(5, 50_000), fixAt(10, 20)), { marks: '.F.', seconds: 10 }))
test('two that agree move the unit there', () =>
  assert.deepEqual(story(fixAt(0, 0), fixAt(5, 50_000), fixAt(10, 50_100)), { marks: '.F.', seconds: 10 }))
test('two jumps to different places move it nowhere', () =>
  assert.deepEqual(story(fixAt(0, 0), fixAt(5, 50_000), fixAt(10, -50_000)), { marks: '.FF', seconds: 0 }))
test('a good fix between two jumps takes back the first one’s word', () =>
  assert.deepEqual(story(fixAt(0, 0), fixAt(5, 50_000), fixAt(6, 10), fixAt(10, 50_100)), { marks: '.F.F', seconds: 6 }))
test('the same impossible fix twice is not a second witness', () =>
  assert.deepEqual(story(fixAt(0, 0), fixAt(5, 50_000), fixAt(5, 50_000)), { marks: '.FF', seconds: 0 }))
test('late fixes never move a unit back', () =>
  assert.deepEqual(story(fixAt(60, 0), fixAt(30, 0), fixAt(59, 0)), { marks: '...', seconds: 60 }))
test('a clock that runs ahead is newest only until the next fix is taken', () => {
  const ahead = fixAt(50, 0, { takenAt: T })
  assert.equal(isNewer(fixAt(1, 0, { device: 1 }), ahead), true)
})

test('withFix: the order of arrival does not matter, over 300 random tracks', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed)
    const fixes = Array.from({ length: 8 }, () => ({
      fix: fixAt(Math.floor(random() * 20), 0, { device: Math.floor(random() * 3), takenAt: T + Math.floor(random() * 20) * 1000 }),
      flagged: random() < 0.4,
    })).filter((one, index, all) => all.findIndex((other) => other.fix.fixAt === one.fix.fixAt && other.fix.device === one.fix.device) === index)
    const after = (order: typeof fixes) => order.reduce((track, { fix, flagged }) => withFix(track, fix, flagged), noTrack)
    const shuffled = fixes.map((one) => ({ one, by: random() })).sort((a, b) => a.by - b.by).map(({ one }) => one)
    assert.deepEqual(after(shuffled), after(fixes), `seed ${seed}`)
  }
})
