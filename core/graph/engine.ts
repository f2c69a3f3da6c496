/** The door: every question about travel on a town's roads, answered by whichever engine is exact at this moment. */
import { metersOf, msOf } from './cost.ts'
import type { TravelMode } from './graph-input.ts'
import type { Snap } from './grid.ts'
import { planMatrix, planRoute, type Plan } from './plan.ts'
import type { RoadGraph } from './road-graph.ts'
import { createStandings } from './standings.ts'
import { streetsOf, type Closures, type Streets } from './streets.ts'
import { arrivals, arrivalsOf, route, type ArrivalLimits, type Arrivals } from './travel.ts'
import type { Way } from './way.ts'

/** What is different now from the profile. */
export type Now = { readonly driveMs?: Uint32Array; readonly closures?: Closures }

/** Row by row: from point i to point j at `i × to.length + j`; Infinity where there is no way. */
export type Matrix = { readonly milliseconds: Float64Array; readonly meters: Float64Array }

export type Engine = {
  readonly graph: RoadGraph
  /** The streets of the moment: what live searches (`standings.ts`, `isochrone.ts`, `travel.ts`) run on. */
  readonly streets: (mode: TravelMode) => Streets
  /**
   * Put other speeds or closures in force. They count in the next question; O(pieces). Searches answer until a plan for
   * this moment is there; going back to the profile finds the plan it had.
   */
  readonly setNow: (mode: TravelMode, now: Now) => void
  /** Answer from a plan that was made for the streets of this moment. */
  readonly setPlan: (mode: TravelMode, plan: Plan) => void
  /** The plan that answers now; undefined while searches do. */
  readonly plan: (mode: TravelMode) => Plan | undefined
  readonly arrivals: (mode: TravelMode, to: Snap, from: readonly Snap[], limits?: ArrivalLimits) => Arrivals
  readonly route: (mode: TravelMode, from: Snap, to: Snap) => Way | undefined
  readonly matrix: (mode: TravelMode, from: readonly Snap[], to: readonly Snap[]) => Matrix
}

/** @param plans  what was prepared for the profile's speeds with nothing closed */
export function createEngine(graph: RoadGraph, plans: Readonly<Partial<Record<TravelMode, Plan>>> = {}): Engine {
  const present = new Map<TravelMode, { streets: Streets; plan: Plan | undefined }>()
  const presentOf = (mode: TravelMode) => {
    let found = present.get(mode)
    if (!found) present.set(mode, (found = { streets: streetsOf(graph, mode), plan: plans[mode] }))
    return found
  }
  return {
    graph,
    streets: (mode) => presentOf(mode).streets,
    setNow(mode, now) {
      const isProfile = now.driveMs === undefined && (now.closures?.size ?? 0) === 0
      present.set(mode, { streets: streetsOf(graph, mode, now), plan: isProfile ? plans[mode] : undefined })
    },
    setPlan: (mode, plan) => void (presentOf(mode).plan = plan),
    plan: (mode) => presentOf(mode).plan,
    arrivals(mode, to, from, limits = {}) {
      const { streets, plan } = presentOf(mode)
      // a search that may stop early is faster than anything prepared
      if (!plan || limits.countMax !== undefined || limits.millisecondsMax !== undefined) return arrivals(streets, to, from, limits)
      return matrixOf(planMatrix(plan, streets, from, [to]))
    },
    route(mode, from, to) {
      const { streets, plan } = presentOf(mode)
      return plan ? planRoute(plan, streets, from, to) : route(streets, from, to)
    },
    matrix(mode, from, to) {
      const { streets, plan } = presentOf(mode)
      return plan ? matrixOf(planMatrix(plan, streets, from, to)) : searchedMatrix(streets, from, to)
    },
  }
}

function matrixOf(costs: Float64Array): Matrix {
  const milliseconds = new Float64Array(costs.length)
  const meters = new Float64Array(costs.length)
  for (let k = 0; k < costs.length; k++) {
    milliseconds[k] = msOf(costs[k]!)
    meters[k] = metersOf(costs[k]!)
  }
  return { milliseconds, meters }
}

/** One search for each target. */
function searchedMatrix(streets: Streets, from: readonly Snap[], to: readonly Snap[]): Matrix {
  const milliseconds = new Float64Array(from.length * to.length)
  const meters = new Float64Array(from.length * to.length)
  const standings = createStandings(streets)
  for (const [i, snap] of from.entries()) standings.place(i, snap)
  for (const [j, place] of to.entries()) {
    const column = arrivalsOf(standings, place)
    for (let i = 0; i < from.length; i++) {
      milliseconds[i * to.length + j] = column.milliseconds[i]!
      meters[i * to.length + j] = column.meters[i]!
    }
  }
  return { milliseconds, meters }
}
