/** The roads as they are at this moment for one kind of traveller: the speeds of the hour, and what is closed. */
import { costOf } from './cost.ts'
import type { TravelMode } from './graph-input.ts'
import type { Snap } from './grid.ts'
import { CLOSED, linkCountOf, NONE, type Network, type RoadGraph } from './road-graph.ts'

/** A closed stretch of an edge, millimetres along its shape; where both are equal, a cut across the road. */
export type Stretch = readonly [from: number, to: number]
/**
 * What is closed, by edge. Nobody passes a closed stretch as a whole, in either direction; who stands inside may leave,
 * and who must go inside may enter. So a car at the barrier is still near by, and a place behind the tape is still reached.
 */
export type Closures = ReadonlyMap<number, readonly Stretch[]>

/** One network with its costs of the moment. Costs as in `cost.ts`; Infinity is closed. */
export type Streets = {
  readonly graph: RoadGraph
  readonly mode: TravelMode
  readonly network: Network
  /** [2 × edges] milliseconds at the speeds of the moment, `CLOSED` where the profile lets nobody on. */
  readonly driveMs: Uint32Array
  readonly closures: Closures
  /** [links] cost of the whole link. */
  readonly linkCost: Float64Array
  /** [pieces] cost from the link's beginning to the piece's beginning, Infinity beyond a closure. */
  readonly pieceCost: Float64Array
  /** [steps] cost of the step's link and of the turn at its end. */
  readonly stepCost: Float64Array
}

const NOTHING_CLOSED: Closures = new Map()

/**
 * @param driveMs   [2 × edges] speeds of the moment; those of the profile when absent
 * @param closures  nothing when absent
 *
 * O(pieces + steps).
 */
export function streetsOf(graph: RoadGraph, mode: TravelMode, now: { driveMs?: Uint32Array; closures?: Closures } = {}): Streets {
  const network = graph.networks[mode]
  const { linkStarts, pieceArc, pieceTurnMs, stepLink, stepTurnMs } = network
  const driveMs = now.driveMs ?? network.arcMs
  const closures = now.closures ?? NOTHING_CLOSED
  const linkCount = linkCountOf(network)
  const linkCost = new Float64Array(linkCount)
  const pieceCost = new Float64Array(pieceArc.length)
  const anyClosed = closures.size > 0
  for (let link = 0; link < linkCount; link++) {
    let cost = 0
    for (let piece = linkStarts[link]!; piece < linkStarts[link + 1]!; piece++) {
      const arc = pieceArc[piece]!
      cost += costOf(pieceTurnMs[piece]!, 0)
      pieceCost[piece] = cost
      cost += anyClosed && closures.has(arc >>> 1) ? Infinity : arcCost(graph, driveMs, arc)
    }
    linkCost[link] = cost
  }
  const stepCost = new Float64Array(stepLink.length)
  for (let step = 0; step < stepCost.length; step++) stepCost[step] = linkCost[stepLink[step]!]! + costOf(stepTurnMs[step]!, 0)
  return { graph, mode, network, driveMs, closures, linkCost, pieceCost, stepCost }
}

/** What the whole of an open arc costs, closures aside. */
const arcCost = (graph: RoadGraph, driveMs: Uint32Array, arc: number): number => costOf(driveMs[arc]!, decimetersOf(graph, arc >>> 1))

const decimetersOf = (graph: RoadGraph, edge: number): number => Math.round(graph.edgeMillimeters[edge]! / 100)

/** How far along its arc (not its edge) a snapped point lies, millimetres. */
export const alongArc = (graph: RoadGraph, snap: Pick<Snap, 'edge' | 'millimeters'>, arc: number): number =>
  arc & 1 ? graph.edgeMillimeters[snap.edge]! - snap.millimeters : snap.millimeters

/** The part of an arc's cost that the first so many millimetres take. One formula for everybody, so sums agree. */
export function partCost({ graph, driveMs }: Streets, arc: number, millimeters: number): number {
  const whole = graph.edgeMillimeters[arc >>> 1]!
  return costOf(Math.round((driveMs[arc]! * millimeters) / whole), Math.round((decimetersOf(graph, arc >>> 1) * millimeters) / whole))
}

