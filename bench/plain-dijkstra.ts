/**
 * The slow, obvious way: one search per unit, forwards, until the place is reached. Peer and oracle of `core/graph/travel.ts`; shares
 * nothing with it but the graph's arrays.
 */
import type { Snap } from '#core/graph/grid.ts'
import { CLOSED, networkOf, type RoadGraph, type TravelMode } from '#core/graph/road-graph.ts'

let room = new Float64Array(0)
/** One array for all searches: a peer is not made slow by allocating. */
function costOf(states: number): Float64Array {
  if (room.length < states) room = new Float64Array(states)
  return room.fill(Infinity)
}

/** Milliseconds from one point on the road to another; Infinity where there is no way. */
export function plainDijkstra(graph: RoadGraph, mode: TravelMode, from: Snap, to: Snap): number {
  const { arcMs, stateArc, nextStarts, next, nextMs } = networkOf(graph, mode)
  const share = (arc: number, millimeters: number) => Math.round((arcMs[arc] * millimeters) / graph.edgeMillimeters[arc >>> 1])
  const along = (snap: Snap, arc: number) => (arc & 1 ? graph.edgeMillimeters[snap.edge] - snap.millimeters : snap.millimeters)

  let best = Infinity
  const cost = costOf(stateArc.length) // ms until the end of the state's arc
  const queue: [ms: number, state: number][] = []
  const relax = (state: number, ms: number) => {
    if (ms >= cost[state]) return
    cost[state] = ms
    queue.push([ms, state])
    for (let i = queue.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1
      if (queue[parent][0] <= queue[i][0]) break
      ;[queue[parent], queue[i]] = [queue[i], queue[parent]]
      i = parent
    }
  }
  const pop = () => {
    const top = queue[0]
    const last = queue.pop()!
    if (queue.length > 0) {
      queue[0] = last
      for (let i = 0; ; ) {
        let least = i
        for (const child of [2 * i + 1, 2 * i + 2]) if (child < queue.length && queue[child][0] < queue[least][0]) least = child
        if (least === i) break
        ;[queue[least], queue[i]] = [queue[i], queue[least]]
        i = least
      }
    }
    return top
  }

  for (const arc of [2 * from.edge, 2 * from.edge + 1]) {
    if (arcMs[arc] === CLOSED) continue
    relax(arc, arcMs[arc] - share(arc, along(from, arc)))
    if (from.edge === to.edge && along(from, arc) <= along(to, arc)) best = Math.min(best, share(arc, along(to, arc)) - share(arc, along(from, arc)))
  }
  while (queue.length > 0) {
    const [ms, state] = pop()
    if (ms >= best) break // nothing later is sooner
    if (ms > cost[state]) continue
    for (let k = nextStarts[state]; k < nextStarts[state + 1]; k++) {
      const onto = next[k]
      const arc = stateArc[onto]
      if (arc >>> 1 === to.edge) best = Math.min(best, ms + nextMs[k] + share(arc, along(to, arc)))
      relax(onto, ms + nextMs[k] + arcMs[arc])
    }
  }
  return best
}
