/** What the roads' threads do: travel on memory that all of them share, on the streets as they are at the moment of the question. */
import { workerData } from 'node:worker_threads'
import { closuresOf } from '#core/graph/closing.ts'
import { createEngine, type Engine } from '#core/graph/engine.ts'
import { readGraph, type Extras } from '#core/graph/graph-file.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import { nearestEdge, pointOnEdge, shapeMillimeters, type Snap } from '#core/graph/grid.ts'
import { isochrones } from '#core/graph/isochrone.ts'
import type { MultiPolygon } from '#core/graph/outline.ts'
import { planFrom } from '#core/graph/plan.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import { createStandings, type Standings } from '#core/graph/standings.ts'
import { stepsOf, type Turn } from '#core/graph/steps.ts'
import type { Closures, Stretch, Streets } from '#core/graph/streets.ts'
import { arrivals, arrivalsOf } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { boundsOf } from '#core/graph/road-graph.ts'
import type { DrawnShape, TravelMode } from './contract.ts'

type Point = { readonly lon: number; readonly lat: number }

/** The moment that a question is about. Small, so that it goes along with every question: the next one is about the next moment. */
export type Moment = {
  /** Grows with every change; 0 is the profile with nothing closed. */
  readonly version: number
  /** By mode: edge, from, to, edge, from, to … */
  readonly closed: Readonly<Partial<Record<TravelMode, Int32Array>>>
}
/** A plan that was made for a moment. */
export type MomentPlan = { readonly version: number; readonly extras: Extras }

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
      readonly countMax: number | undefined
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
}
export type PlacedClosure = {
  /** edge, from, to, edge, from, to … */
  readonly stretches: Int32Array
  readonly lines: [number, number][][]
  /** Numbers of the streets concerned. */
  readonly streets: readonly number[]
}
export type RoadsAnswers = {
  /** Milliseconds and metres in the order of the travellers; Infinity for those who do not come, or not among the first. */
  arrivals: { readonly milliseconds: Float64Array; readonly meters: Float64Array }
  way: WayFound | 'off-the-roads' | 'no-way'
  matrix: { readonly milliseconds: Float64Array; readonly meters: Float64Array; readonly engine: 'planned' | 'live' }
  isochrone: { readonly areas: { readonly seconds: number; readonly area: MultiPolygon; readonly roadMeters: number }[]; readonly placed: number }
  'place-closure': PlacedClosure
}
export type RoadsData = { readonly graph: Uint8Array; readonly warm: boolean }

/** An area shown goes so far from the roads: across a block, so that it reads as one. */
const AREA_METERS = 100
/** A cut is drawn as so much of the road. */
const CUT_MM = 6_000

