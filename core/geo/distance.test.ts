import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { bearingDegrees, distanceMeters, METERS_PER_DEGREE, nearestOnSegment, planeAround } from './distance.ts'

test('a degree of latitude is 111.195 km anywhere, of longitude half that at 60°', () => {
  assert.ok(Math.abs(distanceMeters(10, 0, 10, 1) - METERS_PER_DEGREE) < 0.01)
  const across = distanceMeters(10, 60, 10.001, 60)
  assert.ok(Math.abs(across - METERS_PER_DEGREE / 2000) < 0.01, `${across}`)
})

test('bearings go clockwise from north', () => {
  const cases: [number, number, number][] = [[0, 1, 0], [1, 0, 90], [0, -1, 180], [-1, 0, 270]]
  for (const [dx, dy, expected] of cases) {
    assert.ok(Math.abs(bearingDegrees(0, 0, dx * 0.01, dy * 0.01) - expected) < 0.01, `${dx}, ${dy}`)
  }
})

test('the flat map agrees with the sphere to a thousandth within 20 km', () => {
  const random = seeded(3)
  const plane = planeAround(117.21, 28.29)
  for (let i = 0; i < 500; i++) {
    const lon = 117.21 + (random() - 0.5) * 0.3
    const lat = 28.29 + (random() - 0.5) * 0.3
    const flat = Math.hypot(plane.toX(lon), plane.toY(lat))
    assert.ok(Math.abs(flat - distanceMeters(117.21, 28.29, lon, lat)) < 1e-3 * flat + 0.01)
    assert.ok(Math.abs(plane.toLon(plane.toX(lon)) - lon) < 1e-12)
    assert.ok(Math.abs(plane.toLat(plane.toY(lat)) - lat) < 1e-12)
  }
})

test('the nearest point of a segment beats a thousand other points of it', () => {
  const random = seeded(5)
  for (let i = 0; i < 200; i++) {
    const [ax, ay, bx, by, px, py] = Array.from({ length: 6 }, () => random() * 0.01)
    const { share, meters } = nearestOnSegment(117 + px!, 28 + py!, 117 + ax!, 28 + ay!, 117 + bx!, 28 + by!)
    assert.ok(share >= 0 && share <= 1)
    const plane = planeAround(117 + px!, 28 + py!)
    for (let k = 0; k <= 1000; k++) {
      const x = plane.toX(117 + ax! + ((bx! - ax!) * k) / 1000)
      const y = plane.toY(28 + ay! + ((by! - ay!) * k) / 1000)
      assert.ok(Math.hypot(x, y) >= meters - 1e-6, `segment ${i}`)
    }
  }
})
