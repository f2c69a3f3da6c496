/** How far one gets: costs from or to points, as far as they reach. */
import { roomOf, type SearchRoom } from './search-room.ts'
import { COST_PER_MS } from './cost.ts'
import type { Snap } from './grid.ts'
import { entriesOf, exitsOf, type LinkPoint, type Streets } from './streets.ts'

export type Direction = 'from' | 'to'

/** One way in which a point lies on the network. */
export type ReachEnd = { readonly point: number; readonly at: LinkPoint }
export type Reach = {
  readonly vertices: Uint32Array
  readonly costs: Float64Array
  readonly points: Uint32Array
  readonly ends: readonly ReachEnd[]
}

/**
 * Cost from the nearest of some points to every vertex within reach, or from every vertex to the nearest of them.
 *
 * @param costMax    vertices beyond are left out
 * @param direction  `from` the points outward, or `to` them
 * @returns `vertices` in order of cost, their `costs`, and which point each belongs to; `ends`, the points on their links
 *
 * O(m + n log n) of what is reached. Dijkstra 1959 with several sources.
 */
export function reach(streets: Streets, points: readonly Snap[], costMax: number, direction: Direction): Reach {
  const { room, count, ends } = spread(streets, points, costMax, direction)
  const vertices = room.order.slice(0, count)
  const costs = new Float64Array(count)
  const pointOfVertex = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    costs[i] = room.cost[vertices[i]!]!
    pointOfVertex[i] = room.onward[vertices[i]!]!
  }
  return { vertices, costs, points: pointOfVertex, ends }
}

/** The same, left in the room: the first `count` of `order`, their `cost`, their point in `onward`. Valid until the next search there. */
export function spread(
  streets: Streets,
  points: readonly Snap[],
  costMax: number,
  direction: Direction,
): { readonly room: SearchRoom; readonly count: number; readonly ends: readonly ReachEnd[] } {
  const { network, stepCost } = streets
  const { stepStarts, stepHead, stepTail, stepLink, stepTurnMs, priorStarts, priorSteps, linkVertex } = network
  const room = roomOf(network)
  const { heap, cost, stamp, onward, order } = room
  const now = ++room.searches
  const forward = direction === 'from'
  const ends: ReachEnd[] = []
  for (const [point, snap] of points.entries()) {
    for (const at of forward ? exitsOf(streets, snap) : entriesOf(streets, snap)) ends.push({ point, at })
  }
  // what is closed costs Infinity, and is beyond any limit
  const most = Math.min(costMax, Number.MAX_SAFE_INTEGER)
  const offer = (vertex: number, candidate: number, point: number) => {
    if (candidate > most || (stamp[vertex] === now && cost[vertex]! <= candidate)) return
    stamp[vertex] = now
    cost[vertex] = candidate
    onward[vertex] = point
    heap.push(vertex, candidate)
  }
  for (const { point, at } of ends) {
    if (!forward) {
      offer(linkVertex[at.link]!, at.sinceStart, point)
      continue
    }
    const vertex = linkVertex[at.link]!
    for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
      if (stepLink[step] === at.link) offer(stepHead[step]!, at.untilEnd + stepTurnMs[step]! * COST_PER_MS, point)
    }
  }
  let count = 0
  while (heap.size() > 0) {
    const vertex = heap.pop()
    const base = cost[vertex]!
    const point = onward[vertex]!
    order[count++] = vertex
    if (forward) {
      for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) offer(stepHead[step]!, base + stepCost[step]!, point)
    } else {
      for (let k = priorStarts[vertex]!; k < priorStarts[vertex + 1]!; k++) {
        const step = priorSteps[k]!
        offer(stepTail[step]!, base + stepCost[step]!, point)
      }
    }
  }
  return { room, count, ends }
}
