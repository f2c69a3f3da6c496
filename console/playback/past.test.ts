import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { AssignmentView, IncidentView } from '#modules/dispatch/contract.ts'
import type { PlaybackTrack } from '#modules/oversight/contract.ts'
import { bridgeMsMax, countUpTo, density, incidentAt, joined, orderAt, ordersOf, placeAt, rowsOf, trailAt, workAt, type PastTrack } from './past.ts'

const T0 = Date.UTC(2026, 10, 22, 8)

function someTrack(seed: number, count: number): PastTrack {
  const random = seeded(seed)
  let at = T0
  const row = (value: () => number) => Array.from({ length: count }, value)
  return {
    at: Float64Array.from(row(() => (at += random() < 0.1 ? Math.floor(random() * 900_000) : Math.floor(random() * 20_000)))),
    lon: Int32Array.from(row(() => Math.round(117.2e6 + random() * 1e4))),
    lat: Int32Array.from(row(() => Math.round(28.29e6 + random() * 1e4))),
    speed: Int16Array.from(row(() => (random() < 0.2 ? -1 : Math.floor(random() * 900)))),
    course: Int16Array.from(row(() => (random() < 0.2 ? -1 : Math.floor(random() * 360)))),
  }
}
const shiftsOf = (seed: number, track: PastTrack): [number, number | null][] => {
  const [first, last] = [track.at[0] ?? T0, track.at.at(-1) ?? T0]
  const middle = Math.floor((first + last) / 2)
  return seed % 2 ? [[first - 1000, null]] : [[first - 1000, middle - 60_000], [middle, last + 300_000]]
}

test('the place at an instant is what a walk over all fixes finds', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seeded(seed + 1000)
    const track = someTrack(seed, seed * 2)
    const shifts = shiftsOf(seed, track)
    const span = track.at.at(-1)! - T0 + 600_000
    for (let n = 0; n < 60; n++) {
      const at = n < 20 ? track.at[n % track.at.length]! : T0 - 60_000 + Math.floor(random() * span)
      // slowly: the last fix that is not later, and the first that is
      let last = -1
      for (let index = 0; index < track.at.length; index++) if (track.at[index]! <= at) last = index
      const shift = shifts.find(([from, to]) => at >= from && (to === null || at < to))
      const place = placeAt(track, shifts, at)
      if (last < 0 || !shift || track.at[last]! < shift[0]) {
        assert.equal(place, null, `seed ${seed}, ${at}`)
        continue
      }
      const gap = last + 1 < track.at.length ? track.at[last + 1]! - track.at[last]! : Infinity
      const share = gap <= bridgeMsMax ? (at - track.at[last]!) / gap : 0
      const expected = (row: Int32Array) => (row[last]! * (1 - share) + (share > 0 ? row[last + 1]! * share : 0)) / 1e6
      assert.ok(Math.abs(place!.lon - expected(track.lon)) < 1e-9 && Math.abs(place!.lat - expected(track.lat)) < 1e-9, `seed ${seed}, ${at}`)
      assert.equal(place!.ageMs, at - track.at[last]!)
      assert.equal(place!.speedKmh, track.speed[last]! < 0 ? null : track.speed[last]! / 10)
      assert.equal(place!.courseDeg, track.course[last]! < 0 ? null : track.course[last]!)
    }
  }
})

test('a unit is nowhere off duty, and in a new shift not where the one before it ended', () => {
  const track: PastTrack = { ...someTrack(3, 2), at: Float64Array.of(T0, T0 + 1000) }
  const shifts: [number, number | null][] = [[T0, T0 + 2000], [T0 + 5000, null]]
  assert.ok(placeAt(track, shifts, T0 + 1999))
  assert.equal(placeAt(track, shifts, T0 + 2000), null)
  assert.equal(placeAt(track, shifts, T0 + 6000), null)
})

test('counting up to an instant is what counting one by one gives', () => {
  const random = seeded(5)
  for (let round = 0; round < 100; round++) {
    const row = Array.from({ length: round }, () => Math.floor(random() * 50)).sort((a, b) => a - b)
    for (let at = -1; at <= 51; at++) assert.equal(countUpTo(row, at), row.filter((value) => value <= at).length, `seed 5, round ${round}`)
  }
})

