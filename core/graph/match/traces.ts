/** Invented drives with their truth, for tests and benches: a walk that knows no router, and a receiver that errs. */
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import { seeded } from '../../random.ts'
import { pointOnEdge } from '../grid.ts'
import type { TravelMode } from '../graph-input.ts'
import { NONE, type RoadGraph } from '../road-graph.ts'
import type { Fix } from './matcher.ts'

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
}

/** How long an error lasts, seconds. */
const ERROR_SECONDS = 15

/**
 * Seeded drives on a graph. Every turn the network allows is as likely; nobody turns back but in a dead end. O(length).
 *
 * @throws Error when no road of the mode is open
 */
export function tracesOn(graph: RoadGraph, seed: number, count: number, wishes: TraceWishes): Trace[] {
  const random = seeded(seed)
  return Array.from({ length: count }, () => trace(graph, random, wishes))
}

function trace(graph: RoadGraph, random: () => number, wishes: TraceWishes): Trace {
  const { mode = 'car', meters, noiseMeters, everySeconds, parkedSeconds = 0, silentSeconds = 0 } = wishes
  const network = graph.networks[mode]
  const { pieceArc, pieceLink, linkStarts, linkVertex, stepStarts, stepHead, stepLink, arcMs, usable } = network
  const pieces = [...pieceArc.keys()].filter((piece) => usable[pieceArc[piece]! >>> 1] === 1)
  if (pieces.length === 0) throw new Error(`Found no road open to ${mode}`)
  const linksAt = (vertex: number) => [...linkVertex.keys()].filter((link) => linkVertex[link] === vertex)

  const walk: number[] = []
  let piece = pieces[Math.floor(random() * pieces.length)]!
  for (let gone = 0; gone < meters; ) {
    walk.push(pieceArc[piece]!)
    gone += graph.edgeMillimeters[pieceArc[piece]! >>> 1]! / 1000
    const link = pieceLink[piece]!
    if (piece + 1 < linkStarts[link + 1]!) {
      piece++
      continue
    }
    const onward: number[] = []
    for (let step = stepStarts[linkVertex[link]!]!; step < stepStarts[linkVertex[link]! + 1]!; step++) {
      if (stepLink[step] === link) onward.push(...linksAt(stepHead[step]!))
    }
    const straight = onward.filter((next) => pieceArc[linkStarts[next]!] !== (pieceArc[piece]! ^ 1))
    const choice = straight.length > 0 ? straight : onward
    if (choice.length === 0) break
    piece = linkStarts[choice[Math.floor(random() * choice.length)]!]!
  }

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
    if (next >= silentUntil) {
      fixes.push({ ms: next, lon: lon + east / (METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)), lat: lat + north / METERS_PER_DEGREE })
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
