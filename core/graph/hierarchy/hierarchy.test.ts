import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../../random.ts'
import { digraphOf, type Digraph } from './digraph.ts'
import type { Ends, Seeds } from './ends.ts'
import { contract } from './hierarchy.ts'
import { buildLabels, labelDistance } from './labels.ts'
import { bucketMatrix, labelMatrix } from './matrix.ts'
import { shortestPath } from './path.ts'
import { plainTree, reversed } from './plain-tree.ts'
import { randomDigraph } from './random-digraph.ts'
import { tree } from './sweep.ts'

const seedsOf = (...ends: [vertex: number, offset: number][]) => ({
  vertices: Uint32Array.from(ends, ([vertex]) => vertex),
  offsets: Float64Array.from(ends, ([, offset]) => offset),
})

/** Points with none to three ends, offsets on both sides of 0. */
function randomEnds(random: () => number, points: number, count: number): Ends {
  const starts = [0]
  const vertices: number[] = []
  const offsets: number[] = []
  for (let p = 0; p < points; p++) {
    for (let end = Math.floor(random() * 4); end > 0 && count > 0; end--) {
      vertices.push(Math.floor(random() * count))
      offsets.push(Math.floor(random() * 21) - 10)
    }
    starts.push(vertices.length)
  }
  return { starts: Uint32Array.from(starts), vertices: Uint32Array.from(vertices), offsets: Float64Array.from(offsets) }
}
const pointOf = ({ starts, vertices, offsets }: Ends, p: number) => ({
  vertices: vertices.slice(starts[p], starts[p + 1]),
  offsets: offsets.slice(starts[p], starts[p + 1]),
})

const endsOf = (point: Seeds): Ends => ({ starts: Uint32Array.of(0, point.vertices.length), ...point })

/** Cost of the cheapest arcs along vertices, Infinity where there is none. */
function costAlong(graph: Digraph, vertices: Uint32Array): number {
  let sum = 0
  for (let i = 1; i < vertices.length; i++) {
    let least = Infinity
    for (let k = graph.starts[vertices[i - 1]]; k < graph.starts[vertices[i - 1] + 1]; k++) {
      if (graph.heads[k] === vertices[i]) least = Math.min(least, graph.costs[k])
    }
    sum += least
  }
  return sum
}

const GRAPHS = 360

test(`labels, trees and paths say what the obvious search says, for every pair of ${GRAPHS} invented digraphs`, () => {
  let pairs = 0
  let finite = 0
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const graph = randomDigraph(seed)
    const hierarchy = contract(graph)
    const labels = buildLabels(hierarchy)!
    const backward = reversed(graph)
    for (let v = 0; v < graph.count; v++) {
      const expected = plainTree(graph, seedsOf([v, 0]))
      const where = `seed ${seed} (${graph.kind}), vertex ${v}`
      assert.deepEqual(tree(hierarchy, seedsOf([v, 0]), 'from'), expected, `${where}: tree from`)
      assert.deepEqual(tree(hierarchy, seedsOf([v, 0]), 'to'), plainTree(backward, seedsOf([v, 0])), `${where}: tree to`)
      for (let w = 0; w < graph.count; w++) {
        pairs++
        if (expected[w] < Infinity) finite++
        assert.equal(labelDistance(labels, v, w), expected[w], `${where} to ${w}: labels`)
        const path = shortestPath(hierarchy, seedsOf([v, 0]), seedsOf([w, 0]))
        assert.equal(path?.cost ?? Infinity, expected[w], `${where} to ${w}: path`)
        if (!path) continue
        assert.deepEqual([path.vertices[0], path.vertices.at(-1)], [v, w], `${where} to ${w}: ends of the path`)
        assert.equal(costAlong(graph, path.vertices), path.cost, `${where} to ${w}: along the path`)
      }
    }
  }
  assert.ok(pairs > 100_000 && finite > pairs / 2 && finite < 0.95 * pairs, `${finite} of ${pairs} pairs have a way`)
})

