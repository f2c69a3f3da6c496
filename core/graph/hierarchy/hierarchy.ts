/**
 * The contraction hierarchy of a digraph (Geisberger, Sanders, Schultes & Delling 2008).
 */
import { createHeap } from '../heap.ts'
import type { Digraph } from './digraph.ts'
import { createRows, dropArc, offerArc, ORIGINAL, type Rows } from './rows.ts'
import { createWitness } from './witness.ts'

/**
 * The vertices by rank, 0 contracted first, with the arcs and shortcuts that lead up from each and come down to each.
 *
 * Between any two vertices with a way there is a least-cost one that first only climbs and then only descends. All numbers but
 * `rankOf`'s places and `vertexAt`'s values are ranks.
 */
export type Hierarchy = {
  readonly count: number
  /** [count] rank of each vertex, and the vertex of each rank. */
  readonly rankOf: Uint32Array
  readonly vertexAt: Uint32Array
  /** [count + 1] Rank `r` has the upward arcs `upStarts[r]` up to, not including, `upStarts[r + 1]`. */
  readonly upStarts: Uint32Array
  /** Rank the arc leads up to. */
  readonly upHeads: Uint32Array
  readonly upCosts: Float64Array
  /** Rank the shortcut leads over, lower than both its ends; `ORIGINAL` for an arc of the graph. */
  readonly upMiddles: Uint32Array
  /** [count + 1] The arcs that come down to each rank, in the same way. */
  readonly downStarts: Uint32Array
  /** Rank the arc comes down from. */
  readonly downHeads: Uint32Array
  readonly downCosts: Float64Array
  readonly downMiddles: Uint32Array
}

/** The arrays of a hierarchy, for whoever keeps it in a file. */
export const hierarchySections = [
  ['rankOf', 'u32'],
  ['vertexAt', 'u32'],
  ['upStarts', 'u32'],
  ['upHeads', 'u32'],
  ['upCosts', 'f64'],
  ['upMiddles', 'u32'],
  ['downStarts', 'u32'],
  ['downHeads', 'u32'],
  ['downCosts', 'f64'],
  ['downMiddles', 'u32'],
] as const satisfies readonly (readonly [keyof Hierarchy, 'u32' | 'f64'])[]

/**
 * Contract the vertices one after the other, least important first: each goes, and where a least-cost way led over it, a
 * shortcut takes its place. The costs between those that remain never change.
 *
 * What is least important is asked lazily: the vertex that was least when it was last looked at is looked at again if a
 * neighbour has gone since, and waits again if it is no longer least.
 *
 * @param onShare  told now and then which share of the vertices has been contracted, above 0 and at most 1
 *
 * In practice a little more than linear where roads have a hierarchy; the last few vertices, all joined to all, are
 * the dearest. Memory O(vertices + arcs + shortcuts), and there are about as many shortcuts as arcs.
 */
