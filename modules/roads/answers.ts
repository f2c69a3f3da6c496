/** One map's answers, on the streets as they are at the moment of the question. Pure: threads run it, tests may call it. */
import { createEngine, type Engine } from '#core/graph/engine.ts'
import { nearestEdge, type Snap } from '#core/graph/grid.ts'
import { isochrones } from '#core/graph/isochrone.ts'
import type { MultiPolygon } from '#core/graph/outline.ts'
import { planFrom } from '#core/graph/plan.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import { stepsOf, type Turn } from '#core/graph/steps.ts'
import type { DrawnShape, TravelMode } from './contract.ts'
import { firstArrivals } from './first-arrivals.ts'
import { nowOf, openedUp, versionOf, type Moment, type MomentPlan } from './moment.ts'
import { placeClosure, type PlacedClosure } from './placed-closure.ts'
import { standingOn, type Standing } from './standing.ts'

type Point = { readonly lon: number; readonly lat: number }

export type RoadsTask =
  | {
      readonly do: 'arrivals'
      readonly moment: Moment
      readonly to: Point
      readonly mode: TravelMode
      /** Travellers keep their number from question to question: who has not moved is not looked up again. */
      readonly travellers: Uint32Array
      readonly lon: Float64Array
      readonly lat: Float64Array
      /** By traveller's number, those who are held back by a limit. */
      readonly metersPerSecondMax: ReadonlyMap<number, number> | undefined
      readonly countMax: number | undefined
      readonly millisecondsMax: number | undefined
      readonly openRoads: boolean
    }
  | { readonly do: 'way'; readonly moment: Moment; readonly plan: MomentPlan | undefined; readonly from: Point; readonly to: Point; readonly mode: TravelMode }
  | { readonly do: 'matrix'; readonly moment: Moment; readonly plan: MomentPlan | undefined; readonly from: readonly Point[]; readonly to: readonly Point[]; readonly mode: TravelMode }
  | { readonly do: 'isochrone'; readonly moment: Moment; readonly at: readonly Point[]; readonly seconds: readonly number[]; readonly mode: TravelMode; readonly direction: 'from' | 'to' }
  | { readonly do: 'place-closure'; readonly geometry: DrawnShape; readonly modes: readonly TravelMode[] }

export type WayFound = {
  readonly seconds: number
  readonly meters: number
  readonly geometry: [number, number][]
  readonly steps: { readonly street: number; readonly turn: Turn; readonly seconds: number; readonly meters: number; readonly lon: number; readonly lat: number }[]
  readonly engine: 'planned' | 'live'
  readonly snappedFromMeters: number
  readonly snappedToMeters: number
}
export type RoadsAnswers = {
  /** Milliseconds and metres as the roads allow, in the order of the travellers; Infinity for those who do not come, or surely not among the first. */
  arrivals: { readonly milliseconds: Float64Array; readonly meters: Float64Array }
  way: WayFound | 'off-the-roads' | 'no-way'
  matrix: { readonly milliseconds: Float64Array; readonly meters: Float64Array; readonly engine: 'planned' | 'live' }
  isochrone: { readonly areas: { readonly seconds: number; readonly area: MultiPolygon; readonly roadMeters: number }[]; readonly placed: number }
  'place-closure': PlacedClosure
}

/** An area shown goes so far from the roads: across a block, so that it reads as one. */
const AREA_METERS = 100

