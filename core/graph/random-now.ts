/** Invented moments for tests and checks: points on the roads, closures, speeds. Seeded: same random, same moment. */
import type { TravelMode } from './graph-input.ts'
import { nearestEdge, pointOnEdge, type Snap } from './grid.ts'
import { boundsOf, CLOSED, type RoadGraph } from './road-graph.ts'
import type { Closures, Stretch } from './streets.ts'

/** Random points on the roads, some of them on one and the same edge. */
export function somewhere(graph: RoadGraph, mode: TravelMode, random: () => number): () => Snap {
  const [west, south, east, north] = boundsOf(graph)
  let last: Snap | undefined
  return () => {
    if (last && random() < 0.08) {
      return pointOnEdge(graph, last.edge, random() * graph.edgeMillimeters[last.edge]!)
    }
    for (;;) {
      const snap = nearestEdge(graph, mode, west + random() * (east - west), south + random() * (north - south))
      if (snap) return (last = snap)
    }
  }
}

/** Some roads closed as a whole, some cut across, some closed for a stretch. */
export function someClosures(graph: RoadGraph, random: () => number): Closures {
  const closures = new Map<number, Stretch[]>()
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const whole = graph.edgeMillimeters[edge]!
    const kind = random()
    const at = Math.round(random() * whole)
    if (kind < 0.03) closures.set(edge, [[0, whole]])
    else if (kind < 0.07) closures.set(edge, [[at, at]])
    else if (kind < 0.1) closures.set(edge, [[Math.min(at, whole >> 1), Math.max(at, whole >> 1)], [at >> 2, at >> 2]])
  }
  return closures
}
/** Every road as fast as somebody else had it. */
export const otherSpeeds = (arcMs: Uint32Array, random: () => number) => arcMs.map((ms) => (ms === CLOSED ? CLOSED : Math.max(1, Math.round(ms * (0.4 + 2 * random())))))