export function contract(graph: Digraph, onShare?: (share: number) => void): Hierarchy {
  const { count } = graph
  const [outs, ins] = rowsOf(graph)
  const witness = createWitness(outs, ins)
  const { shortcuts } = witness
  /** [count] longest chain of contracted vertices below. */
  const levels = new Uint32Array(count)
  /** [count] 1 where a neighbour was contracted since the vertex was looked at. */
  const isStale = new Uint8Array(count)
  const rankOf = new Uint32Array(count)
  const vertexAt = new Uint32Array(count)

  /** Look at a vertex: find the shortcuts it would leave behind, and from them its importance. */
  const importanceOf = (v: number): number => {
    witness.find(v)
    const arcs = outs.length[v] + ins.length[v]
    if (arcs === 0) return 0
    return 0.7 * levels[v] + (4 * shortcuts.count) / arcs + shortcuts.hopCount / (hopCountOf(outs, v) + hopCountOf(ins, v))
  }
  const queue = createHeap(count)
  for (let v = 0; v < count; v++) queue.push(v, importanceOf(v))

  const pass = (neighbour: number, level: number) => {
    if (levels[neighbour] < level) levels[neighbour] = level
    isStale[neighbour] = 1
  }
  for (let rank = 0; rank < count; rank++) {
    let v = queue.pop()
    let importance = importanceOf(v)
    while (isStale[v]) {
      isStale[v] = 0
      if (queue.size() === 0 || importance <= queue.topKey()) break
      queue.push(v, importance)
      v = queue.pop()
      importance = importanceOf(v)
    }
    rankOf[v] = rank
    vertexAt[rank] = v
    // its own rows stay: they are its arcs upward
    for (let k = outs.at[v], end = k + outs.length[v]; k < end; k++) {
      dropArc(ins, outs.heads[k], v)
      pass(outs.heads[k], levels[v] + 1)
    }
    for (let k = ins.at[v], end = k + ins.length[v]; k < end; k++) {
      dropArc(outs, ins.heads[k], v)
      pass(ins.heads[k], levels[v] + 1)
    }
    for (let i = 0; i < shortcuts.count; i++) {
      const tail = shortcuts.tails[i]
      const head = shortcuts.heads[i]
      offerArc(outs, tail, head, shortcuts.costs[i], v, shortcuts.hops[i])
      offerArc(ins, head, tail, shortcuts.costs[i], v, shortcuts.hops[i])
    }
    if (onShare && (rank % 1024 === 1023 || rank === count - 1)) onShare((rank + 1) / count)
  }

  const [upStarts, upHeads, upCosts, upMiddles] = byRank(outs, rankOf, vertexAt)
  const [downStarts, downHeads, downCosts, downMiddles] = byRank(ins, rankOf, vertexAt)
  return { count, rankOf, vertexAt, upStarts, upHeads, upCosts, upMiddles, downStarts, downHeads, downCosts, downMiddles }
}

/** Changeable rows out of and into each vertex, without self-loops, of parallel arcs the cheapest. */
function rowsOf({ count, starts, heads, costs }: Digraph): [outs: Rows, ins: Rows] {
  const outDegrees = new Uint32Array(count)
  const inDegrees = new Uint32Array(count)
  for (let v = 0; v < count; v++) {
    outDegrees[v] = starts[v + 1] - starts[v]
    for (let k = starts[v]; k < starts[v + 1]; k++) inDegrees[heads[k]]++
  }
  const outs = createRows(outDegrees)
  const ins = createRows(inDegrees)
  for (let v = 0; v < count; v++) {
    for (let k = starts[v]; k < starts[v + 1]; k++) {
      if (heads[k] === v) continue
      offerArc(outs, v, heads[k], costs[k], ORIGINAL, 1)
      offerArc(ins, heads[k], v, costs[k], ORIGINAL, 1)
    }
  }
  return [outs, ins]
}

/** Arcs of the graph that the arcs of a row stand for. */
function hopCountOf({ at, length, hops }: Rows, v: number): number {
  let sum = 0
  for (let k = at[v], end = k + length[v]; k < end; k++) sum += hops[k]
  return sum
}

/** What is left in the rows when all is contracted are the arcs upward: numbered by rank, packed, by ascending head. */
function byRank(rows: Rows, rankOf: Uint32Array, vertexAt: Uint32Array) {
  const count = vertexAt.length
  const starts = new Uint32Array(count + 1)
  for (let rank = 0; rank < count; rank++) starts[rank + 1] = starts[rank] + rows.length[vertexAt[rank]]
  const heads = new Uint32Array(starts[count])
  const costs = new Float64Array(starts[count])
  const middles = new Uint32Array(starts[count])
  for (let rank = 0; rank < count; rank++) {
    const from = rows.at[vertexAt[rank]]
    for (let i = 0; i < starts[rank + 1] - starts[rank]; i++) {
      // insertion sort: rows are short
      const head = rankOf[rows.heads[from + i]]
      let k = starts[rank] + i
      for (; k > starts[rank] && heads[k - 1] > head; k--) {
        heads[k] = heads[k - 1]
        costs[k] = costs[k - 1]
        middles[k] = middles[k - 1]
      }
      const middle = rows.middles[from + i]
      heads[k] = head
      costs[k] = rows.costs[from + i]
      middles[k] = middle === ORIGINAL ? ORIGINAL : rankOf[middle]
    }
  }
  return [starts, heads, costs, middles] as const
}
