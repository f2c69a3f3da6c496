/** Which roads can be reached in time, to the millimetre: what an isochrone is made of. */
import { COST_PER_MS, msOf } from './cost.ts'
import type { Snap } from './grid.ts'
import { GrowingList } from './grow.ts'
import { reach, type Reach } from './reach.ts'
import { linkCountOf, type RoadGraph } from './road-graph.ts'
import type { LinkPoint, Streets } from './streets.ts'

/** Stretches of arcs, each in the direction of travel. One arc may have several: it was come to from a turn, and stood upon. */
export type ReachedArcs = {
  readonly arc: Uint32Array
  /** Millimetres along the arc. */
  readonly fromMm: Uint32Array
  readonly toMm: Uint32Array
  /** Milliseconds of travel at the nearer end: where it is come to, or, towards the points, where it is left. */
  readonly nearMs: Uint32Array
  /** Which point it is reached from, or which can be reached from it. */
  readonly point: Uint32Array
}

export type Direction = 'from' | 'to'

/**
 * All that can be reached from the nearest of some points within a time, or from where one of them can be reached.
 *
 * @param millisecondsMax  ascending; one search serves all
 * @returns for each limit
 *
 * O(m + n log n) of what is reached within the longest.
 */
export function reachedArcs(streets: Streets, points: readonly Snap[], millisecondsMax: readonly number[], direction: Direction): ReachedArcs[] {
  const longest = millisecondsMax.at(-1) ?? 0
  const found = reach(streets, points, (longest + 1) * COST_PER_MS - 1, direction)
  return millisecondsMax.map((limit) => (direction === 'from' ? reachedFrom(streets, found, limit) : reachedTo(streets, found, limit)))
}

function collector() {
  const [arc, fromMm, toMm, nearMs, point] = Array.from({ length: 5 }, () => new GrowingList()) as [GrowingList, GrowingList, GrowingList, GrowingList, GrowingList]
  return {
    add(onArc: number, from: number, to: number, ms: number, of: number): void {
      if (to < from) return
      arc.push(onArc)
      fromMm.push(from)
      toMm.push(to)
      nearMs.push(ms)
      point.push(of)
    },
    finished: (): ReachedArcs => ({ arc: arc.finished(), fromMm: fromMm.finished(), toMm: toMm.finished(), nearMs: nearMs.finished(), point: point.finished() }),
  }
}
type Collector = ReturnType<typeof collector>

function reachedFrom(streets: Streets, { vertices, costs, points, ends }: Reach, limit: number): ReachedArcs {
  const { stepStarts, stepLink } = streets.network
  const into = collector()
  for (let i = 0; i < vertices.length; i++) {
    const ms = msOf(costs[i]!)
    if (ms > limit) break
    let before = -1
    for (let step = stepStarts[vertices[i]!]!; step < stepStarts[vertices[i]! + 1]!; step++) {
      if (stepLink[step] !== before) forward(streets, stepLink[step]!, undefined, ms, limit, points[i]!, into)
      before = stepLink[step]!
    }
    if (stepStarts[vertices[i]!] === stepStarts[vertices[i]! + 1]) forward(streets, deadEndOf(streets, vertices[i]!), undefined, ms, limit, points[i]!, into)
  }
  for (const { point, at } of ends) forward(streets, at.link, at, 0, limit, point, into)
  return into.finished()
}

/** A link that leads nowhere on has no step; where vertices are links it is its vertex. Where they are nodes, nothing begins there. */
const deadEndOf = ({ network }: Streets, vertex: number) => (vertex < linkCountOf(network) && network.linkVertex[vertex] === vertex ? vertex : -1)

/** Along a link from its beginning, or from a point on it. */
function forward(streets: Streets, link: number, at: LinkPoint | undefined, ms: number, limit: number, point: number, into: Collector): void {
  if (link < 0) return
  const { graph, network, driveMs } = streets
  let now = ms
  const first = at?.piece ?? network.linkStarts[link]!
  for (let piece = first; piece < network.linkStarts[link + 1]! && now <= limit; piece++) {
    const arc = network.pieceArc[piece]!
    const start = piece === first && at ? at.along : 0
    if (piece !== first) now += network.pieceTurnMs[piece]!
    if (now > limit) break
    const whole = graph.edgeMillimeters[arc >>> 1]!
    const startMs = Math.round((driveMs[arc]! * start) / whole)
    const barred = barrierAhead(streets, arc, start)
    const end = Math.min(barred, farthest(driveMs[arc]!, whole, start, limit - now))
    into.add(arc, start, end, now, point)
    if (end < whole || barred <= whole) break
    now += driveMs[arc]! - startMs
  }
}

/** Where a search ends that goes along an arc from a place on it: at the far end of the first closed stretch, one past the arc's end where there is none. */
function barrierAhead({ graph, closures }: Streets, arc: number, from: number): number {
  const whole = graph.edgeMillimeters[arc >>> 1]!
  let nearest = whole + 1
  // who must go inside may enter: the stretch itself is reached, what lies behind it is not
  for (const [a, b] of closures.get(arc >>> 1) ?? []) {
    const [begin, end] = arc & 1 ? [whole - b, whole - a] : [a, b]
    if (from <= begin) nearest = Math.min(nearest, Math.max(begin, end - 1))
  }
  return nearest
}