test('a track is put together from its pieces; jumps are left out', () => {
  const piece = (t: number[], flagged: number[] = []): PlaybackTrack => ({ handle: 1, t, lon: t.map(() => 1), lat: t.map(() => 2), speed: t.map((_, n) => n), course: t.map(() => -1), flagged })
  const track = joined([piece([5, 10, 10], [1]), piece([40, 1])].map((each) => rowsOf(each, T0)))
  assert.deepEqual([...track.at], [5, 25, 40, 41].map((t) => T0 + t))
  assert.deepEqual([...track.lon], [1, 3, 1, 2])
  assert.deepEqual([...track.speed], [0, 2, 0, 1])
})

test('a trail ends where the unit is drawn, begins no earlier than asked, and breaks at gaps', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const track = someTrack(seed, 80)
    const shifts = shiftsOf(seed, track)
    const at = track.at[50]! + 1500
    const place = placeAt(track, shifts, at)
    const trail = trailAt(track, shifts, at, 10 * 60_000)
    if (!place) assert.deepEqual(trail, [])
    else if (trail.length > 0) {
      assert.deepEqual(trail.at(-1)!.at(-1), [place.lon, place.lat])
      const inTrail = trail.flat().length - 1
      const since = Math.max(at - 10 * 60_000, shifts.find(([from, to]) => at >= from && (to === null || at < to))![0])
      assert.ok(inTrail <= [...track.at].filter((fixAt) => fixAt >= since && fixAt <= at).length, `seed ${seed}`)
    }
  }
  const gapped: PastTrack = { ...someTrack(1, 4), at: Float64Array.of(T0, T0 + 1000, T0 + 400_000, T0 + 401_000) }
  assert.deepEqual(trailAt(gapped, [[T0, null]], T0 + 401_000, 600_000).map((line) => line.length), [2, 3])
  assert.deepEqual(trailAt(gapped, [[T0, null]], T0 + 401_000, 2_000).map((line) => line.length), [3])
})

const order = (more: Partial<AssignmentView> = {}): AssignmentView => ({
  id: 'a', incident: 'i', unit: 'u', callSign: '巡1', state: 'cleared', stateSince: 0, orderedAt: 100, orderedBy: '', acknowledgedAt: 110, enRouteAt: 120, onSceneAt: 200, reportedAt: null, endedAt: 300, because: null, spokenAt: null, ...more,
})
const states: [at: number, state: string | undefined][] = [[99, undefined], [100, 'ordered'], [109, 'ordered'], [110, 'acknowledged'], [120, 'en-route'], [199, 'en-route'], [200, 'on-scene'], [299, 'on-scene'], [300, undefined]]
for (const [at, state] of states) test(`an order at ${at} is ${state ?? 'none'}`, () => assert.equal(orderAt(order(), at), state))

test('a step that was skipped is passed over', () => {
  assert.equal(orderAt(order({ acknowledgedAt: null, enRouteAt: null }), 150), 'ordered')
  assert.equal(orderAt(order({ acknowledgedAt: null, enRouteAt: null }), 250), 'on-scene')
})

test('incidents and units at an instant: waiting, active, gone; free, working', () => {
  const incident = { id: 'i', openedAt: 50, closedAt: 400, assignments: [order()] } as unknown as IncidentView
  assert.deepEqual([49, 50, 99, 100, 299, 300, 399, 400].map((at) => incidentAt(incident, at)), [undefined, 'waiting', 'waiting', 'active', 'active', 'waiting', 'waiting', undefined])
  assert.equal(incidentAt({ ...incident, closedAt: null }, 1e9), 'waiting')
  assert.deepEqual(workAt(ordersOf([incident]), 'u', 210), { incident: 'i', state: 'on-scene' })
  assert.equal(workAt(ordersOf([incident]), 'u', 300), undefined)
  assert.equal(workAt(ordersOf([incident]), 'other', 210), undefined)
})

test('density: every fix of the window is in one part', () => {
  const tracks = [1, 2, 3].map((seed) => someTrack(seed, 200))
  const [from, to] = [T0 + 100_000, T0 + 1_500_000]
  const counts = density(tracks, from, to, 37)
  const expected = new Array(37).fill(0)
  for (const { at } of tracks) for (const fixAt of at) if (fixAt >= from && fixAt < to) expected[Math.floor(((fixAt - from) * 37) / (to - from))]++
  assert.deepEqual([...counts], expected)
})
