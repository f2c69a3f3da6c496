/** Least costs between many points and many points. */
import type { Ends } from './ends.ts'
import type { Hierarchy } from './hierarchy.ts'
import { benchOf, forget, gather, type LabelBench, type Labels, type LabelSide, lookUp } from './labels.ts'
import { type Board, createBoard, matched, meet, type Meetings } from './meetings.ts'
import { type Climb, clear, climbsOf, isStalled, relax, seed } from './upward.ts'

const boards = new WeakMap<Labels | Hierarchy, Board>()
function boardOf(places: Labels | Hierarchy): Board {
  let board = boards.get(places)
  if (!board) {
    board = createBoard(places.count)
    boards.set(places, board)
  }
  return board
}

/**
 * Least cost from each point to each other, by hub labels.
 *
 * Each point's ends make one label. The targets' labels are turned over: for each hub, the targets that know it. Then each
 * source walks through its hubs' targets. When one side is one or two points, which is what a dispatcher asks, their labels
 * are spread out and everybody on the other side looks them up.
 *
 * @returns [from × to] row by row, Infinity where there is no way
 *
 * O(entries of all labels + pairs of entries that meet).
 */
export function labelMatrix(labels: Labels, from: Ends, to: Ends): Float64Array {
  const bench = benchOf(labels)
  const fromCount = from.starts.length - 1
  const toCount = to.starts.length - 1
  if (Math.min(fromCount, toCount) <= 2) {
    const result = new Float64Array(fromCount * toCount)
    if (fromCount <= toCount) fewToMany(bench, from, bench.outs, to, bench.ins, result, toCount, 1)
    else fewToMany(bench, to, bench.ins, from, bench.outs, result, 1, toCount)
    return result
  }
  const board = boardOf(labels)
  noteLabels(bench, bench.ins, to, board.targets)
  noteLabels(bench, bench.outs, from, board.sources)
  return matched(board, fromCount, toCount)
}

/** Fill a matrix few by few: cell of `i` of the few and `k` of the many at `i · fewStep + k · manyStep`. */
function fewToMany(bench: LabelBench, few: Ends, fewSide: LabelSide, many: Ends, manySide: LabelSide, result: Float64Array, fewStep: number, manyStep: number): void {
  for (let i = 0; i < few.starts.length - 1; i++) {
    for (let end = few.starts[i]; end < few.starts[i + 1]; end++) gather(bench, fewSide, few.vertices[end], few.offsets[end])
    for (let k = 0; k < many.starts.length - 1; k++) {
      let least = Infinity
      for (let end = many.starts[k]; end < many.starts[k + 1]; end++) {
        least = Math.min(least, lookUp(bench, manySide, many.vertices[end], many.offsets[end]))
      }
      result[i * fewStep + k * manyStep] = least
    }
    forget(bench)
  }
}

/** Note the label of each point: of all its ends, raised by their offsets, each hub once. */
function noteLabels(bench: LabelBench, side: LabelSide, { starts, vertices, offsets }: Ends, meetings: Meetings): void {
  for (let point = 0; point < starts.length - 1; point++) {
    for (let end = starts[point]; end < starts[point + 1]; end++) gather(bench, side, vertices[end], offsets[end])
    const { best, hubs, known } = bench
    for (let i = 0; i < known; i++) {
      const hub = hubs[i]
      if (best[hub] === Infinity) continue // noted before
      meet(meetings, hub, point, best[hub])
      best[hub] = Infinity
    }
    bench.known = 0
  }
}

/**
 * Least cost from each point to each other, by searches in the hierarchy: the same answers as `labelMatrix`, without
 * labels.
 *
 * Each target climbs against the arcs and leaves its costs at the ranks it settles; each source climbs along the arcs and
 * collects them.
 *
 * O((from + to) · search space · log + pairs that meet). Knopp, Sanders, Schultes, Schulz & Wagner 2007.
 */
export function bucketMatrix(hierarchy: Hierarchy, from: Ends, to: Ends): Float64Array {
  const { upStarts, upHeads, upCosts, downStarts, downHeads, downCosts } = hierarchy
  const climbs = climbsOf(hierarchy)
  const board = boardOf(hierarchy)
  const up = { starts: upStarts, heads: upHeads, costs: upCosts }
  const down = { starts: downStarts, heads: downHeads, costs: downCosts }
  noteClimbs(climbs.to, hierarchy.rankOf, down, up, to, board.targets)
  noteClimbs(climbs.from, hierarchy.rankOf, up, down, from, board.sources)
  return matched(board, from.starts.length - 1, to.starts.length - 1)
}

type Arcs = { readonly starts: Uint32Array; readonly heads: Uint32Array; readonly costs: Float64Array }

/** Note the search space of each point, but for the ranks where it is stalled. */
function noteClimbs(climb: Climb, rankOf: Uint32Array, arcs: Arcs, back: Arcs, { starts, vertices, offsets }: Ends, meetings: Meetings): void {
  for (let point = 0; point < starts.length - 1; point++) {
    for (let end = starts[point]; end < starts[point + 1]; end++) seed(climb, rankOf[vertices[end]], offsets[end], end)
    while (climb.heap.size() > 0) {
      const rank = climb.heap.pop()
      if (isStalled(climb, rank, back.starts, back.heads, back.costs)) continue
      meet(meetings, rank, point, climb.costs[rank])
      relax(climb, rank, arcs.starts, arcs.heads, arcs.costs)
    }
    clear(climb)
  }
}
