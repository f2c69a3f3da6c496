/**
 * The contraction hierarchy of a digraph (Geisberger, Sanders, Schultes & Delling 2008).
 */
import { createHeap } from '../heap.ts'
import type { Digraph } from './digraph.ts'
import { createRows, dropArc, offerArc, ORIGINAL, type Rows } from './rows.ts'
import { createWitness } from './witness.ts'

/** Everything is numbered by rank: 0 was contracted first. An arc and the arc it goes back by are two arcs. */
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

export type Tune = { simSettle: number; conSettle: number; wl: number; wa: number; wh: number; eager: number }
export const tune: Tune = { simSettle: 10, conSettle: 20, wl: 0.5, wa: 2, wh: 1, eager: 1 }

export function contract(graph: Digraph, onShare?: (share: number) => void): Hierarchy {
  const { count } = graph
  const [outs, ins] = rowsOf(graph)
  const witness = createWitness(outs, ins)
  const { shortcuts } = witness
  const level = new Uint32Array(count)
  const rankOf = new Uint32Array(count)
  const vertexAt = new Uint32Array(count)
  const heap = createHeap(count)
  const stale = new Uint8Array(count)

  const priorityOf = (v: number, settledMax: number) => {
    witness.find(v, settledMax)
    const removed = outs.length[v] + ins.length[v]
    if (removed === 0) return 0
    let hopsAdded = 0
    for (let i = 0; i < shortcuts.count; i++) hopsAdded += shortcuts.hops[i]
    let hopsRemoved = 0
    for (let k = outs.at[v], end = k + outs.length[v]; k < end; k++) hopsRemoved += outs.hops[k]
    for (let k = ins.at[v], end = k + ins.length[v]; k < end; k++) hopsRemoved += ins.hops[k]
    return tune.wl * level[v] + tune.wa * shortcuts.count / removed + tune.wh * hopsAdded / hopsRemoved
  }
  for (let v = 0; v < count; v++) heap.push(v, priorityOf(v, tune.simSettle))

  for (let rank = 0; rank < count; rank++) {
    let v = heap.pop()
    for (;;) {
      const p = priorityOf(v, tune.conSettle)
      if (stale[v] === 0) break
      stale[v] = 0
      if (heap.size() === 0 || p <= heap.topKey()) break
      heap.push(v, p)
      v = heap.pop()
    }
    rankOf[v] = rank
    vertexAt[rank] = v
    for (let k = outs.at[v], end = k + outs.length[v]; k < end; k++) {
      const w = outs.heads[k]
      dropArc(ins, w, v)
      if (level[w] <= level[v]) level[w] = level[v] + 1
      stale[w] = 1
    }
    for (let k = ins.at[v], end = k + ins.length[v]; k < end; k++) {
      const u = ins.heads[k]
      dropArc(outs, u, v)
      if (level[u] <= level[v]) level[u] = level[v] + 1
      stale[u] = 1
    }
    for (let i = 0; i < shortcuts.count; i++) {
      const tail = shortcuts.tails[i]
      const head = shortcuts.heads[i]
      offerArc(outs, tail, head, shortcuts.costs[i], v, shortcuts.hops[i])
      offerArc(ins, head, tail, shortcuts.costs[i], v, shortcuts.hops[i])
    }
    if (onShare && rank % 1024 === 1023) onShare(rank / count)
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