/** Whether somebody going along an arc from one place on it to another would have to pass a closed stretch. */
function isBarred({ graph, closures }: Streets, arc: number, from: number, to: number): boolean {
  const stretches = closures.get(arc >>> 1)
  if (!stretches) return false
  const whole = graph.edgeMillimeters[arc >>> 1]!
  return stretches.some(([a, b]) => (arc & 1 ? from <= whole - b && whole - a <= to : from <= a && b <= to))
}

/** A point on a link: one way to set out from it, or to come to it. */
export type LinkPoint = {
  readonly piece: number
  readonly link: number
  /** Millimetres along the piece's arc. */
  readonly along: number
  /** Cost from the link's beginning to the point; Infinity where something closed lies between. */
  readonly sinceStart: number
  /** Cost from the point to the link's end; the same. */
  readonly untilEnd: number
}

/** The ways to set out from a point: along its edge in either direction, where that is open. A parked car may leave either way. */
export function exitsOf(streets: Streets, snap: Snap): LinkPoint[] {
  const { arcPiece } = streets.network
  const points: LinkPoint[] = []
  for (let arc = 2 * snap.edge; arc <= 2 * snap.edge + 1; arc++) {
    const piece = arcPiece[arc]!
    if (piece !== NONE && streets.driveMs[arc] !== CLOSED) points.push(pointOn(streets, snap, arc, piece))
  }
  return points
}

/** The ways to come to a point: as `exitsOf`, and the copies of its arcs that remember where one came from. */
export function entriesOf(streets: Streets, snap: Snap): LinkPoint[] {
  const points = exitsOf(streets, snap)
  const { copyArc, copyPiece } = streets.network
  for (let arc = 2 * snap.edge; arc <= 2 * snap.edge + 1; arc++) {
    for (let i = firstAtLeast(copyArc, arc); i < copyArc.length && copyArc[i] === arc; i++) points.push(pointOn(streets, snap, arc, copyPiece[i]!))
  }
  return points
}

function pointOn(streets: Streets, snap: Snap, arc: number, piece: number): LinkPoint {
  const { network, graph, pieceCost, linkCost, driveMs } = streets
  const link = network.pieceLink[piece]!
  const along = alongArc(graph, snap, arc)
  const part = partCost(streets, arc, along)
  const sinceStart = isBarred(streets, arc, 0, along) ? Infinity : pieceCost[piece]! + part
  let untilEnd = linkCost[link]! - pieceCost[piece]! - part
  if (linkCost[link] === Infinity) {
    // something on the link is closed: before the point it does not matter
    untilEnd = isBarred(streets, arc, along, graph.edgeMillimeters[snap.edge]!) ? Infinity : arcCost(graph, driveMs, arc) - part
    for (let next = piece + 1; next < network.linkStarts[link + 1]!; next++) untilEnd += throughCost(streets, next)
  }
  return { piece, link, along, sinceStart, untilEnd }
}

/** A piece with the turn into it; Infinity when it is closed. */
function throughCost(streets: Streets, piece: number): number {
  const arc = streets.network.pieceArc[piece]!
  if (streets.closures.has(arc >>> 1)) return Infinity
  return costOf(streets.network.pieceTurnMs[piece]!, 0) + arcCost(streets.graph, streets.driveMs, arc)
}

/** Cost from one point to another that lies ahead on the same link; Infinity when it lies behind or something is closed between. */
export function aheadCost(streets: Streets, from: LinkPoint, to: LinkPoint): number {
  if (from.link !== to.link || to.piece < from.piece || (to.piece === from.piece && to.along < from.along)) return Infinity
  const { network, graph, driveMs } = streets
  const arc = network.pieceArc[from.piece]!
  if (to.piece === from.piece) {
    return isBarred(streets, arc, from.along, to.along) ? Infinity : partCost(streets, arc, to.along) - partCost(streets, arc, from.along)
  }
  if (streets.linkCost[from.link] !== Infinity) return to.sinceStart - from.sinceStart
  const last = network.pieceArc[to.piece]!
  if (isBarred(streets, arc, from.along, graph.edgeMillimeters[arc >>> 1]!) || isBarred(streets, last, 0, to.along)) return Infinity
  let cost = arcCost(graph, driveMs, arc) - partCost(streets, arc, from.along)
  for (let piece = from.piece + 1; piece < to.piece; piece++) cost += throughCost(streets, piece)
  return cost + costOf(network.pieceTurnMs[to.piece]!, 0) + partCost(streets, last, to.along)
}

function firstAtLeast(sorted: Uint32Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
