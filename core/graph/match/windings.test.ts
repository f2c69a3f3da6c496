import assert from 'node:assert/strict'
import { test } from 'node:test'
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import type { GraphInput, ModeInput } from '../graph-input.ts'
import { buildGraph } from '../build.ts'
import { streetsOf } from '../streets.ts'
import { matchTrack } from './track.ts'
import { createWindings } from './windings.ts'

/** One road through these places, metres east and north of 0, 0. */
function road(...places: readonly (readonly [number, number])[]) {
  const at = (meters: number) => Math.round((meters / METERS_PER_DEGREE) * 1e7)
  const shape = Int32Array.from(places.flatMap(([x, y]) => [at(x), at(y)]))
  const mode: ModeInput = { arcKmh: Float64Array.of(30, 30), nodeBlocked: new Uint8Array(2), nodeDelayMs: new Uint32Array(2), restrictions: [], turns: undefined }
  const input: GraphInput = {
    nodes: Int32Array.of(shape[0]!, shape[1]!, shape.at(-2)!, shape.at(-1)!),
    edgeFrom: Uint32Array.of(0),
    edgeTo: Uint32Array.of(1),
    edgeStreet: Int32Array.of(-1),
    edgeClass: Uint8Array.of(0),
    edgeLevel: Int8Array.of(0),
    shapeStarts: Uint32Array.of(0, places.length),
    shape,
    modes: { car: mode, emergency: mode, bike: mode, foot: mode },
  }
  return buildGraph(input)
}
const hairpin = road([0, 0], [200, 0], [200, 30], [0, 30])
const place = (x: number, y: number) => [x / METERS_PER_DEGREE, y / METERS_PER_DEGREE] as const

test('between the limbs of a hairpin there is a place on either', () => {
  const windings = createWindings(hairpin)
  assert.ok(windings.look(0, 50_000, ...place(50, 10), 60))
  assert.ok(Math.abs(windings.found.meters - 20) < 0.1 && Math.abs(windings.found.alongMm - 380_000) < 1_000, JSON.stringify(windings.found))
  assert.ok(!windings.look(0, 50_000, ...place(50, 10), 15), 'the other limb is 20 m away')
  assert.ok(!windings.look(0, 190_000, ...place(190, 10), 60), 'near the bend it is one place')
})

test('a straight road has one place', () => {
  assert.ok(!createWindings(road([0, 0], [100, 3], [200, 0], [300, 0])).look(0, 50_000, ...place(50, 10), 60))
})

test('a car that drives a hairpin once is found to drive it once, though fixes stray to the other limb', () => {
  const fixes = Array.from({ length: 44 }, (_, i) => {
    const along = 10 * i
    const [x, y] = along <= 200 ? [along, 0] : along <= 230 ? [200, along - 200] : [430 - along, 30]
    const [lon, lat] = place(x, y + (i % 7 === 3 ? (y === 0 ? 17 : -17) : 0))
    return { lon, lat, ms: 2_000 * i }
  })
  const { matched } = matchTrack(streetsOf(hairpin, 'car'), fixes)
  assert.deepEqual(matched.map((each) => each.kind === 'passage' && [each.arc, Math.round(each.fromMm / 10_000), Math.round(each.toMm / 10_000)]), [[0, 0, 43]])
})
