import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../../random.ts'
import { digraphOf } from './digraph.ts'
import { contract, hierarchySections } from './hierarchy.ts'
import { buildLabels, labelDistance, labelSections, PAGE } from './labels.ts'
import { labelMatrix } from './matrix.ts'
import { randomDigraph } from './random-digraph.ts'

test('labels that would be too large are not built', () => {
  const hierarchy = contract(randomDigraph(24))
  assert.equal(buildLabels(hierarchy, { entriesMax: 10 }), undefined)
  assert.ok(buildLabels(hierarchy, { entriesMax: 100_000 }))
})

test('a chain with more hubs than one page has, and costs beyond one page, is still exact', () => {
  const [count, cost] = [300_000, 2 ** 34 + 12_345]
  const labels = buildLabels(contract(digraphOf(count, Array.from({ length: count - 1 }, (_, v) => [v, v + 1, cost] as const))))!
  let farHubs = 0
  let farCosts = 0
  for (let k = 0; k < labels.entries.length; k += 2) {
    if ((labels.entries[k] & 0xffff) !== PAGE) continue
    if (labels.entries[k + 1] > 0) farHubs++
    if (labels.entries[k] >>> 16 > 0) farCosts++
  }
  assert.ok(farHubs > 0 && farCosts > 0, `${farHubs} pages of far hubs, ${farCosts} of far costs: the pages were hardly tried`)

  const random = seeded(1)
  const one = (vertex: number, offset: number) => ({ starts: Uint32Array.of(0, 1), vertices: Uint32Array.of(vertex), offsets: Float64Array.of(offset) })
  for (let i = 0; i < 20_000; i++) {
    const from = Math.floor(random() * count)
    // half of the pairs are near each other, where the hubs are those at the bottom
    const to = i % 2 ? Math.min(count - 1, from + Math.floor(random() * 9) - 2) : Math.floor(random() * count)
    const expected = to >= from ? (to - from) * cost : Infinity
    assert.equal(labelDistance(labels, from, to), expected, `from ${from} to ${to}`)
    if (i < 100) assert.equal(labelMatrix(labels, one(from, -7), one(to, 9))[0], expected + 2, `from ${from} to ${to}`)
  }
})

test('a vertex has a row or parts, and its parts have rows', () => {
  let shared = 0
  for (let seed = 1; seed <= 120; seed++) {
    const { count, outRows, outPartStarts, outParts, inRows, inPartStarts, inParts } = buildLabels(contract(randomDigraph(seed)))!
    for (const [rows, starts, parts] of [[outRows, outPartStarts, outParts], [inRows, inPartStarts, inParts]] as const) {
      for (let v = 0; v < count; v++) {
        if (starts[v + 1] === starts[v]) continue
        shared++
        assert.equal(rows[v], rows[v + 1], `seed ${seed}: vertex ${v} has both`)
        for (const part of parts.subarray(starts[v], starts[v + 1])) assert.equal(starts[part + 1], starts[part], `seed ${seed}: part ${part} of ${v} has parts`)
      }
    }
  }
  assert.ok(shared > 1_000, `only ${shared} vertices have parts`)
})

test('the sections of a hierarchy and of labels are all their arrays, and rebuilt from those they answer the same', () => {
  const graph = randomDigraph(14)
  const hierarchy = contract(graph)
  const labels = buildLabels(hierarchy)!
  const kindOf = (array: unknown) => (array instanceof Float64Array ? 'f64' : array instanceof Uint32Array ? 'u32' : 'other')
  for (const [whole, sections] of [[hierarchy, hierarchySections], [labels, labelSections]] as const) {
    const arrays = Object.entries(whole).filter(([, value]) => typeof value !== 'number')
    assert.deepEqual(arrays.map(([name, array]) => [name, kindOf(array)]).sort(), sections.map(([...section]) => section).sort())
  }
  const again = { ...labels }
  for (let v = 0; v < graph.count; v++) assert.equal(labelDistance(again, 0, v), labelDistance(labels, 0, v))
})
