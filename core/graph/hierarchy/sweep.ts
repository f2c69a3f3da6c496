import type { Seeds } from './ends.ts'
import type { Hierarchy } from './hierarchy.ts'
import { clear, climbsOf, relax, seed } from './upward.ts'

/**
 * Least cost from the nearest of several seeds to every vertex (`'from'`), or from every vertex to the nearest
 * of them (`'to'`).
 *
 * A climb from the seeds, then one sweep over all ranks from the top down, which reads memory in order: no queue.
 *
 * @returns [count] by vertex, Infinity where there is no way; a seed's own vertex has at most its offset
 *
 * O(vertices + arcs of the hierarchy). PHAST: Delling, Goldberg, Nowatzyk & Werneck 2011.
 */
export function tree(hierarchy: Hierarchy, seeds: Seeds, direction: 'from' | 'to'): Float64Array {
  const { count, rankOf, vertexAt, upStarts, upHeads, upCosts, downStarts, downHeads, downCosts } = hierarchy
  const climb = climbsOf(hierarchy)[direction]
  for (let i = 0; i < seeds.vertices.length; i++) seed(climb, rankOf[seeds.vertices[i]], seeds.offsets[i], i)
  const result = new Float64Array(count)
  if (direction === 'from') {
    while (climb.heap.size() > 0) relax(climb, climb.heap.pop(), upStarts, upHeads, upCosts)
    sweep(climb.costs, downStarts, downHeads, downCosts, vertexAt, result)
  } else {
    while (climb.heap.size() > 0) relax(climb, climb.heap.pop(), downStarts, downHeads, downCosts)
    sweep(climb.costs, upStarts, upHeads, upCosts, vertexAt, result)
  }
  clear(climb)
  return result
}

/** Costs of all ranks from those of the ranks above; put in their places by vertex. */
function sweep(
  costs: Float64Array,
  starts: Uint32Array,
  heads: Uint32Array,
  arcCosts: Float64Array,
  vertexAt: Uint32Array,
  result: Float64Array,
): void {
  for (let rank = vertexAt.length - 1; rank >= 0; rank--) {
    let best = costs[rank]
    for (let k = starts[rank], end = starts[rank + 1]; k < end; k++) {
      const cost = costs[heads[k]] + arcCosts[k]
      if (cost < best) best = cost
    }
    costs[rank] = best
    result[vertexAt[rank]] = best
  }
  costs.fill(Infinity) // every rank was touched, not only those of the climb
}
