import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGraph } from './build.ts'
import { randomTown } from './random-town.ts'
import { readGraph, readGraphFile, RoadFileBroken, writeGraph } from './graph-file.ts'

const graph = buildGraph(randomTown(7, 12))

test('a graph read from its file is the graph that was written', () => {
  assert.deepEqual(readGraph(writeGraph(graph)), graph)
})

test('the file may lie in shared memory, and is not copied', () => {
  const bytes = writeGraph(graph)
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  const read = readGraph(shared)
  assert.equal(read.networks.car.stepHead.buffer, shared.buffer)
  assert.deepEqual([...read.networks.car.stepHead], [...graph.networks.car.stepHead])
})

test('the same roads make the same bytes', () => {
  assert.deepEqual(writeGraph(buildGraph(randomTown(7, 12))), writeGraph(graph))
})

const damages: [what: string, damage: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array, says: RegExp][] = [
  ['cut short', (bytes) => bytes.slice(0, bytes.length - 100), /cut short/],
  ['nearly empty', (bytes) => bytes.slice(0, 20), /expected at least/],
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

test('what planning prepared is kept beside the graph and given back', () => {
  const extras = { 'car.rank': Uint32Array.of(3, 1, 2), 'car.cost': Float64Array.of(1.5, 2 ** 40), 'car.small': Uint16Array.of(7, 65_535) }
  const file = readGraphFile(writeGraph(graph, extras))
  assert.deepEqual(file.extras, extras)
  assert.deepEqual(file.graph, graph)
})
