import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { planeAround } from './distance.ts'
import { outlineOf } from './fence-shape.ts'

const plane = planeAround(117.21, 28.29)
const at = ([x, y]: readonly [number, number]) => [plane.toLon(x), plane.toLat(y)] as const

test('how far inside a route a place is, as a walk along its line in steps of half a metre says', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seeded(seed)
    const widthMeters = 20 + 200 * random()
    const line = Array.from({ length: 2 + Math.floor(6 * random()) }, (): [number, number] => [1000 * random() - 500, 1000 * random() - 500])
    if (seed % 3 === 0) line.push(line[0]!) // back to where it began
    if (seed % 5 === 0) line.splice(1, 0, line[0]!) // a place that was clicked twice
    const outline = outlineOf({ line: line.map(at), widthMeters })
    const steps = line.slice(1).flatMap(([x, y], i) => {
      const [fromX, fromY] = line[i]!
      const count = Math.max(1, Math.ceil(2 * Math.hypot(x - fromX, y - fromY)))
      return Array.from({ length: count + 1 }, (_, k) => [fromX + ((x - fromX) * k) / count, fromY + ((y - fromY) * k) / count] as const)
    })
    for (let round = 0; round < 40; round++) {
      const [x, y] = [1400 * random() - 700, 1400 * random() - 700]
      const nearest = Math.min(...steps.map(([sx, sy]) => Math.hypot(x - sx, y - sy)))
      const [lon, lat] = at([x, y])
      const inside = outline.insideMeters(lon, lat)
      // the two flat maps differ by less than a decimetre over a kilometre
      assert.ok(Math.abs(inside - (widthMeters / 2 - nearest)) < 0.4, `seed ${seed}: ${inside}, expected ${widthMeters / 2 - nearest}`)
      if (inside > 0.5) assert.ok(lon > outline.west && lon < outline.east && lat > outline.south && lat < outline.north, `seed ${seed}: inside, and not in the box`)
    }
  }
})
