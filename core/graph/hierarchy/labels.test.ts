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
  // rows for many, so that many hubs stand in them
  const labels = buildLabels(contract(digraphOf(count, Array.from({ length: count - 1 }, (_, v) => [v, v + 1, cost] as const))), { partsMax: 1 })!
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

test('a vertex has a row or parts; its parts have rows, or parts that are among its own at no more cost', () => {
  let shared = 0
  let nested = 0
  for (let seed = 1; seed <= 120; seed++) {
    const { count, outRows, outPartStarts, outParts, outShifts, inRows, inPartStarts, inParts, inShifts } = buildLabels(contract(randomDigraph(seed)))!
    for (const [rows, starts, parts, shifts] of [[outRows, outPartStarts, outParts, outShifts], [inRows, inPartStarts, inParts, inShifts]] as const) {
      for (let v = 0; v < count; v++) {
        if (starts[v + 1] === starts[v]) continue
        shared++
        assert.equal(rows[v], rows[v + 1], `seed ${seed}: vertex ${v} has both`)
        const own = new Map(Array.from(parts.subarray(starts[v], starts[v + 1]), (part, i) => [part, shifts[starts[v] + i]]))
        assert.equal(own.size, starts[v + 1] - starts[v], `seed ${seed}: a part of ${v} twice`)
        for (const [part, shift] of own) {
          if (starts[part + 1] === starts[part]) continue
          nested++
          for (let k = starts[part]; k < starts[part + 1]; k++) {
            assert.ok((own.get(parts[k]) ?? Infinity) <= shift + shifts[k], `seed ${seed}: part ${parts[k]} of part ${part} of ${v}`)
          }
        }
      }
    }
  }
  assert.ok(shared > 1_000 && nested > 300, `${shared} vertices have parts, ${nested} of them with parts`)
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
