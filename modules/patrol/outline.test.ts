import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planeAround } from '#core/geo/distance.ts'
import { outlineOf } from '#core/geo/fence-shape.ts'
import { seeded } from '#core/random.ts'
import type { FenceOutline } from './contract.ts'
import { cornersMax, outlineProblem, shapeOf } from './outline.ts'

const plane = planeAround(117.21, 28.29)
const at = (x: number, y: number) => [plane.toLon(x), plane.toLat(y)]
const polygon = (...rings: number[][][]): FenceOutline => ({ type: 'Polygon', coordinates: rings })
const square = (size: number, x = 0, y = 0) => [at(x - size, y - size), at(x + size, y - size), at(x + size, y + size), at(x - size, y + size), at(x - size, y - size)]
const town = [117.1, 28.2, 117.3, 28.4]

const cases: [name: string, outline: FenceOutline, problem: string | undefined][] = [
  ['a square', polygon(square(200)), undefined],
  ['a square drawn the other way round', polygon(square(200).toReversed()), undefined],
  ['a square with a hole', polygon(square(200), square(50)), undefined],
  ['a corner clicked twice', polygon([at(0, 0), at(300, 0), at(300, 0), at(300, 300), at(0, 0)]), undefined],
  ['a circle', { type: 'Point', coordinates: at(0, 0), radiusMeters: 150 }, undefined],
  ['a route', { type: 'LineString', coordinates: [at(0, 0), at(300, 0), at(300, 300)], widthMeters: 60 }, undefined],
  ['a route that crosses itself and goes back', { type: 'LineString', coordinates: [at(0, 0), at(300, 0), at(150, 200), at(150, -200), at(0, 0)], widthMeters: 60 }, undefined],
  ['a route with latitude first', { type: 'LineString', coordinates: [at(0, 0).toReversed(), at(300, 0).toReversed()], widthMeters: 60 }, 'fence-swapped'],
  ['a route as narrow as a path', { type: 'LineString', coordinates: [at(0, 0), at(300, 0)], widthMeters: 10 }, 'fence-route-narrow'],
  ['a route that goes nowhere', { type: 'LineString', coordinates: [at(0, 0), at(0, 0)], widthMeters: 60 }, 'fence-route-short'],
  ['a route over a continent', { type: 'LineString', coordinates: [[70, 20], [130, 50]], widthMeters: 60 }, 'fence-too-large'],
  ['a bow tie', polygon([at(0, 0), at(300, 300), at(300, 0), at(0, 300), at(0, 0)]), 'fence-crosses-itself'],
  ['an outline that touches itself', polygon([at(0, 0), at(300, 0), at(300, 300), at(150, 0), at(0, 300), at(0, 0)]), 'fence-crosses-itself'],
  ['a spike', polygon([at(0, 0), at(300, 0), at(600, 0), at(300, 0), at(300, 300), at(0, 0)]), 'fence-crosses-itself'],
  ['an open ring', polygon([at(0, 0), at(300, 0), at(300, 300), at(0, 300)]), 'fence-unclosed'],
  ['two corners', polygon([at(0, 0), at(300, 0), at(0, 0)]), 'fence-few-corners'],
  ['an empty ring', polygon([]), 'fence-few-corners'],
  ['a hole outside', polygon(square(200), square(50, 500)), 'fence-hole-outside'],
  ['a hole over the border', polygon(square(200), square(50, 200)), 'fence-rings-cross'],
  ['latitude first', polygon(square(200).map(([lon, lat]) => [lat!, lon!])), 'fence-swapped'],
  ['a circle with latitude first', { type: 'Point', coordinates: at(0, 0).toReversed(), radiusMeters: 150 }, 'fence-swapped'],
  ['a yard of ten metres', polygon(square(5)), 'fence-too-small'],
  ['a circle of five metres', { type: 'Point', coordinates: at(0, 0), radiusMeters: 5 }, 'fence-too-small'],
  ['a continent', polygon([[70, 20], [130, 20], [130, 50], [70, 20]]), 'fence-too-large'],
  ['too many corners', polygon([...Array.from({ length: cornersMax }, (_, k) => at(500 * Math.cos((2 * Math.PI * k) / cornersMax), 500 * Math.sin((2 * Math.PI * k) / cornersMax))), at(500, 0)]), 'fence-many-corners'],
]
for (const [name, outline, expected] of cases) {
  test(`outline: ${name}: ${expected ?? 'can be a fence'}`, () => {
    assert.equal(outlineProblem(outline, town)?.refused, expected)
  })
}

test('where both numbers could be a latitude, the town tells which is which', () => {
  const aveiro = (order: (lon: number, lat: number) => number[]) => polygon([order(-8.66, 40.63), order(-8.65, 40.63), order(-8.65, 40.64), order(-8.66, 40.63)])
  const around = [-8.8, 40.5, -8.5, 40.8]
  assert.equal(outlineProblem(aveiro((lon, lat) => [lon, lat]), around), undefined)
  assert.equal(outlineProblem(aveiro((lon, lat) => [lat, lon]), around)?.refused, 'fence-swapped')
  assert.equal(outlineProblem(aveiro((lon, lat) => [lat, lon])), undefined, 'without a map nobody can tell')
})

test('stars do not cross themselves and shuffled stars do, as a slow look at every pair of sides says', () => {
  const random = seeded(3)
  let crossed = 0
  for (let round = 0; round < 300; round++) {
    const count = 4 + Math.floor(random() * 6)
    const corners = Array.from({ length: count }, (_, k) => {
      const radius = 200 + 400 * random()
      return [radius * Math.cos((2 * Math.PI * k) / count), radius * Math.sin((2 * Math.PI * k) / count)] as const
    })
    if (round % 2) corners.sort(() => random() - 0.5)
    // the slow look: do two sides that are no neighbours share a point, to a thousandth of their length?
    const meets = corners.some((a, i) =>
      corners.some((c, j) => {
        if (j <= i + 1 || (i === 0 && j === count - 1)) return false
        const [b, d] = [corners[i + 1]!, corners[(j + 1) % count]!]
        const [px, py, qx, qy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]]
        const cross = px * qy - py * qx
        const s = ((c[0] - a[0]) * qy - (c[1] - a[1]) * qx) / cross
        const t = ((c[0] - a[0]) * py - (c[1] - a[1]) * px) / cross
        return s >= 0 && s <= 1 && t >= 0 && t <= 1
      }),
    )
    const ring = [...corners, corners[0]!].map(([x, y]) => at(x, y))
    const found = outlineProblem(polygon(ring))?.refused
    if (meets) crossed++
    assert.equal(found, meets ? 'fence-crosses-itself' : undefined, `round ${round}`)
  }
  assert.ok(crossed > 50, `only ${crossed} crossed`)
})

test('what may be a fence can be measured against', () => {
  for (const [name, outline, problem] of cases) {
    if (problem === undefined) assert.ok(Number.isFinite(outlineOf(shapeOf(outline)).insideMeters(117.21, 28.29)), name)
  }
})
