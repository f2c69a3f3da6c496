import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distanceMeters } from '#core/geo/distance.ts'
import { seeded } from '#core/random.ts'
import { planTrip, type Pace, type Point } from './drive.ts'

const car: Pace = { kmh: 50, acceleration: 2, waits: { share: 0, seconds: [0, 0] } }
const east = (meters: number): Point => [117.2 + meters / (111_195 * Math.cos((28.29 * Math.PI) / 180)), 28.29]
const never = () => 1

test('a straight kilometre takes its length at the pace, and a little for starting and stopping', () => {
  const trip = planTrip([east(0), east(1000)], car, never)
  assert.ok(Math.abs(trip.meters - 1000) < 2, `${trip.meters}`)
  assert.ok(trip.seconds > 72 && trip.seconds < 82, `${trip.seconds}`)
  assert.equal(trip.at(0).speedKmh, 0)
  assert.equal(Math.round(trip.at(trip.seconds / 2).speedKmh), 50)
  assert.deepEqual([trip.at(-5).lon, trip.at(9999).lon].map((lon) => lon.toFixed(6)), [east(0), east(1000)].map(([lon]) => lon.toFixed(6)))
  assert.ok(Math.abs(trip.at(10).courseDeg - 90) < 0.1)
})

test('a trip to where one is takes no time', () => {
  const trip = planTrip([east(0), east(0)], car, never)
  assert.deepEqual([trip.seconds, trip.meters, trip.at(3).lon], [0, 0, east(0)[0]])
})

test('refuses a line of no points', () => assert.throws(() => planTrip([], car, never), /needs a place/))

test('slows for a right angle', () => {
  const corner = east(500)
  const trip = planTrip([east(0), corner, [corner[0], corner[1] + 0.0045]], car, never)
  let slowest = Infinity
  for (let t = 20; t < trip.seconds - 20; t += 0.5) slowest = Math.min(slowest, trip.at(t).speedKmh)
  assert.ok(slowest > 8 && slowest < 20, `${slowest} km/h`)
})

test('waits at a corner when chance says so', () => {
  const corner = east(500)
  const line: Point[] = [east(0), corner, [corner[0], corner[1] + 0.0045]]
  const without = planTrip(line, car, never).seconds
  const withWait = planTrip(line, { ...car, waits: { share: 1, seconds: [20, 20] } }, () => 0).seconds
  assert.ok(withWait - without > 20 && withWait - without < 28, `${withWait} against ${without}`)
})

test('never faster than the pace, never further in a second than its speed allows, never backwards, over 200 random ways', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    let at: Point = [117.2, 28.29]
    const line: Point[] = [at]
    for (let i = 0; i < 12; i++) {
      at = [at[0] + (random() - 0.4) * 0.004, at[1] + (random() - 0.5) * 0.003]
      line.push(at)
    }
    const trip = planTrip(line, { kmh: 20 + random() * 60, acceleration: 1.5, waits: { share: 0.3, seconds: [5, 20] } }, random)
    let travelled = 0
    let last = trip.at(0)
    for (let t = 0.5; t <= trip.seconds + 1; t += 0.5) {
      const now = trip.at(t)
      const step = distanceMeters(last.lon, last.lat, now.lon, now.lat)
      assert.ok(now.speedKmh <= 80.001, `seed ${seed}: ${now.speedKmh} km/h`)
      assert.ok(step <= 0.5 * 80 / 3.6 + 0.5, `seed ${seed}: ${step} m in half a second`)
      travelled += step
      last = now
    }
    assert.ok(travelled <= trip.meters * 1.001 && travelled > trip.meters * 0.9, `seed ${seed}: ${travelled} of ${trip.meters}`)
    assert.ok(distanceMeters(last.lon, last.lat, ...line.at(-1)!) < 0.5, `seed ${seed}: did not arrive`)
  }
})
