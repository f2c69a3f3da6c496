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

test('the largest part of a town with no one-ways and no gaps is all of it', () => {
  assert.equal(largestComponentShare(graph, graph.foot) > 0.9, true)
  assert.ok(largestComponentShare(graph, graph.car) <= 1)
})
