import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGraph, largestComponentShare } from './build.ts'
import { randomTown } from './random-town.ts'
import { readGraph, RoadFileBroken, writeGraph } from './road-graph.ts'

const graph = buildGraph(randomTown(7, 12))

test('a graph read from its file is the graph that was written', () => {
  assert.deepEqual(readGraph(writeGraph(graph)), graph)
})

test('the file may lie in shared memory, and is not copied', () => {
  const bytes = writeGraph(graph)
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  const read = readGraph(shared)
  assert.equal(read.car.next.buffer, shared.buffer)
  assert.deepEqual([...read.car.next], [...graph.car.next])
})

test('the same roads make the same bytes', () => {
  assert.deepEqual(writeGraph(buildGraph(randomTown(7, 12))), writeGraph(graph))
})

const damages: [what: string, damage: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array, says: RegExp][] = [
  ['cut short', (bytes) => bytes.slice(0, bytes.length - 100), /cut short/],
  ['nearly empty', (bytes) => bytes.slice(0, 40), /expected at least/],
  ['of another program', (bytes) => ((bytes[0] = 0), bytes), /not a road file/],
  ['of a later format', (bytes) => ((bytes[8] = 99), bytes), /format 99.*import the map again/],
  ['with one bit changed', (bytes) => ((bytes[bytes.length >> 1]! ^= 4), bytes), /checksum/],
]
for (const [what, damage, says] of damages) {
  test(`a file ${what} is refused with the reason`, () => {
    assert.throws(
      () => readGraph(damage(writeGraph(graph))),
      (error) => error instanceof RoadFileBroken && error.code === 'road-file-broken' && says.test(error.message),
    )
  })
}

test('of two towns that no road joins, the largest part is the larger, and a point is put on either', () => {
  const [large, small] = [randomTown(1, 9, 0), randomTown(2, 5, 0)]
  const shift = (shape: Int32Array) => shape.map((value, i) => (i % 2 === 0 ? value + 500_000 : value))
  const join = (a: Uint32Array, b: Uint32Array, offset: number) => Uint32Array.from([...a, ...b.map((value) => value + offset)])
  const nodes = large.nodes.length / 2
  const points = large.shape.length / 2
  const foot = {
    ...large.foot,
    arcKmh: Float64Array.from([...large.foot.arcKmh, ...small.foot.arcKmh]),
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
    car: foot,
    foot,
  })
  const share = largestComponentShare(both, both.foot)
  const expected = 81 / (81 + 25) // but a corner may have no road at all
  assert.ok(Math.abs(share - expected) < 0.05, `${share}, expected about ${expected}`)
  assert.ok(both.foot.usable.subarray(large.edgeFrom.length).some((usable) => usable === 1))
})
