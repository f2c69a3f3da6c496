/** A way that was found, with its time at every point: to be drawn, read out or driven. */
import { bearingDegrees, distanceMeters } from '../geo/distance.ts'
import { invariant } from '../invariant.ts'
import { COST_PER_MS, metersOf, msOf } from './cost.ts'
import { shapeMillimeters, type Snap } from './grid.ts'
import { alongArc, partCost, type LinkPoint, type Streets } from './streets.ts'

export type Way = {
  readonly milliseconds: number
  readonly meters: number
  /** In the order travelled; the first and last are travelled in part. */
  readonly arcs: Uint32Array
  /** [arcs] milliseconds after the start at which each arc begins, the turn into it done. */
  readonly arcStartMs: Float64Array
  /** [2 × points] lon, lat, degrees. */
  readonly points: Float64Array
  /** [points] milliseconds from the start; equal neighbours in place and not in time are waiting (a turn, a signal). */
  readonly pointMs: Float64Array
}

/**
 * A part of a way: the rest of the link one stands on (`point`) and then a step; the whole link of a step; or a link up to
 * where one wants to be (`until`). `point` and `until` together: straight ahead on one link.
 */
export type Leg =
  | { readonly point: LinkPoint; readonly step: number }
  | { readonly step: number }
  | { readonly until: LinkPoint }
  | { readonly point: LinkPoint; readonly until: LinkPoint }

/** Draw a way from its legs. O(points). */
export function wayOf(streets: Streets, from: Snap, to: Snap, cost: number, legs: readonly Leg[]): Way {
  const { network } = streets
  const arcs: number[] = []
  const turnMs: number[] = []
  let turn = 0 // into the next piece, while that begins a link
  for (const leg of legs) {
    const [point, until] = ['point' in leg ? leg.point : undefined, 'until' in leg ? leg.until : undefined]
    const link = point?.link ?? until?.link ?? network.stepLink[(leg as { step: number }).step]!
    const first = point?.piece ?? network.linkStarts[link]!
    const last = until?.piece ?? network.linkStarts[link + 1]! - 1
    for (let piece = first; piece <= last; piece++) {
      arcs.push(network.pieceArc[piece]!)
      turnMs.push(piece === first ? turn : network.pieceTurnMs[piece]!)
    }
    turn = 'step' in leg ? network.stepTurnMs[leg.step]! : 0
  }
  // Where turning is free, one who stands at the very end of a road, or wants to get there, may be found to turn on the spot.
  const turnsBack = (i: number) => arcs.length > 1 && arcs[i] === (arcs[i - 1]! ^ 1) && turnMs[i] === 0
  if (turnsBack(1) && alongArc(streets.graph, from, arcs[1]!) === 0) {
    arcs.shift()
    turnMs.shift()
  }
  if (turnsBack(arcs.length - 1) && alongArc(streets.graph, to, arcs.at(-1)!) === 0) arcs.pop()
  return drawn(streets, from, to, cost, arcs, turnMs)
}

function drawn(streets: Streets, from: Snap, to: Snap, cost: number, arcs: readonly number[], turnMs: readonly number[]): Way {
  const { graph, driveMs } = streets
  const milliseconds = msOf(cost)
  const points: number[] = []
  const pointMs: number[] = []
  const arcStartMs: number[] = []
  const put = (lon: number, lat: number, ms: number) => {
    const n = pointMs.length
    if (n > 0 && points[2 * n - 2] === lon && points[2 * n - 1] === lat && pointMs[n - 1] === ms) return
    points.push(lon, lat)
    pointMs.push(ms)
  }
  let clock = 0
  for (const [i, arc] of arcs.entries()) {
    const edge = arc >>> 1
    const whole = graph.edgeMillimeters[edge]!
    const ms = driveMs[arc]!
    const start = i === 0 ? alongArc(graph, from, arc) : 0
    const end = i === arcs.length - 1 ? alongArc(graph, to, arc) : whole
    const startMs = msOf(partCost(streets, arc, start))
    clock += turnMs[i]!
    arcStartMs.push(clock)
    const first = graph.shapeStarts[edge]!
    const count = graph.shapeStarts[edge + 1]! - first
    const marks = shapeMillimeters(graph, edge)
    if (i === 0) put(from.lon, from.lat, 0)
    for (let k = 0; k < count; k++) {
      const index = arc & 1 ? count - 1 - k : k
      const along = arc & 1 ? whole - marks[index]! : marks[index]!
      if (along < start || along > end) continue
      const p = 2 * (first + index)
      put(graph.shape[p]! / 1e7, graph.shape[p + 1]! / 1e7, clock + Math.max(0, (ms * along) / whole - startMs))
    }
    clock += msOf(partCost(streets, arc, end)) - startMs
  }
  invariant(clock === milliseconds, `a way drawn takes ${clock} ms, the search said ${milliseconds} (${cost / COST_PER_MS})`)
  put(to.lon, to.lat, milliseconds)
  // the place's own time is the rounded one; no point may be later
  for (let k = 0; k < pointMs.length; k++) pointMs[k] = Math.min(pointMs[k]!, milliseconds)
  return {
    milliseconds,
    meters: metersOf(cost),
    arcs: Uint32Array.from(arcs),
    arcStartMs: Float64Array.from(arcStartMs),
    points: Float64Array.from(points),
    pointMs: Float64Array.from(pointMs),
  }
}
/** Where somebody is who has travelled a way for some time, which way they face and how fast they go. */
export function positionOn(way: Way, milliseconds: number) {
  const { points, pointMs } = way
  const last = pointMs.length - 1
  const ms = Math.min(Math.max(0, milliseconds), way.milliseconds)
  let low = 0
  let high = last
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (pointMs[middle]! <= ms) low = middle
    else high = middle - 1
  }
  const a = low
  const b = Math.min(low + 1, last)
  const span = pointMs[b]! - pointMs[a]!
  const share = span > 0 ? (ms - pointMs[a]!) / span : 0
  const lon = points[2 * a]! + (points[2 * b]! - points[2 * a]!) * share
  const lat = points[2 * a + 1]! + (points[2 * b + 1]! - points[2 * a + 1]!) * share
  // at the end, or while waiting, face the way one came
  let [p, q] = [a, b]
  while (p > 0 && points[2 * p] === points[2 * q] && points[2 * p + 1] === points[2 * q + 1]) [p, q] = [p - 1, p]
  const same = points[2 * p] === points[2 * q] && points[2 * p + 1] === points[2 * q + 1]
  const meters = distanceMeters(points[2 * a]!, points[2 * a + 1]!, points[2 * b]!, points[2 * b + 1]!)
  return {
    lon,
    lat,
    courseDegrees: same ? null : bearingDegrees(points[2 * p]!, points[2 * p + 1]!, points[2 * q]!, points[2 * q + 1]!),
    kmh: span > 0 && ms < way.milliseconds ? (meters / span) * 3600 : 0,
    arrived: ms >= way.milliseconds,
  }
}
