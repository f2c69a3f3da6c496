/** How far one gets: costs from or to points, as far as they reach. */
import { roomOf } from './search-room.ts'
import { COST_PER_MS } from './cost.ts'
import type { Snap } from './grid.ts'
import { entriesOf, exitsOf, type LinkPoint, type Streets } from './streets.ts'

/**
 * Cost from the nearest of some points to every vertex within reach, or from every vertex to the nearest of them.
 *
 * @param costMax    vertices beyond are left out
 * @param direction  `from` the points outward, or `to` them
 * @returns `vertices` in order of cost, their `costs`, and which point each belongs to; `ends`, the points on their links
 *
 * O(m + n log n) of what is reached. Dijkstra 1959 with several sources.
 */
export function reach(streets: Streets, points: readonly Snap[], costMax: number, direction: 'from' | 'to'): Reach {
  const { network, stepCost } = streets
  const { stepStarts, stepHead, stepTail, stepLink, stepTurnMs, priorStarts, priorSteps, linkVertex } = network
  const room = roomOf(network)
  const { heap, cost, stamp, onward } = room
  const now = ++room.searches
  const forward = direction === 'from'
  const ends: ReachEnd[] = []
  for (const [point, snap] of points.entries()) {
    for (const at of forward ? exitsOf(streets, snap) : entriesOf(streets, snap)) ends.push({ point, at })
  }
  const offer = (vertex: number, candidate: number, point: number) => {
    if (candidate > costMax || (stamp[vertex] === now && cost[vertex]! <= candidate)) return
    stamp[vertex] = now
    cost[vertex] = candidate
    onward[vertex] = point
    heap.push(vertex, candidate)
  }
  for (const { point, at } of ends) {
    if (!forward) {
      if (at.sinceStart !== Infinity) offer(linkVertex[at.link]!, at.sinceStart, point)
      continue
    }
    if (at.untilEnd === Infinity) continue
    const vertex = linkVertex[at.link]!
    for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
      if (stepLink[step] === at.link) offer(stepHead[step]!, at.untilEnd + stepTurnMs[step]! * COST_PER_MS, point)
    }
  }
  const vertices: number[] = []
  const costs: number[] = []
  const pointOfVertex: number[] = []
  while (heap.size() > 0) {
    const vertex = heap.pop()
    const base = cost[vertex]!
    const point = onward[vertex]!
    vertices.push(vertex)
    costs.push(base)
    pointOfVertex.push(point)
    if (forward) {
      for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) offer(stepHead[step]!, base + stepCost[step]!, point)
    } else {
      for (let k = priorStarts[vertex]!; k < priorStarts[vertex + 1]!; k++) {
        const step = priorSteps[k]!
        offer(stepTail[step]!, base + stepCost[step]!, point)
      }
    }
  }
  return { vertices: Uint32Array.from(vertices), costs: Float64Array.from(costs), points: Uint32Array.from(pointOfVertex), ends }
}

/** One way in which a point lies on the network. */
export type ReachEnd = { readonly point: number; readonly at: LinkPoint }
export type Reach = {
  readonly vertices: Uint32Array
  readonly costs: Float64Array
  readonly points: Uint32Array
  readonly ends: readonly ReachEnd[]
}