test('matrices, trees and paths between points with several ends are those of the obvious search', () => {
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const graph = randomDigraph(seed)
    const hierarchy = contract(graph)
    const labels = buildLabels(hierarchy)!
    const random = seeded(seed + 1_000)
    const from = randomEnds(random, 7, graph.count)
    const to = randomEnds(random, 5, graph.count)
    const expected = new Float64Array(35).fill(Infinity)
    for (let s = 0; s < 7; s++) {
      const seeds = pointOf(from, s)
      const costs = plainTree(graph, seeds)
      assert.deepEqual(tree(hierarchy, seeds, 'from'), costs, `seed ${seed}: tree from point ${s}`)
      for (let t = 0; t < 5; t++) {
        for (let end = to.starts[t]; end < to.starts[t + 1]; end++) {
          expected[s * 5 + t] = Math.min(expected[s * 5 + t], costs[to.vertices[end]] + to.offsets[end])
        }
        const path = shortestPath(hierarchy, seeds, pointOf(to, t))
        const where = `seed ${seed}: path from point ${s} to ${t}`
        assert.equal(path?.cost ?? Infinity, expected[s * 5 + t], where)
        if (!path) continue
        const { fromEnd, toEnd, vertices } = path
        assert.equal(vertices[0], seeds.vertices[fromEnd], where)
        assert.equal(vertices.at(-1), pointOf(to, t).vertices[toEnd], where)
        assert.equal(seeds.offsets[fromEnd] + costAlong(graph, vertices) + pointOf(to, t).offsets[toEnd], path.cost, where)
      }
    }
    assert.deepEqual(labelMatrix(labels, from, to), expected, `seed ${seed}: by labels`)
    assert.deepEqual(bucketMatrix(hierarchy, from, to), expected, `seed ${seed}: by buckets`)
    // one source, one target: the way labels take for few points
    for (const [s, t] of [[0, 4], [6, 0]]) {
      const column = Float64Array.from({ length: 7 }, (_, i) => expected[i * 5 + t])
      assert.deepEqual(labelMatrix(labels, from, endsOf(pointOf(to, t))), column, `seed ${seed}: all to point ${t}`)
      assert.deepEqual(labelMatrix(labels, endsOf(pointOf(from, s)), to), expected.slice(s * 5, s * 5 + 5), `seed ${seed}: point ${s} to all`)
    }
  }
})

test('every arc of a hierarchy leads up, every shortcut is the sum of two arcs lower down', () => {
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const h = contract(randomDigraph(seed))
    const costOf = (starts: Uint32Array, heads: Uint32Array, costs: Float64Array, rank: number, head: number) => {
      for (let k = starts[rank]; k < starts[rank + 1]; k++) if (heads[k] === head) return costs[k]
      return NaN
    }
    for (let rank = 0; rank < h.count; rank++) {
      assert.equal(h.rankOf[h.vertexAt[rank]], rank)
      for (let k = h.upStarts[rank]; k < h.upStarts[rank + 1]; k++) {
        const [head, middle] = [h.upHeads[k], h.upMiddles[k]]
        assert.ok(head > rank, `seed ${seed}: an arc from rank ${rank} to ${head}`)
        if (middle === 0xffff_ffff) continue
        assert.ok(middle < rank, `seed ${seed}: rank ${rank} goes over ${middle}`)
        const down = costOf(h.downStarts, h.downHeads, h.downCosts, middle, rank)
        const up = costOf(h.upStarts, h.upHeads, h.upCosts, middle, head)
        assert.equal(down + up, h.upCosts[k], `seed ${seed}: shortcut ${rank} → ${middle} → ${head}`)
      }
    }
  }
})

test('a question leaves nothing behind: asked again after others, it has the same answer', () => {
  const graph = randomDigraph(10)
  const hierarchy = contract(graph)
  const labels = buildLabels(hierarchy)!
  const random = seeded(10)
  const vertex = () => Math.floor(random() * graph.count)
  const [from, to] = [randomEnds(random, 6, graph.count), randomEnds(random, 5, graph.count)]
  const ask = () => [
    shortestPath(hierarchy, seedsOf([0, 3]), seedsOf([graph.count - 1, -2])),
    tree(hierarchy, seedsOf([1, -1]), 'to'),
    labelDistance(labels, 2, 3),
    labelMatrix(labels, from, to),
    bucketMatrix(hierarchy, from, to),
  ]
  const first = ask()
  for (let i = 0; i < 200; i++) {
    shortestPath(hierarchy, seedsOf([vertex(), 0]), seedsOf([vertex(), 5]))
    tree(hierarchy, seedsOf([vertex(), 7]), i % 2 ? 'from' : 'to')
    labelDistance(labels, vertex(), vertex())
    const [others, more] = [randomEnds(random, 1 + (i % 4), graph.count), randomEnds(random, 4, graph.count)]
    labelMatrix(labels, others, more)
    bucketMatrix(hierarchy, more, others)
  }
  assert.deepEqual(ask(), first)
})

test('progress climbs from 0 to 1', () => {
  const arcs = Array.from({ length: 4_999 }, (_, v): [number, number, number] => [v, v + 1, 1])
  const shares: number[] = []
  contract(digraphOf(5_000, arcs), (share) => shares.push(share))
  assert.equal(shares.at(-1), 1)
  for (const [i, share] of shares.entries()) assert.ok(share > (shares[i - 1] ?? 0), `${shares.join(' ')}`)
})
