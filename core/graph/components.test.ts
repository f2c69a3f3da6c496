import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGraph } from './build.ts'
import { largestComponentShare } from './components.ts'
import { randomTown } from './random-town.ts'

test('of two towns that no road joins, the largest part is the larger, and a point is put on either', () => {
  const [large, small] = [randomTown(1, 9, 0), randomTown(2, 5, 0)]
  const shift = (shape: Int32Array) => shape.map((value, i) => (i % 2 === 0 ? value + 500_000 : value))
  const join = (a: Uint32Array, b: Uint32Array, offset: number) => Uint32Array.from([...a, ...b.map((value) => value + offset)])
  const nodes = large.nodes.length / 2
  const points = large.shape.length / 2
  const foot = {
    ...large.modes.foot,
    arcKmh: Float64Array.from([...large.modes.foot.arcKmh, ...small.modes.foot.arcKmh]),
    nodeBlocked: new Uint8Array(nodes + small.nodes.length / 2),
    nodeDelayMs: new Uint32Array(nodes + small.nodes.length / 2),
  }
  const both = buildGraph({
    nodes: Int32Array.from([...large.nodes, ...shift(small.nodes)]),
    edgeFrom: join(large.edgeFrom, small.edgeFrom, nodes),
    edgeTo: join(large.edgeTo, small.edgeTo, nodes),
    edgeStreet: Int32Array.from([...large.edgeStreet, ...small.edgeStreet]),
    edgeClass: Uint8Array.from([...large.edgeClass, ...small.edgeClass]),
    shapeStarts: join(large.shapeStarts.slice(0, -1), small.shapeStarts, points),
    shape: Int32Array.from([...large.shape, ...shift(small.shape)]),
    edgeLevel: Int8Array.from([...large.edgeLevel, ...small.edgeLevel]),
    modes: { car: foot, emergency: foot, bike: foot, foot },
  })
  const share = largestComponentShare(both, both.networks.foot)
  const expected = 81 / (81 + 25) // but a corner may have no road at all
  assert.ok(Math.abs(share - expected) < 0.05, `${share}, expected about ${expected}`)
  assert.ok(both.networks.foot.usable.subarray(large.edgeFrom.length).some((usable) => usable === 1))
})
