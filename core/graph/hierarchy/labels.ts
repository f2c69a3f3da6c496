/**
 * Hub labels: every vertex knows its costs to and from a few dozen hubs, and any two vertices on a way share one.
 */
import type { Hierarchy } from './hierarchy.ts'

/** Hubs are numbered from the top: hub 0 has the highest rank. Rows are by ascending hub. */
export type Labels = {
  readonly count: number
  /** [count + 1] From vertex `v` one gets to the hubs `outStarts[v]` up to, not including, `outStarts[v + 1]`. */
  readonly outStarts: Uint32Array
  readonly outHubs: Uint32Array
  readonly outCosts: Float64Array
  /** [count + 1] The hubs from which one gets to each vertex, in the same way. */
  readonly inStarts: Uint32Array
  readonly inHubs: Uint32Array
  readonly inCosts: Float64Array
}

/** The arrays of labels, for whoever keeps them in a file. */
export const labelSections = [
  ['outStarts', 'u32'],
  ['outHubs', 'u32'],
  ['outCosts', 'f64'],
  ['inStarts', 'u32'],
  ['inHubs', 'u32'],
  ['inCosts', 'f64'],
] as const satisfies readonly (readonly [keyof Labels, 'u32' | 'f64'])[]

/** Labels under construction: rows one after the other, in the order of hubs. */
type Side = { starts: Uint32Array; hubs: Uint32Array; costs: Float64Array; used: number }

export function buildLabels(hierarchy: Hierarchy, { entriesMax = Infinity }: { entriesMax?: number } = {}): Labels | undefined {
  const { count, upStarts, upHeads, upCosts, downStarts, downHeads, downCosts } = hierarchy
  const side = (): Side => ({ starts: new Uint32Array(count + 1), hubs: new Uint32Array(16 * count + 64), costs: new Float64Array(16 * count + 64), used: 0 })
  const outs = side()
  const ins = side()
  const best = new Float64Array(count).fill(Infinity)
  const one = { hubs: new Uint32Array(256), costs: new Float64Array(256), length: 0 }
  const two = { hubs: new Uint32Array(256), costs: new Float64Array(256), length: 0 }

  /** Row of hub `h` on one side, merged from the rows of the hubs above it and pruned by the other side. */
  function addRow(h: number, arcStarts: Uint32Array, arcHeads: Uint32Array, arcCosts: Float64Array, mine: Side, other: Side): void {
    const rank = count - 1 - h
    let from = one
    let to = two
    from.length = 0
    for (let k = arcStarts[rank]; k < arcStarts[rank + 1]; k++) {
      merge(from, mine, count - 1 - arcHeads[k], arcCosts[k], to)
      ;[from, to] = [to, from]
    }
    const { hubs, costs, length } = from
    for (let i = 0; i < length; i++) best[hubs[i]] = costs[i]
    if (mine.used + length + 1 > mine.hubs.length) {
      const room = Math.max(mine.used + length + 1, 2 * mine.hubs.length)
      const wide = new Uint32Array(room)
      wide.set(mine.hubs)
      mine.hubs = wide
      const deep = new Float64Array(room)
      deep.set(mine.costs)
      mine.costs = deep
    }
    const { starts: otherStarts, hubs: otherHubs, costs: otherCosts } = other
    let used = mine.used
    for (let i = 0; i < length; i++) {
      const hub = hubs[i]
      const cost = costs[i]
      // all but the hub's own entry, which is its last
      let k = otherStarts[hub]
      const end = otherStarts[hub + 1] - 1
      while (k < end && best[otherHubs[k]] + otherCosts[k] > cost) k++
      if (k < end) continue
      mine.hubs[used] = hub
      mine.costs[used++] = cost
    }
    mine.hubs[used] = h
    mine.costs[used++] = 0
    mine.used = used
    mine.starts[h + 1] = used
    for (let i = 0; i < length; i++) best[hubs[i]] = Infinity
  }

  for (let h = 0; h < count; h++) {
    addRow(h, upStarts, upHeads, upCosts, outs, ins)
    addRow(h, downStarts, downHeads, downCosts, ins, outs)
    if (outs.used + ins.used > entriesMax) return undefined
  }
  const [outStarts, outHubs, outCosts] = byVertex(outs, hierarchy.rankOf)
  const [inStarts, inHubs, inCosts] = byVertex(ins, hierarchy.rankOf)
  return { count, outStarts, outHubs, outCosts, inStarts, inHubs, inCosts }
}

type Row = { hubs: Uint32Array; costs: Float64Array; length: number }

/** Merge a row of labels, each cost raised, with another; where both know a hub the lower cost stays. */
function merge(from: Row, side: Side, h: number, raise: number, to: Row): void {
  const start = side.starts[h]
  const end = side.starts[h + 1]
  const roomNeeded = from.length + end - start
  if (to.hubs.length < roomNeeded) {
    to.hubs = new Uint32Array(2 * roomNeeded)
    to.costs = new Float64Array(2 * roomNeeded)
  }
  const { hubs, costs, length } = from
  const { hubs: sideHubs, costs: sideCosts } = side
  const { hubs: toHubs, costs: toCosts } = to
  let n = 0
  let i = 0
  let k = start
  while (i < length && k < end) {
    const a = hubs[i]
    const b = sideHubs[k]
    if (a < b) {
      toHubs[n] = a
      toCosts[n++] = costs[i++]
    } else if (b < a) {
      toHubs[n] = b
      toCosts[n++] = raise + sideCosts[k++]
    } else {
      const cost = raise + sideCosts[k++]
      toHubs[n] = a
      toCosts[n++] = cost < costs[i] ? cost : costs[i]
      i++
    }
  }
  for (; i < length; i++) {
    toHubs[n] = hubs[i]
    toCosts[n++] = costs[i]
  }
  for (; k < end; k++) {
    toHubs[n] = sideHubs[k]
    toCosts[n++] = raise + sideCosts[k]
  }
  to.length = n
}

function byVertex(side: Side, rankOf: Uint32Array) {
  const count = rankOf.length
  const starts = new Uint32Array(count + 1)
  const hubs = new Uint32Array(side.used)
  const costs = new Float64Array(side.used)
  for (let v = 0; v < count; v++) {
    const h = count - 1 - rankOf[v]
    const from = side.starts[h]
    const to = side.starts[h + 1]
    hubs.set(side.hubs.subarray(from, to), starts[v])
    costs.set(side.costs.subarray(from, to), starts[v])
    starts[v + 1] = starts[v] + to - from
  }
  return [starts, hubs, costs] as const
}

/** Least cost from one vertex to another, Infinity where there is no way. */
export function labelDistance(labels: Labels, from: number, to: number): number {
  const { outStarts, outHubs, outCosts, inStarts, inHubs, inCosts } = labels
  let i = outStarts[from]
  let k = inStarts[to]
  const iEnd = outStarts[from + 1]
  const kEnd = inStarts[to + 1]
  let best = Infinity
  while (i < iEnd && k < kEnd) {
    const a = outHubs[i]
    const b = inHubs[k]
    if (a === b) {
      const cost = outCosts[i] + inCosts[k]
      if (cost < best) best = cost
      i++
      k++
    } else if (a < b) i++
    else k++
  }
  return best
}