/** The farthest millimetre that is reached within `left` ms from `start`. */
function farthest(driveMs: number, whole: number, start: number, left: number): number {
  const at = (mm: number) => Math.round((driveMs * mm) / whole) - Math.round((driveMs * start) / whole)
  if (at(whole) <= left) return whole
  let mm = Math.min(whole, Math.max(start, Math.floor((left + Math.round((driveMs * start) / whole) + 0.5) * (whole / driveMs))))
  while (mm < whole && at(mm + 1) <= left) mm++
  while (mm > start && at(mm) > left) mm--
  return mm
}

function reachedTo(streets: Streets, { vertices, costs, points, ends }: Reach, limit: number): ReachedArcs {
  const { network } = streets
  const { priorStarts, priorSteps, stepLink, stepTurnMs } = network
  const into = collector()
  // a link is left by its best step
  const endMs = new Map<number, number>()
  const endPoint = new Map<number, number>()
  for (let i = 0; i < vertices.length; i++) {
    const ms = msOf(costs[i]!)
    if (ms > limit) break
    for (let k = priorStarts[vertices[i]!]!; k < priorStarts[vertices[i]! + 1]!; k++) {
      const step = priorSteps[k]!
      const total = ms + stepTurnMs[step]!
      if (total > limit || total >= (endMs.get(stepLink[step]!) ?? Infinity)) continue
      endMs.set(stepLink[step]!, total)
      endPoint.set(stepLink[step]!, points[i]!)
    }
  }
  for (const [link, ms] of endMs) backward(streets, link, undefined, ms, limit, endPoint.get(link)!, into)
  for (const { point, at } of ends) backward(streets, at.link, at, 0, limit, point, into)
  return into.finished()
}

/** Along a link against its direction, from its end or from a point on it. */
function backward(streets: Streets, link: number, at: LinkPoint | undefined, ms: number, limit: number, point: number, into: Collector): void {
  const { graph, network, driveMs } = streets
  let now = ms
  const last = at?.piece ?? network.linkStarts[link + 1]! - 1
  for (let piece = last; piece >= network.linkStarts[link]! && now <= limit; piece--) {
    const arc = network.pieceArc[piece]!
    const whole = graph.edgeMillimeters[arc >>> 1]!
    const end = piece === last && at ? at.along : whole
    const barred = barrierBehind(streets, arc, end)
    const start = Math.max(barred, nearest(driveMs[arc]!, whole, end, limit - now))
    into.add(arc, start, end, now, point)
    if (start > 0 || barred >= 0) break
    now += Math.round((driveMs[arc]! * end) / whole) + network.pieceTurnMs[piece]!
  }
}

function barrierBehind({ graph, closures }: Streets, arc: number, until: number): number {
  const whole = graph.edgeMillimeters[arc >>> 1]!
  let nearest = -1
  for (const [a, b] of closures.get(arc >>> 1) ?? []) {
    const [begin, end] = arc & 1 ? [whole - b, whole - a] : [a, b]
    if (end <= until) nearest = Math.max(nearest, Math.min(end, begin + 1))
  }
  return nearest
}

/** The first millimetre from which `end` is reached within `left` ms. */
function nearest(driveMs: number, whole: number, end: number, left: number): number {
  const at = (mm: number) => Math.round((driveMs * end) / whole) - Math.round((driveMs * mm) / whole)
  if (at(0) <= left) return 0
  let mm = Math.min(end, Math.max(0, Math.ceil((Math.round((driveMs * end) / whole) - left - 0.5) * (whole / driveMs))))
  while (mm > 0 && at(mm - 1) <= left) mm--
  while (mm < end && at(mm) > left) mm++
  return mm
}

/** Metres of road in a set of stretches, each piece of road once, whichever way it is travelled. O(stretches). */
export function roadMeters(graph: RoadGraph, { arc, fromMm, toMm }: ReachedArcs): number {
  if (firstOf.length < graph.edgeCount) firstOf = new Int32Array(graph.edgeCount)
  const next = new Int32Array(arc.length)
  for (let i = 0; i < arc.length; i++) {
    next[i] = firstOf[arc[i]! >>> 1]! - 1
    firstOf[arc[i]! >>> 1] = i + 1
  }
  let total = 0
  for (let i = 0; i < arc.length; i++) {
    const edge = arc[i]! >>> 1
    const first = firstOf[edge]! - 1
    if (first < 0) continue // counted
    firstOf[edge] = 0
    const whole = graph.edgeMillimeters[edge]!
    const stretches: [begin: number, end: number][] = []
    for (let k = first; k >= 0; k = next[k]!) stretches.push(arc[k]! & 1 ? [whole - toMm[k]!, whole - fromMm[k]!] : [fromMm[k]!, toMm[k]!])
    if (stretches.length > 1) stretches.sort((a, b) => a[0] - b[0])
    let done = 0
    for (const [begin, end] of stretches) {
      total += Math.max(0, end - Math.max(done, begin))
      done = Math.max(done, end)
    }
  }
  return total / 1000
}
/** [edges] the last stretch on each, plus 1; all 0 between calls. */
let firstOf = new Int32Array(0)
