/**
 * Hub labels: every vertex knows its costs to and from a few dozen hubs, and for any two vertices with a way between
 * them, a hub that both know lies on a least-cost one (Abraham, Delling, Goldberg & Werneck 2011, 2012).
 *
 * Kept small in three ways. A vertex whose label follows from those of a few others has *parts* instead: neighbours, the
 * parts of those neighbours, and the costs to them. Every vertex is its own hub at no cost, which no row says. And an entry is 8 bytes, not 12.
 */
export { buildLabels } from './build-labels.ts'

export type Labels = {
  readonly count: number
  /** [count] number of each vertex as a hub; those in rows come first, from the top of the hierarchy. */
  readonly ownHubs: Uint32Array
  /** [count + 1] From `v` one gets to the hubs of the entries `outRows[v]` up to, not including, `outRows[v + 1]`… */
  readonly outRows: Uint32Array
  /** [count + 1] …and to whatever its parts get to, `outPartStarts[v]` up to, not including, `outPartStarts[v + 1]`: parts of a part are among them. */
  readonly outPartStarts: Uint32Array
  readonly outParts: Uint32Array
  /** Cost from the vertex to its part. */
  readonly outShifts: Float64Array
  /** The same for the hubs from which one gets to each vertex. */
  readonly inRows: Uint32Array
  readonly inPartStarts: Uint32Array
  readonly inParts: Uint32Array
  readonly inShifts: Float64Array
  /**
   * [2 × entries] Hub + high part of the cost · 2^16, then the low part of the cost: the cost is high · 2^32 + low. An entry
   * with hub `PAGE` is none: from there to the end of the row hubs count from its low part, and costs from its high part · 2^48.
   */
  readonly entries: Uint32Array
}

/** The arrays of labels, for whoever keeps them in a file. */
export const labelSections = [
  ['ownHubs', 'u32'],
  ['outRows', 'u32'],
  ['outPartStarts', 'u32'],
  ['outParts', 'u32'],
  ['outShifts', 'f64'],
  ['inRows', 'u32'],
  ['inPartStarts', 'u32'],
  ['inParts', 'u32'],
  ['inShifts', 'f64'],
  ['entries', 'u32'],
] as const satisfies readonly (readonly [keyof Labels, 'u32' | 'f64'])[]

export const PAGE = 0xffff
export const LOW = 2 ** 32
export const PAGE_COST = 2 ** 48

/**
 * Least cost from one vertex to another, Infinity where there is no way.
 *
 * O(size of their labels): the one is spread out by hub, the other looks its hubs up there. Labels that share parts cannot be
 * merged by ascending hub, but need half the memory.
 */
export function labelDistance(labels: Labels, from: number, to: number): number {
  if (from === to) return 0
  const bench = benchOf(labels)
  gather(bench, bench.outs, from, 0)
  const least = lookUp(bench, bench.ins, to, 0)
  forget(bench)
  return least
}

/** One side of the labels. */
export type LabelSide = { readonly rows: Uint32Array; readonly partStarts: Uint32Array; readonly parts: Uint32Array; readonly shifts: Float64Array }

/** Labels with room to put one together in; kept, because clearing all of it costs more than a question. */
export type LabelBench = {
  readonly labels: Labels
  readonly outs: LabelSide
  readonly ins: LabelSide
  /** [count] by hub, the least cost so far; Infinity where the hub is not known. */
  readonly best: Float64Array
  /** The hubs known, some of them more than once: to ask whether one is new costs more than to note it again. */
  hubs: Uint32Array
  known: number
  /** The row that is read. */
  rowHubs: Uint32Array
  rowCosts: Float64Array
}

const benches = new WeakMap<Labels, LabelBench>()
export function benchOf(labels: Labels): LabelBench {
  let bench = benches.get(labels)
  if (!bench) {
    bench = {
      labels,
      outs: { rows: labels.outRows, partStarts: labels.outPartStarts, parts: labels.outParts, shifts: labels.outShifts },
      ins: { rows: labels.inRows, partStarts: labels.inPartStarts, parts: labels.inParts, shifts: labels.inShifts },
      best: new Float64Array(labels.count).fill(Infinity),
      hubs: new Uint32Array(1024),
      known: 0,
      rowHubs: new Uint32Array(1024),
      rowCosts: new Float64Array(1024),
    }
    benches.set(labels, bench)
  }
  return bench
}

/** Add the label of a vertex, raised by an offset, to what is on the bench. */
export function gather(bench: LabelBench, { rows, partStarts, parts, shifts }: LabelSide, vertex: number, offset: number): void {
  gatherRow(bench, rows, vertex, offset)
  for (let k = partStarts[vertex], end = partStarts[vertex + 1]; k < end; k++) gatherRow(bench, rows, parts[k], offset + shifts[k])
}

function gatherRow(bench: LabelBench, rows: Uint32Array, vertex: number, offset: number): void {
  const count = unpack(bench, rows, vertex, offset)
  const { best, known, rowHubs, rowCosts } = bench
  if (known + count > bench.hubs.length) {
    const { hubs } = bench
    bench.hubs = new Uint32Array(2 * (known + count))
    bench.hubs.set(hubs)
  }
  const { hubs } = bench
  for (let i = 0; i < count; i++) {
    const hub = rowHubs[i]
    best[hub] = Math.min(best[hub], rowCosts[i])
    hubs[known + i] = hub
  }
  bench.known = known + count
}

/** The least cost over a hub that is both on the bench and in the label of a vertex, raised by an offset. */
export function lookUp(bench: LabelBench, { rows, partStarts, parts, shifts }: LabelSide, vertex: number, offset: number): number {
  let least = lookUpRow(bench, rows, vertex, offset)
  for (let k = partStarts[vertex], end = partStarts[vertex + 1]; k < end; k++) {
    least = Math.min(least, lookUpRow(bench, rows, parts[k], offset + shifts[k]))
  }
  return least
}

function lookUpRow(bench: LabelBench, rows: Uint32Array, vertex: number, offset: number): number {
  const count = unpack(bench, rows, vertex, offset)
  const { best, rowHubs, rowCosts } = bench
  let least = Infinity
  for (let i = 0; i < count; i++) least = Math.min(least, best[rowHubs[i]] + rowCosts[i])
  return least
}

/** The vertex itself as a hub and then its row, hubs and raised costs, laid out to be read; how many. */
function unpack(bench: LabelBench, rows: Uint32Array, vertex: number, offset: number): number {
  const { ownHubs, entries } = bench.labels
  const from = 2 * rows[vertex]
  const end = 2 * rows[vertex + 1]
  if (bench.rowHubs.length <= end - from) {
    bench.rowHubs = new Uint32Array(end - from + 1)
    bench.rowCosts = new Float64Array(end - from + 1)
  }
  const { rowHubs, rowCosts } = bench
  rowHubs[0] = ownHubs[vertex]
  rowCosts[0] = offset
  let count = 1
  let firstHub = 0
  let raise = offset
  for (let k = from; k < end; k += 2) {
    const word = entries[k]
    const place = word & 0xffff
    if (place === PAGE) {
      firstHub = entries[k + 1]
      raise = offset + (word >>> 16) * PAGE_COST
      continue
    }
    rowHubs[count] = firstHub + place
    rowCosts[count++] = raise + ((word >>> 16) * LOW + entries[k + 1])
  }
  return count
}

/** Clear the bench. */
export function forget(bench: LabelBench): void {
  const { best, hubs, known } = bench
  for (let i = 0; i < known; i++) best[hubs[i]] = Infinity
  bench.known = 0
}
