/** The door: every question about travel on a town's roads, answered by whichever engine is exact at this moment. */
import type { TravelMode } from './graph-input.ts'
import type { Snap } from './grid.ts'
import type { RoadGraph } from './road-graph.ts'
import { streetsOf, type Closures, type Streets } from './streets.ts'
import { arrivals, route, type ArrivalLimits, type Arrivals } from './travel.ts'
import type { Way } from './way.ts'

/** What is different now from the profile. */
export type Now = { readonly driveMs?: Uint32Array; readonly closures?: Closures }

/** Row by row: from point i to point j at `i × to.length + j`; Infinity where there is no way. */
export type Matrix = { readonly milliseconds: Float64Array; readonly meters: Float64Array }

export type Engine = {
  readonly graph: RoadGraph
  /** The streets of the moment: what live searches (`standings.ts`, `isochrone.ts`, `travel.ts`) run on. */
  readonly streets: (mode: TravelMode) => Streets
  /** Put other speeds or closures in force. They count in the next question; O(pieces). */
  readonly setNow: (mode: TravelMode, now: Now) => void
  readonly arrivals: (mode: TravelMode, to: Snap, from: readonly Snap[], limits?: ArrivalLimits) => Arrivals
  readonly route: (mode: TravelMode, from: Snap, to: Snap) => Way | undefined
  readonly matrix: (mode: TravelMode, from: readonly Snap[], to: readonly Snap[]) => Matrix
}

export function createEngine(graph: RoadGraph): Engine {
  const streets = new Map<TravelMode, Streets>()
  const streetsFor = (mode: TravelMode) => {
    let found = streets.get(mode)
    if (!found) streets.set(mode, (found = streetsOf(graph, mode)))
    return found
  }
  return {
    graph,
    streets: streetsFor,
    setNow: (mode, now) => void streets.set(mode, streetsOf(graph, mode, now)),
    arrivals: (mode, to, from, limits) => arrivals(streetsFor(mode), to, from, limits),
    route: (mode, from, to) => route(streetsFor(mode), from, to),
    matrix(mode, from, to) {
      const milliseconds = new Float64Array(from.length * to.length)
      const meters = new Float64Array(from.length * to.length)
      for (const [j, place] of to.entries()) {
        const column = arrivals(streetsFor(mode), place, from)
        for (let i = 0; i < from.length; i++) {
          milliseconds[i * to.length + j] = column.milliseconds[i]!
          meters[i * to.length + j] = column.meters[i]!
        }
      }
      return { milliseconds, meters }
    },
  }
}