/** One town's answers. The service has it in threads; tests may call it here. */
export function roadsAnswers(graph: RoadGraph) {
  const engine = createEngine(graph)
  const applied = new Map<TravelMode, number>()
  const planned = new Map<TravelMode, number>()
  const standing = new Map<TravelMode, Standing>()
  const openStanding = new Map<TravelMode, Standing>()
  const openEngine = createEngine(graph)

  function atMoment(mode: TravelMode, { version, closed }: Moment): Engine {
    if (applied.get(mode) === version) return engine
    engine.setNow(mode, { closures: closuresFrom(closed[mode]) })
    applied.set(mode, version)
    planned.delete(mode)
    return engine
  }
  function withPlan(mode: TravelMode, moment: Moment, plan: MomentPlan | undefined): Engine {
    const ready = atMoment(mode, moment)
    if (!plan || plan.version !== moment.version || planned.get(mode) === moment.version) return ready
    const found = planFrom(plan.extras, mode)
    if (found) ready.setPlan(mode, found)
    planned.set(mode, moment.version)
    return ready
  }
  const snap = (mode: TravelMode, { lon, lat }: Point) => nearestEdge(graph, mode, lon, lat)

  const perform = {
    arrivals(task: RoadsTask & { do: 'arrivals' }): RoadsAnswers['arrivals'] {
      const streets = task.openRoads ? openEngine.streets(task.mode) : atMoment(task.mode, task.moment).streets(task.mode)
      const here = standingOn(task.openRoads ? openStanding : standing, streets)
      here.follow(graph, task.travellers, task.lon, task.lat)
      const count = task.travellers.length
      const found = { milliseconds: new Float64Array(count).fill(Infinity), meters: new Float64Array(count).fill(Infinity) }
      const goal = snap(task.mode, task.to)
      if (!goal) return found
      const all = arrivalsOf(here.standings, goal, { only: here.only(task.travellers), ...(task.countMax === undefined ? {} : { countMax: task.countMax }) })
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
      const steps = stepsOf(graph, way).map(({ milliseconds, meters, ...step }) => ({ ...step, seconds: milliseconds / 1000, meters: Math.round(meters * 10) / 10 }))
      return { seconds: way.milliseconds / 1000, meters: way.meters, geometry, steps, engine: ready.plan(mode) ? 'planned' : 'live' }
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
    'place-closure'({ geometry, modes }: RoadsTask & { do: 'place-closure' }): PlacedClosure {
      const closures = closuresOf(graph, geometry, modes)
      const stretches: number[] = []
      const lines: [number, number][][] = []
      const streets = new Set<number>()
      for (const [edge, parts] of closures) {
        if (graph.edgeStreet[edge]! >= 0) streets.add(graph.edgeStreet[edge]!)
        for (const [from, to] of parts) {
          stretches.push(edge, from, to)
          lines.push(lineOf(graph, edge, from, to))
        }
      }
      return { stretches: Int32Array.from(stretches), lines, streets: [...streets] }
    },
  }
  return { perform, engine }
}

/** Travellers of one mode as they stand on the streets of one moment. */
type Standing = {
  readonly standings: Standings
  readonly follow: (graph: RoadGraph, travellers: Uint32Array, lon: Float64Array, lat: Float64Array) => void
  readonly only: (travellers: Uint32Array) => Uint8Array
}
function standingOn(kept: Map<TravelMode, Standing>, streets: Streets): Standing {
  const known = kept.get(streets.mode)
  if (known && known.standings.streets === streets) return known
  const standings = createStandings(streets)
  let [lons, lats] = [new Float64Array(64).fill(NaN), new Float64Array(64).fill(NaN)]
  const made: Standing = {
    standings,
    follow(graph, travellers, lon, lat) {
      for (let i = 0; i < travellers.length; i++) {
        const traveller = travellers[i]!
        if (traveller >= lons.length) {
          const grown = (old: Float64Array) => {
            const larger = new Float64Array(2 * traveller + 64).fill(NaN)
            larger.set(old)
            return larger
          }
          lons = grown(lons)
          lats = grown(lats)
        }
        if (lons[traveller] === lon[i] && lats[traveller] === lat[i]) continue
        lons[traveller] = lon[i]!
        lats[traveller] = lat[i]!
        const at = nearestEdge(graph, streets.mode, lon[i]!, lat[i]!)
        if (at) standings.place(traveller, at)
        else standings.remove(traveller)
      }
    },
    only(travellers) {
      const meant = new Uint8Array(standings.capacity())
      for (const traveller of travellers) if (traveller < meant.length) meant[traveller] = 1
      return meant
    },
  }
  kept.set(streets.mode, made)
  return made
}

export function closuresFrom(flat: Int32Array | undefined): Closures {
  const closures = new Map<number, Stretch[]>()
  for (let i = 0; flat && i < flat.length; i += 3) {
    const stretch: Stretch = [flat[i + 1]!, flat[i + 2]!]
    const here = closures.get(flat[i]!)
    if (here) here.push(stretch)
    else closures.set(flat[i]!, [stretch])
  }
  return closures
}

/** A stretch of an edge as it is drawn. */
function lineOf(graph: RoadGraph, edge: number, from: number, to: number): [number, number][] {
  const whole = graph.edgeMillimeters[edge]!
  const [a, b] = to - from < CUT_MM ? [Math.max(0, from - CUT_MM / 2), Math.min(whole, to + CUT_MM / 2)] : [from, to]
  const marks = shapeMillimeters(graph, edge)
  const point = (mm: number): [number, number] => (({ lon, lat }) => [lon, lat] as [number, number])(pointOnEdge(graph, edge, mm))
  const between: [number, number][] = []
  for (let k = 0; k < marks.length; k++) {
    const p = 2 * (graph.shapeStarts[edge]! + k)
    if (marks[k]! > a && marks[k]! < b) between.push([graph.shape[p]! / 1e7, graph.shape[p + 1]! / 1e7])
  }
  return [point(a), ...between, point(b)]
}

/** Run some searches, so that the first real one finds the machine code ready. */
function warmUp({ engine }: ReturnType<typeof roadsAnswers>): void {
  const [west, south, east, north] = boundsOf(engine.graph)
  const random = seeded(1)
  const point = (mode: TravelMode) => nearestEdge(engine.graph, mode, west + random() * (east - west), south + random() * (north - south))
  for (let i = 0; i < 12; i++) {
    for (const mode of travelModes) {
      const places = Array.from({ length: 20 }, () => point(mode)).filter((each) => each !== undefined)
      if (places[0]) arrivals(engine.streets(mode), places[0], places)
    }
  }
}

let answers: ReturnType<typeof roadsAnswers> | undefined
function loaded() {
  if (!answers) {
    const data = workerData as RoadsData
    answers = roadsAnswers(readGraph(data.graph, { trust: true }))
    if (data.warm) warmUp(answers)
  }
  return answers
}
if ((workerData as Partial<RoadsData> | null)?.graph) loaded()

/** The pool's way in. */
export default function perform(task: RoadsTask): RoadsAnswers[RoadsTask['do']] {
  const { perform } = loaded()
  switch (task.do) {
    case 'arrivals':
      return perform.arrivals(task)
    case 'way':
      return perform.way(task)
    case 'matrix':
      return perform.matrix(task)
    case 'isochrone':
      return perform.isochrone(task)
    case 'place-closure':
      return perform['place-closure'](task)
  }
}
