import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distanceMeters } from '#core/geo/distance.ts'
import { crew, type Crew, type Way } from './crew.ts'
import type { Point } from './drive.ts'
import type { TownUnit } from './town-file.ts'

const T = 1_767_225_600_000 // 2026-01-01T00:00Z
const unit: TownUnit = { callSign: '巡1', kind: 'car', agency: 'guixi', capabilities: [], crew: ['P01'], lon: 117.22, lat: 28.29, driver: 'crew' }
const stops: Point[] = [[117.22, 28.29], [117.23, 28.29], [117.22, 28.3], [117.24, 28.3]]
const scene: Point = [117.225, 28.295]
/** Along the sides of a block, at 36 km/h. */
function way(from: Point, to: Point): Way {
  const geometry: Point[] = [from, [to[0], from[1]], to]
  const meters = distanceMeters(...from, ...geometry[1]) + distanceMeters(...geometry[1], ...to)
  return { geometry, meters, seconds: meters / 10 }
}
/** Answer whatever it asks, second by second; returns the time reached. */
function run(one: Crew, from: number, seconds: number, each: (now: number) => void = () => {}): number {
  let now = from
  for (; now <= from + seconds * 1000; now += 1000) {
    const wanted = one.wants(now)
    if (wanted) one.take(wanted, way(wanted.from, wanted.to), now)
    each(now)
  }
  return now
}

test('a free crew goes from stop to stop, without leaps, and stands at each for a while', () => {
  const one = crew({ unit, seed: 7, speed: 1, stops })
  let last = one.at(T)
  let moved = 0
  let stood = 0
  run(one, T, 1800, (now) => {
    const at = one.at(now)
    const step = distanceMeters(last.lon, last.lat, at.lon, at.lat)
    assert.ok(step < 15, `${step} m in a second`)
    if (one.moving(now)) moved++
    else stood++
    last = at
  })
  assert.ok(moved > 900 && stood > 120, `moved ${moved} s, stood ${stood} s`)
})

test('the same seed patrols the same way', () => {
  const places = () => {
    const one = crew({ unit, seed: 9, speed: 1, stops })
    const list: Point[] = []
    run(one, T, 600, (now) => list.push([one.at(now).lon, one.at(now).lat]))
    return list
  }
  assert.deepEqual(places(), places())
})

test('an order changes nothing until it drives off; then it turns to the place, arrives once, and stays', () => {
  const one = crew({ unit, seed: 7, speed: 1, stops })
  let now = run(one, T, 20)
  one.hear({ kind: 'attend' }, now)
  assert.equal(one.moving(now), true)
  const before = one.at(now)
  one.hear({ kind: 'respond', incident: 'i1', to: scene, urgent: false }, now)
  assert.deepEqual([one.at(now).lon, one.at(now).lat], [before.lon, before.lat])
  assert.equal(one.thereFor('i1', now), undefined)
  now = run(one, now, 300)
  assert.ok(one.thereFor('i1', now)! > 100, `${one.thereFor('i1', now)} s there`)
  assert.ok(distanceMeters(one.at(now).lon, one.at(now).lat, ...scene) < 1)
  one.hear({ kind: 'stay' }, now)
  now = run(one, now, 120)
  assert.ok(distanceMeters(one.at(now).lon, one.at(now).lat, ...scene) < 1)
  assert.equal(one.moving(now), false)
  one.hear({ kind: 'patrol' }, now)
  now = run(one, now, 60)
  assert.ok(distanceMeters(one.at(now).lon, one.at(now).lat, ...scene) > 20)
})

test('a crew diverted on its way turns to the new place; the old answer is not driven', () => {
  const one = crew({ unit, seed: 7, speed: 1, stops })
  one.hear({ kind: 'respond', incident: 'i1', to: scene, urgent: true }, T)
  const first = one.wants(T)!
  assert.equal(one.wants(T), undefined) // asks once
  one.hear({ kind: 'respond', incident: 'i2', to: [117.215, 28.285], urgent: true }, T)
  const second = one.wants(T)!
  one.take(first, way(first.from, first.to), T)
  assert.equal(one.moving(T + 1000), false)
  one.take(second, way(second.from, second.to), T)
  const now = run(one, T, 300)
  assert.equal(one.thereFor('i1', now), undefined)
  assert.ok(one.thereFor('i2', now)! > 0)
})

test('where no road leads, it walks', () => {
  const one = crew({ unit, seed: 7, speed: 1, stops })
  one.hear({ kind: 'respond', incident: 'i1', to: [117.2205, 28.2905], urgent: false }, T)
  one.take(one.wants(T)!, undefined, T)
  assert.ok(one.at(T + 20_000).speedKmh <= 6.01 && one.at(T + 20_000).speedKmh > 3)
  assert.ok(one.wants(T + 120_000) === undefined && one.thereFor('i1', T + 120_000)! > 0)
})

test('asks again after an answer that never came', () => {
  const one = crew({ unit, seed: 7, speed: 1, stops })
  const wanted = one.wants(T)
  assert.ok(wanted)
  one.forget()
  assert.deepEqual(one.wants(T), wanted)
})

test('wakes in the middle of a stretch when told so', () => {
  const one = crew({ unit, seed: 7, speed: 1, stops })
  const wanted = one.wants(T)!
  one.take(wanted, way(wanted.from, wanted.to), T, 0.5)
  assert.ok(distanceMeters(one.at(T).lon, one.at(T).lat, unit.lon, unit.lat) > 200)
  assert.equal(one.moving(T), true)
})

test('no hurry makes a car look like an impossible jump', () => {
  const one = crew({ unit, seed: 7, speed: 60, stops })
  let fastest = 0
  one.hear({ kind: 'respond', incident: 'i1', to: [117.25, 28.29], urgent: true }, T)
  run(one, T, 120, (now) => (fastest = Math.max(fastest, one.at(now).speedKmh)))
  assert.ok(fastest > 100 && fastest < 250, `${fastest} km/h`)
})

test('from a place that no road leaves, it goes back the way it came', () => {
  const one = crew({ unit, seed: 7, speed: 1, stops })
  const first = one.wants(T)!
  one.take(first, way(first.from, first.to), T)
  let now = T
  for (; distanceMeters(one.at(now).lon, one.at(now).lat, unit.lon, unit.lat) > 1 || now === T; now += 1000) {
    const wanted = one.wants(now)
    if (wanted) one.take(wanted, undefined, now)
    assert.ok(now < T + 1_200_000, 'still lost')
  }
})