/** Answers of one map. Keeps, by mode, the streets of the last moment it was asked about, and who stands on them. */
export function roadsAnswers(graph: RoadGraph) {
  const engine = createEngine(graph)
  const planned = new Map<TravelMode, number>()
  /** The streets with nothing closed. */
  const openEngine = createEngine(graph)
  /** By mode, the version that each was told of last; both begin with the profile. */
  const applied = { now: new Map<TravelMode, number>(), open: new Map<TravelMode, number>() }
  const standings = { now: new Map<TravelMode, Standing>(), open: new Map<TravelMode, Standing>() }

  function atMoment(mode: TravelMode, moment: Moment): Engine {
    const version = versionOf(moment, mode)
    if ((applied.now.get(mode) ?? 0) === version) return engine
    engine.setNow(mode, nowOf(moment, mode))
    applied.now.set(mode, version)
    planned.delete(mode)
    return engine
  }
  function opened(mode: TravelMode, moment: Moment): Engine {
    const open = openedUp(moment)
    const version = versionOf(open, mode)
    if ((applied.open.get(mode) ?? 0) === version) return openEngine
    openEngine.setNow(mode, nowOf(open, mode))
    applied.open.set(mode, version)
    return openEngine
  }
  function withPlan(mode: TravelMode, moment: Moment, plan: MomentPlan | undefined): Engine {
    const ready = atMoment(mode, moment)
    const version = versionOf(moment, mode)
    if (!plan || plan.version !== version || planned.get(mode) === version) return ready
    const found = planFrom(plan.extras, mode)
    if (found) ready.setPlan(mode, found)
    planned.set(mode, version)
    return ready
  }
  const snap = (mode: TravelMode, { lon, lat }: Point) => nearestEdge(graph, mode, lon, lat)

  const perform = {
    arrivals(task: RoadsTask & { do: 'arrivals' }): RoadsAnswers['arrivals'] {
      const streets = (task.openRoads ? opened : atMoment)(task.mode, task.moment).streets(task.mode)
      const kept = standings[task.openRoads ? 'open' : 'now']
      let here = kept.get(task.mode)
      if (here?.standings.streets !== streets) kept.set(task.mode, (here = standingOn(graph, streets)))
      here.follow(task.travellers, task.lon, task.lat)
      const count = task.travellers.length
      const found = { milliseconds: new Float64Array(count).fill(Infinity), meters: new Float64Array(count).fill(Infinity) }
      const goal = snap(task.mode, task.to)
      if (!goal) return found
      const { metersPerSecondMax, countMax, millisecondsMax } = task
      const all = firstArrivals(here.standings, goal, { only: here.only(task.travellers), metersPerSecondMax, countMax, millisecondsMax })
      for (let i = 0; i < count; i++) {
        const traveller = task.travellers[i]!
        if (traveller >= all.milliseconds.length) continue
        found.milliseconds[i] = all.milliseconds[traveller]!
        found.meters[i] = all.meters[traveller]!
      }
      return found
    },
    way({ mode, moment, plan, from, to }: RoadsTask & { do: 'way' }): RoadsAnswers['way'] {
      const ready = withPlan(mode, moment, plan)
      const [start, goal] = [snap(mode, from), snap(mode, to)]
      if (!start || !goal) return 'off-the-roads'
      const way = ready.route(mode, start, goal)
      if (!way) return 'no-way'
      const geometry: [number, number][] = []
      for (let i = 0; i < way.points.length; i += 2) {
        const point: [number, number] = [way.points[i]!, way.points[i + 1]!]
        const last = geometry.at(-1)
        if (!last || last[0] !== point[0] || last[1] !== point[1]) geometry.push(point)
      }
      const rounded = (meters: number) => Math.round(meters * 10) / 10
      const steps = stepsOf(graph, way).map(({ milliseconds, meters, ...step }) => ({ ...step, seconds: milliseconds / 1000, meters: rounded(meters) }))
      return {
        seconds: way.milliseconds / 1000,
        meters: way.meters,
        geometry,
        steps,
        engine: ready.plan(mode) ? 'planned' : 'live',
        snappedFromMeters: rounded(start.meters),
        snappedToMeters: rounded(goal.meters),
      }
    },
    matrix({ mode, moment, plan, from, to }: RoadsTask & { do: 'matrix' }): RoadsAnswers['matrix'] {
      const ready = withPlan(mode, moment, plan)
      const place = (points: readonly Point[]) => points.map((point) => snap(mode, point))
      const [sources, targets] = [place(from), place(to)]
      const known = (snaps: readonly (Snap | undefined)[]) => snaps.flatMap((each, i) => (each ? [i] : []))
      const [rows, columns] = [known(sources), known(targets)]
      const cells = ready.matrix(mode, rows.map((i) => sources[i]!), columns.map((j) => targets[j]!))
      const spread = (values: Float64Array) => {
        const whole = new Float64Array(from.length * to.length).fill(Infinity)
        rows.forEach((i, row) => columns.forEach((j, column) => (whole[i * to.length + j] = values[row * columns.length + column]!)))
        return whole
      }
      return { milliseconds: spread(cells.milliseconds), meters: spread(cells.meters), engine: ready.plan(mode) ? 'planned' : 'live' }
    },
    isochrone({ mode, moment, at, seconds, direction }: RoadsTask & { do: 'isochrone' }): RoadsAnswers['isochrone'] {
      const streets = atMoment(mode, moment).streets(mode)
      const snaps = at.flatMap((point) => snap(mode, point) ?? [])
      const areas = isochrones(streets, snaps, seconds, direction, { widthMeters: AREA_METERS }).map(({ seconds, area, roadMeters }) => ({ seconds, area, roadMeters: Math.round(roadMeters) }))
      return { areas, placed: snaps.length }
    },
    'place-closure': ({ geometry, modes }: RoadsTask & { do: 'place-closure' }): RoadsAnswers['place-closure'] => placeClosure(graph, geometry, modes),
  }
  return { perform, engine }
}
