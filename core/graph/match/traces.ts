/** Invented drives with their truth, for tests and benches: a drive that knows no router of ours, and a receiver that errs. */
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import { seeded } from '../../random.ts'
import { pointOnEdge } from '../grid.ts'
import type { TravelMode } from '../graph-input.ts'
import { NONE, type RoadGraph } from '../road-graph.ts'
import { roadsFor, runErrands, wander, type Roads } from './drives.ts'
import type { Fix } from './model.ts'
import type { Matched } from './passages.ts'

export type Trace = {
  readonly fixes: readonly Fix[]
  /** The arcs driven, in order. */
  readonly arcs: readonly number[]
  /** [arcs] when each was entered, ms. */
  readonly enterMs: readonly number[]
}

export type TraceWishes = {
  readonly mode?: TravelMode
  readonly meters: number
  /** Standard deviation of the error, metres; it wanders, as a receiver's does. */
  readonly noiseMeters: number
  readonly everySeconds: number
  /** Stand still once for so long. */
  readonly parkedSeconds?: number
  /** No fixes once for so long while driving. */
  readonly silentSeconds?: number
  /** This share of the fixes is thrown far off. */
  readonly wildShare?: number
  /** Drive to places, each by the way thought quickest, instead of turning at random. */
  readonly errands?: boolean
}

/** How long an error lasts, seconds. */
const ERROR_SECONDS = 15

/** One wild fix is so far off at most, metres. */
const WILD_METERS = 300

/**
 * Seeded drives on a graph, at random turns or on errands. O(length), with errands O(links) each.
 *
 * @throws Error when no road of the mode is open
 */
export function tracesOn(graph: RoadGraph, seed: number, count: number, wishes: TraceWishes): Trace[] {
  const random = seeded(seed)
  const roads = roadsFor(graph, wishes.mode ?? 'car')
  return Array.from({ length: count }, () => trace(roads, random, wishes))
}

function trace(roads: Roads, random: () => number, wishes: TraceWishes): Trace {
  const { meters, noiseMeters, everySeconds, parkedSeconds = 0, silentSeconds = 0, wildShare = 0 } = wishes
  const { graph } = roads
  const { arcMs } = graph.networks[roads.mode]
  const walk = (wishes.errands ? runErrands : wander)(roads, random, meters)

  const fixes: Fix[] = []
  const enterMs: number[] = []
  const keeps = Math.exp(-everySeconds / ERROR_SECONDS)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let [east, north] = [noiseMeters * normal(), noiseMeters * normal()]
  let [ms, next] = [0, 0]
  const parkedAt = parkedSeconds > 0 ? Math.floor(walk.length * (0.3 + 0.4 * random())) : -1
  const silentAt = silentSeconds > 0 ? Math.floor(walk.length * (0.3 + 0.4 * random())) : -1
  let silentUntil = -1
  const fixAt = (arc: number, alongMm: number) => {
    const whole = graph.edgeMillimeters[arc >>> 1]!
    const { lon, lat } = pointOnEdge(graph, arc >>> 1, arc & 1 ? whole - alongMm : alongMm)
    east = keeps * east + Math.sqrt(1 - keeps * keeps) * noiseMeters * normal()
    north = keeps * north + Math.sqrt(1 - keeps * keeps) * noiseMeters * normal()
    const wild = () => 2 * WILD_METERS * (random() - 0.5)
    const [x, y] = wildShare > 0 && random() < wildShare ? [wild(), wild()] : [east, north]
    if (next >= silentUntil) {
      fixes.push({ ms: next, lon: lon + x / (METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)), lat: lat + y / METERS_PER_DEGREE })
    }
    next += 1000 * everySeconds
  }
  for (const [i, arc] of walk.entries()) {
    enterMs.push(ms)
    if (i === silentAt) silentUntil = ms + 1000 * silentSeconds
    const whole = graph.edgeMillimeters[arc >>> 1]!
    // between 60 % and the whole of the speed that the network knows, never above 25 m/s
    const duration = Math.max(whole / 25, (arcMs[arc]! === NONE ? whole / 10 : arcMs[arc]!) * (1 + 0.6 * random()))
    for (; next < ms + duration; ) fixAt(arc, (whole * (next - ms)) / duration)
    ms += duration
    if (i === parkedAt) {
      const until = ms + 1000 * parkedSeconds
      for (; next < until; ) fixAt(arc, whole)
      ms = until
    }
  }
  return { fixes, arcs: walk, enterMs }
}

/** How much of what was driven was matched, and how much was matched that was not driven, in metres; arcs as often as driven. */
export function compared(graph: RoadGraph, truth: readonly number[], matched: readonly number[]) {
  const left = new Map<number, number>()
  let drivenMeters = 0
  for (const arc of truth) {
    left.set(arc, (left.get(arc) ?? 0) + 1)
    drivenMeters += graph.edgeMillimeters[arc >>> 1]! / 1000
  }
  let [foundMeters, extraMeters] = [0, 0]
  for (const arc of matched) {
    const meters = graph.edgeMillimeters[arc >>> 1]! / 1000
    const count = left.get(arc) ?? 0
    if (count > 0) {
      left.set(arc, count - 1)
      foundMeters += meters
    } else extraMeters += meters
  }
  return { drivenMeters, foundMeters, extraMeters }
}

/** As `compared`, but passages count by the metres driven of their arcs: of a long road touched at its end, only that. */
export function comparedMeters(graph: RoadGraph, truth: readonly number[], matched: readonly Matched[]) {
  const driven = new Map<number, number>()
  const found = new Map<number, number>()
  const add = (to: Map<number, number>, arc: number, meters: number) => to.set(arc, (to.get(arc) ?? 0) + meters)
  for (const arc of truth) add(driven, arc, graph.edgeMillimeters[arc >>> 1]! / 1000)
  for (const each of matched) if (each.kind === 'passage') add(found, each.arc, (each.toMm - each.fromMm) / 1000)
  let [drivenMeters, foundMeters, extraMeters] = [0, 0, 0]
  for (const meters of driven.values()) drivenMeters += meters
  for (const [arc, meters] of found) {
    const right = Math.min(meters, driven.get(arc) ?? 0)
    foundMeters += right
    extraMeters += meters - right
  }
  return { drivenMeters, foundMeters, extraMeters }
}
