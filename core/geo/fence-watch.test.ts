import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { planeAround } from './distance.ts'
import { presenceOn } from './fence.ts'
import { outlineOf, type FenceShape } from './fence-shape.ts'
import { concerned, indexFences, sight, type FencePassage, type Watched, type WatchedFence, type WatchedFix } from './fence-watch.ts'

const plane = planeAround(117.21, 28.29)
const at = (x: number, y: number) => [plane.toLon(x), plane.toLat(y)] as const
const wants = { stayMs: null, speedLimitKmh: null, overMs: 0 }
const all = () => true

/** A town of fences of all sizes, a few as large as a province, and walkers and drivers in it. */
function town(seed: number, fenceCount: number) {
  const random = seeded(seed)
  const fences: WatchedFence[] = Array.from({ length: fenceCount }, (_, i) => {
    const [x, y] = [(random() - 0.5) * 20_000, (random() - 0.5) * 20_000]
    const size = i % 50 === 0 ? 200_000 : 50 + random() ** 3 * 4000
    const corners = 3 + Math.floor(random() * 12)
    const ring = Array.from({ length: corners }, (_, k) => {
      const radius = size * (0.5 + 0.5 * random())
      return at(x + radius * Math.cos((2 * Math.PI * k) / corners), y + radius * Math.sin((2 * Math.PI * k) / corners))
    })
    const shape: FenceShape = i % 3 === 0 ? { centre: at(x, y), radiusMeters: size } : { rings: [[...ring, ring[0]!]] }
    return { id: `f${i}`, outline: outlineOf(shape), wants }
  })
  const tracks = Array.from({ length: 20 }, () => {
    let [x, y, course] = [(random() - 0.5) * 20_000, (random() - 0.5) * 20_000, random() * 7]
    const speed = random() < 0.3 ? 0 : 1 + 15 * random()
    return Array.from({ length: 400 }, (_, i): WatchedFix => {
      course += (random() - 0.5) * 0.3
      x += speed * 5 * Math.cos(course)
      y += speed * 5 * Math.sin(course)
      const [lon, lat] = at(x + random() * 8, y + random() * 8)
      return { at: 1000 + i * 5000, lon, lat, accuracyMeters: 5, speedKmh: speed * 3.6 }
    })
  })
  return { fences, tracks }
}

test('the squares find exactly what a look at every fence finds, event by event', () => {
  for (let seed = 1; seed <= 3; seed++) {
    const { fences, tracks } = town(seed, 300)
    const index = indexFences(fences)
    let events = 0
    for (const track of tracks) {
      let [watched, slow]: (Watched | undefined)[] = []
      for (const fix of track) {
        const quick = sight(watched, fix, concerned(index, watched, fix, all))
        const plain = sight(slow, fix, fences)
        watched = quick.watched
        slow = plain.watched
        const sorted = (passages: readonly FencePassage[]) => passages.toSorted((a, b) => a.fence.localeCompare(b.fence))
        assert.deepEqual(sorted(quick.passages), sorted(plain.passages), `seed ${seed}`)
        events += quick.passages.length
      }
      assert.deepEqual(new Map([...(watched?.presences ?? [])].sort()), new Map([...(slow?.presences ?? [])].sort()), `seed ${seed}`)
    }
    assert.ok(events > 100, `seed ${seed}: only ${events} events`)
  }
})

const yard: WatchedFence = { id: 'yard', outline: outlineOf({ centre: at(0, 0), radiusMeters: 100 }), wants }
const fixAt = (second: number, x: number): WatchedFix => ({ at: second * 1000, lon: at(x, 0)[0], lat: at(x, 0)[1], accuracyMeters: 5, speedKmh: 40 })

test('who comes from far away was outside, though nothing was kept of it', () => {
  const index = indexFences([yard])
  let watched: Watched | undefined
  const told: FencePassage[] = []
  for (let second = 0; second <= 600; second += 10) {
    const fix = fixAt(second, Math.max(0, 4000 - 11 * second))
    const next = sight(watched, fix, concerned(index, watched, fix, all))
    watched = next.watched
    told.push(...next.passages)
    if (second === 100) assert.equal(watched?.presences.size, 0)
  }
  assert.deepEqual(told.map(({ type, fence }) => [type, fence]), [['entered', 'yard']])
})

test('who was remembered inside leaves, also when first seen again far away', () => {
  const index = indexFences([yard])
  let watched: Watched | undefined = { last: fixAt(0, 0), anchor: { lon: at(0, 0)[0], lat: at(0, 0)[1] }, presences: new Map([['yard', presenceOn('inside', 0)]]) }
  const told: FencePassage[] = []
  for (let second = 3600; second <= 3700; second += 10) {
    const fix = fixAt(second, 9000 + second)
    const next = sight(watched, fix, concerned(index, watched, fix, all))
    watched = next.watched
    told.push(...next.passages)
  }
  assert.deepEqual(told, [{ type: 'left', fence: 'yard', at: 3600_000, since: 0, afterSilence: true }])
  assert.equal(watched?.presences.size, 0)
})

test('a fence that is not meant for a unit tells nothing of it', () => {
  const index = indexFences([yard])
  assert.deepEqual(concerned(index, undefined, fixAt(0, 0), () => false), [])
  assert.deepEqual(concerned(index, undefined, fixAt(0, 0), all), [yard])
})
