/** Searches that only climb the hierarchy: where every other question begins. */
import { createHeap, type Heap } from '../heap.ts'
import type { Hierarchy } from './hierarchy.ts'

/** Room for one upward search; kept, because clearing costs more than a short search. */
export type Climb = {
  readonly heap: Heap
  /** [count] by rank; Infinity between searches. */
  readonly costs: Float64Array
  /** [count] place in the arc arrays of the arc a rank was reached over, `−1 − end` where it began. Stale where costs is Infinity. */
  readonly over: Int32Array
  /** Ranks whose cost is not Infinity. */
  readonly touched: Uint32Array
  touchedCount: number
}

const climbs = new WeakMap<Hierarchy, { from: Climb; to: Climb }>()

/** Room for one search along the arcs and one against them. */
export function climbsOf(hierarchy: Hierarchy): { from: Climb; to: Climb } {
  let pair = climbs.get(hierarchy)
  if (!pair) {
    pair = { from: createClimb(hierarchy.count), to: createClimb(hierarchy.count) }
    climbs.set(hierarchy, pair)
  }
  return pair
}

function createClimb(count: number): Climb {
  return {
    heap: createHeap(count),
    costs: new Float64Array(count).fill(Infinity),
    over: new Int32Array(count),
    touched: new Uint32Array(count),
    touchedCount: 0,
  }
}

/** Put an end's rank in the search. */
export function seed(climb: Climb, rank: number, cost: number, end: number): void {
  const { heap, costs, over, touched } = climb
  if (cost >= costs[rank]) return
  if (costs[rank] === Infinity) touched[climb.touchedCount++] = rank
  costs[rank] = cost
  over[rank] = -1 - end
  heap.push(rank, cost)
}

/** Climb on from a settled rank. */
export function relax(climb: Climb, rank: number, starts: Uint32Array, heads: Uint32Array, arcCosts: Float64Array): void {
  const { heap, costs, over, touched } = climb
  const base = costs[rank]
  for (let k = starts[rank]; k < starts[rank + 1]; k++) {
    const head = heads[k]
    const cost = base + arcCosts[k]
    if (cost >= costs[head]) continue
    if (costs[head] === Infinity) touched[climb.touchedCount++] = head
    costs[head] = cost
    over[head] = k
    heap.push(head, cost)
  }
}

/**
 * Whether a settled rank is reached at less cost over one above it that this search has seen: then no least-cost way
 * has its top here, and climbing on from it is in vain (stall-on-demand).
 *
 * @param starts,heads,arcCosts  the arcs that come down to each rank, as the search sees them
 */
export function isStalled(climb: Climb, rank: number, starts: Uint32Array, heads: Uint32Array, arcCosts: Float64Array): boolean {
  const { costs } = climb
  const own = costs[rank]
  for (let k = starts[rank]; k < starts[rank + 1]; k++) if (costs[heads[k]] + arcCosts[k] < own) return true
  return false
}

/** Forget a search. */
export function clear(climb: Climb): void {
  const { heap, costs, touched } = climb
  for (let i = 0; i < climb.touchedCount; i++) costs[touched[i]] = Infinity
  climb.touchedCount = 0
  heap.clear()
}
