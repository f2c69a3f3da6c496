/** Which roads can be reached in time, to the millimetre: what an isochrone is made of. */
import { COST_PER_MS, costOf, msOf } from './cost.ts'
import type { Snap } from './grid.ts'
import { spread, type Direction, type ReachEnd } from './reach.ts'
import type { RoadGraph } from './road-graph.ts'
import { aheadCost, partCost, type Streets } from './streets.ts'

/**
 * Stretches of arcs, in the direction of travel. Those of one edge stand together. Of one arc there are several only where
 * points lie on it; they meet in one place and share nothing else.
 */
export type ReachedArcs = {
  readonly arc: Uint32Array
  /** Millimetres along the arc. */
  readonly fromMm: Uint32Array
  readonly toMm: Uint32Array
  /** Cost of travel (`cost.ts`) from the point to each end of the stretch or, towards the points, from each end to the point. */
  readonly fromCost: Float64Array
  readonly toCost: Float64Array
  /** Which point it is reached from, or which is reached from it, first. */
  readonly point: Uint32Array
}

/**
 * All that can be reached from the nearest of some points within a time, or from where one of them can be reached.
 *
 * Nobody passes a closed stretch; what lies before its end is still reached, as `streets.ts` says.
 *
 * @param millisecondsMax  ascending; one search serves all
 * @returns for each limit
 *
 * O(m + n log n) of what is reached within the longest. 40 bytes an edge are kept between calls.
 */
export function reachedArcs(streets: Streets, points: readonly Snap[], millisecondsMax: readonly number[], direction: Direction): ReachedArcs[] {
  const longest = millisecondsMax.at(-1)
  if (longest === undefined) return []
  const room = roomFor(streets.graph)
  room.now++
  room.edgeCount = 0
  const costMax = lastCostOf(longest)
  const ends = direction === 'from' ? arcsBegun(streets, points, costMax, room) : arcsEnded(streets, points, costMax, room)
  const all = stretches(streets, room, ends, longest, direction)
  return millisecondsMax.map((limit) => (limit === longest ? all : within(streets, all, limit, direction)))
}

/** The highest cost that is still so many milliseconds. */
const lastCostOf = (milliseconds: number): number => Math.min((milliseconds + 1) * COST_PER_MS - 1, Number.MAX_SAFE_INTEGER)

/** What was found of each arc: the cost at its beginning (or, towards the points, at its end). Kept, and never cleared. */
type ArcRoom = {
  /** [2 × edges] written in round `now`. */
  readonly stamp: Uint32Array
  readonly cost: Float64Array
  readonly point: Uint32Array
  /** [edges] in `edges` since round `now`: those with a written arc or a point on them. */
  readonly edgeStamp: Uint32Array
  readonly edges: Uint32Array
  edgeCount: number
  now: number
}
const rooms = new WeakMap<RoadGraph, ArcRoom>()
function roomFor(graph: RoadGraph): ArcRoom {
  let room = rooms.get(graph)
  if (!room) {
    const { edgeCount } = graph
    const arcs = 2 * edgeCount
    room = {
      stamp: new Uint32Array(arcs), cost: new Float64Array(arcs), point: new Uint32Array(arcs),
      edgeStamp: new Uint32Array(edgeCount), edges: new Uint32Array(edgeCount), edgeCount: 0, now: 0,
    }
    rooms.set(graph, room)
  }
  return room
}

/** False when the arc has been found as cheap. */
function note(room: ArcRoom, arc: number, cost: number, point: number): boolean {
  if (room.stamp[arc] === room.now && room.cost[arc]! <= cost) return false
  room.stamp[arc] = room.now
  room.cost[arc] = cost
  room.point[arc] = point
  touch(room, arc >>> 1)
  return true
}

function touch(room: ArcRoom, edge: number): void {
  if (room.edgeStamp[edge] === room.now) return
  room.edgeStamp[edge] = room.now
  room.edges[room.edgeCount++] = edge
}

/** What the whole of an arc costs, closures aside: `partCost` of all of it. */
const wholeCost = ({ graph, driveMs }: Streets, arc: number): number => costOf(driveMs[arc]!, Math.round(graph.edgeMillimeters[arc >>> 1]! / 100))

/** Search outward and note what each arc costs at its beginning, of all its pieces the cheapest. */
function arcsBegun(streets: Streets, points: readonly Snap[], costMax: number, into: ArcRoom): readonly ReachEnd[] {
  const { network, pieceCost, closures, graph } = streets
  const { stepStarts, stepLink, linkStarts, linkVertex, pieceArc, pieceTurnMs } = network
  const { room, count, ends } = spread(streets, points, costMax, 'from')
  const begin = (link: number, base: number, point: number) => {
    for (let piece = linkStarts[link]!; piece < linkStarts[link + 1]!; piece++) {
      const cost = base + pieceCost[piece]!
      if (cost > costMax) return
      note(into, pieceArc[piece]!, cost, point)
    }
  }
  for (let i = 0; i < count; i++) {
    const vertex = room.order[i]!
    const base = room.cost[vertex]!
    const point = room.onward[vertex]!
    const [first, last] = [stepStarts[vertex]!, stepStarts[vertex + 1]!]
    // steps of one link stand together; a link that leads nowhere on has none, and is then its own vertex
    for (let step = first; step < last; step++) if (step === first || stepLink[step] !== stepLink[step - 1]) begin(stepLink[step]!, base, point)
    if (first === last && vertex < linkVertex.length && linkVertex[vertex] === vertex) begin(vertex, base, point)
  }
  // who stands on a link goes on along it
  for (const { point, at } of ends) {
    const own = pieceArc[at.piece]!
    touch(into, own >>> 1)
    let cost = aheadCost(streets, at, { ...at, along: graph.edgeMillimeters[own >>> 1]! })
    for (let piece = at.piece + 1; piece < linkStarts[at.link + 1]!; piece++) {
      const arc = pieceArc[piece]!
      cost += costOf(pieceTurnMs[piece]!, 0)
      if (cost > costMax) break
      note(into, arc, cost, point)
      if (closures.has(arc >>> 1)) break
      cost += wholeCost(streets, arc)
    }
  }
  return ends
}

/**
 * Search backwards and note what it costs from the end of each arc. Nobody sets out on a copy that remembers a past (and it
 * forbids what its arc does, and more), so copies count for nothing here.
 */
function arcsEnded(streets: Streets, points: readonly Snap[], costMax: number, into: ArcRoom): readonly ReachEnd[] {
  const { network, closures } = streets
  const { priorStarts, priorSteps, stepLink, stepTurnMs, linkStarts, pieceArc, pieceTurnMs, arcPiece } = network
  const { room, count, ends } = spread(streets, points, costMax, 'to')
  /** From the end of a piece backwards to the link's beginning. */
  const end = (link: number, last: number, atEnd: number, point: number) => {
    let cost = atEnd
    for (let piece = last; piece >= linkStarts[link]! && cost <= costMax; piece--) {
      const arc = pieceArc[piece]!
      // what lies before has been found as cheap, too
      if (arcPiece[arc] === piece && !note(into, arc, cost, point)) return
      if (closures.has(arc >>> 1)) return
      cost += wholeCost(streets, arc) + costOf(pieceTurnMs[piece]!, 0)
    }
  }
  for (let i = 0; i < count; i++) {
    const vertex = room.order[i]!
    for (let k = priorStarts[vertex]!; k < priorStarts[vertex + 1]!; k++) {
      const step = priorSteps[k]!
      const link = stepLink[step]!
      end(link, linkStarts[link + 1]! - 1, room.cost[vertex]! + costOf(stepTurnMs[step]!, 0), room.onward[vertex]!)
    }
  }
  for (const { point, at } of ends) {
    touch(into, pieceArc[at.piece]! >>> 1)
    const toPoint = aheadCost(streets, { ...at, along: 0 }, at)
    if (toPoint !== Infinity) end(at.link, at.piece - 1, toPoint + costOf(pieceTurnMs[at.piece]!, 0), point)
  }
  return ends
}

/** A place on an arc that a stretch begins at (or, towards the points, ends at). */
type Origin = { readonly arc: number; readonly along: number; readonly cost: number; readonly point: number }

/** From what was noted of arcs, and the points that lie on them, to stretches. */
function stretches(streets: Streets, room: ArcRoom, ends: readonly ReachEnd[], limit: number, direction: Direction): ReachedArcs {
  const { edgeMillimeters } = streets.graph
  const { pieceArc } = streets.network
  const pointsOn = new Map<number, Origin[]>()
  for (const { point, at } of ends) {
    const arc = pieceArc[at.piece]!
    const here = pointsOn.get(arc >>> 1)
    const origin = { arc, along: at.along, cost: 0, point }
    if (here) here.push(origin)
    else pointsOn.set(arc >>> 1, [origin])
  }
  const into = collector(2 * room.edgeCount + ends.length)
  const isAllOpen = streets.closures.size === 0
  for (let i = 0; i < room.edgeCount; i++) {
    const edge = room.edges[i]!
    const points = pointsOn.size > 0 ? pointsOn.get(edge) : undefined
    for (let arc = 2 * edge; arc <= 2 * edge + 1; arc++) {
      if (points) addAround(streets, into, room, points, arc, limit, direction)
      else if (room.stamp[arc] !== room.now) continue
      else if (isAllOpen && streets.driveMs[arc]! + msOf(room.cost[arc]!) <= limit) addWhole(streets, into, room, arc, direction)
      else if (direction === 'from') addAhead(streets, into, arc, 0, edgeMillimeters[edge]!, room.cost[arc]!, limit, room.point[arc]!)
      else addBehind(streets, into, arc, edgeMillimeters[edge]!, 0, room.cost[arc]!, limit, room.point[arc]!)
    }
  }
  return finished(into)
}

/** An arc of an edge with points on it. Beyond a point on the road, nobody is there before one who sets out from it. */
function addAround(streets: Streets, into: Collector, room: ArcRoom, points: readonly Origin[], arc: number, limit: number, direction: Direction): void {
  const whole = streets.graph.edgeMillimeters[arc >>> 1]!
  const origins = originsOn(points, arc, direction)
  if (room.stamp[arc] === room.now) {
    const noted = { arc, along: direction === 'from' ? 0 : whole, cost: room.cost[arc]!, point: room.point[arc]! }
    // it is the first of all, but for points that are at this very end
    let k = 0
    while (k < origins.length && origins[k]!.along === noted.along) k++
    if (k === 0) origins.unshift(noted)
  }
  for (let k = 0; k < origins.length; k++) {
    const { along, cost, point } = origins[k]!
    if (k > 0 && origins[k - 1]!.along === along) continue
    let next = k + 1
    while (next < origins.length && origins[next]!.along === along) next++
    if (direction === 'from') addAhead(streets, into, arc, along, next < origins.length ? origins[next]!.along : whole, cost, limit, point)
    else addBehind(streets, into, arc, along, next < origins.length ? origins[next]!.along : 0, cost, limit, point)
  }
}

/** The points on an arc in the order in which one comes to them; of several in one place the lowest first. */
function originsOn(points: readonly Origin[], arc: number, direction: Direction): Origin[] {
  const origins: Origin[] = []
  const turn = direction === 'from' ? 1 : -1
  for (const origin of points) {
    if (origin.arc !== arc) continue
    let k = origins.length
    while (k > 0 && (turn * (origins[k - 1]!.along - origin.along) || origins[k - 1]!.point - origin.point) > 0) k--
    origins.splice(k, 0, origin)
  }
  return origins
}

/** The same within a shorter time: every stretch shorter at its far end. */
function within(streets: Streets, { arc, fromMm, toMm, fromCost, toCost, point }: ReachedArcs, limit: number, direction: Direction): ReachedArcs {
  const into = collector(arc.length)
  for (let i = 0; i < arc.length; i++) {
    if (direction === 'from') {
      if (msOf(fromCost[i]!) <= limit) addAhead(streets, into, arc[i]!, fromMm[i]!, toMm[i]!, fromCost[i]!, limit, point[i]!)
    } else if (msOf(toCost[i]!) <= limit) addBehind(streets, into, arc[i]!, toMm[i]!, fromMm[i]!, toCost[i]!, limit, point[i]!)
  }
  return finished(into)
}

/** A noted arc that is reached as a whole: what most of them are, so without a number that needs a place in memory. */
function addWhole(streets: Streets, into: Collector, room: ArcRoom, arc: number, direction: Direction): void {
  const { columns } = into
  const at = into.count++
  const near = room.cost[arc]!
  const far = near + wholeCost(streets, arc)
  columns.arc[at] = arc
  columns.fromMm[at] = 0
  columns.toMm[at] = streets.graph.edgeMillimeters[arc >>> 1]!
  columns.fromCost[at] = direction === 'from' ? near : far
  columns.toCost[at] = direction === 'from' ? far : near
  columns.point[at] = room.point[arc]!
}

function addAhead(streets: Streets, into: Collector, arc: number, start: number, farMm: number, cost: number, limit: number, point: number): void {
  const { graph, driveMs, closures } = streets
  const whole = graph.edgeMillimeters[arc >>> 1]!
  let end = farMm
  const closed = closures.size > 0 ? closures.get(arc >>> 1) : undefined
  if (closed) {
    for (const [a, b] of closed) {
      const [begin, over] = arc & 1 ? [whole - b, whole - a] : [a, b]
      if (start <= begin) end = Math.min(end, Math.ceil(over) - 1)
    }
  }
  end = farthest(driveMs[arc]!, whole, start, end, limit - msOf(cost))
  if (end >= start) add(into, arc, start, end, cost, cost + partCost(streets, arc, end) - partCost(streets, arc, start), point)
}

function addBehind(streets: Streets, into: Collector, arc: number, end: number, farMm: number, cost: number, limit: number, point: number): void {
  const { graph, driveMs, closures } = streets
  const whole = graph.edgeMillimeters[arc >>> 1]!
  let start = farMm
  const closed = closures.size > 0 ? closures.get(arc >>> 1) : undefined
  if (closed) {
    for (const [a, b] of closed) {
      const [begin, over] = arc & 1 ? [whole - b, whole - a] : [a, b]
      if (over <= end) start = Math.max(start, Math.floor(begin) + 1)
    }
  }
  start = nearest(driveMs[arc]!, whole, start, end, limit - msOf(cost))
  if (end >= start) add(into, arc, start, end, cost + partCost(streets, arc, end) - partCost(streets, arc, start), cost, point)
}

/** The farthest millimetre, up to `until`, that is reached within `left` ms from `start`. */
function farthest(driveMs: number, whole: number, start: number, until: number, left: number): number {
  const atStart = Math.round((driveMs * start) / whole)
  if (Math.round((driveMs * until) / whole) - atStart <= left) return until
  // the last that rounds down to the time, then to the millimetre
  let mm = Math.min(until, Math.max(start, Math.floor(((left + atStart + 0.5) * whole) / driveMs)))
  while (mm < until && Math.round((driveMs * (mm + 1)) / whole) - atStart <= left) mm++
  while (mm > start && Math.round((driveMs * mm) / whole) - atStart > left) mm--
  return mm
}

/** The first millimetre, from `since` on, from which `end` is reached within `left` ms. */
function nearest(driveMs: number, whole: number, since: number, end: number, left: number): number {
  const atEnd = Math.round((driveMs * end) / whole)
  if (atEnd - Math.round((driveMs * since) / whole) <= left) return since
  let mm = Math.min(end, Math.max(since, Math.ceil(((atEnd - left - 0.5) * whole) / driveMs)))
  while (mm > since && atEnd - Math.round((driveMs * (mm - 1)) / whole) <= left) mm--
  while (mm < end && atEnd - Math.round((driveMs * mm) / whole) > left) mm++
  return mm
}

/** @param capacity  stretches, at most */
function collector(capacity: number): Collector {
  // one block for all: six small ones would be six times the work to get and to give back
  const block = new ArrayBuffer(32 * capacity)
  return {
    columns: {
      fromCost: new Float64Array(block, 0, capacity),
      toCost: new Float64Array(block, 8 * capacity, capacity),
      arc: new Uint32Array(block, 16 * capacity, capacity),
      fromMm: new Uint32Array(block, 20 * capacity, capacity),
      toMm: new Uint32Array(block, 24 * capacity, capacity),
      point: new Uint32Array(block, 28 * capacity, capacity),
    },
    count: 0,
  }
}
type Collector = { readonly columns: ReachedArcs; count: number }

function add(into: Collector, arc: number, fromMm: number, toMm: number, fromCost: number, toCost: number, point: number): void {
  const { columns } = into
  const at = into.count++
  columns.arc[at] = arc
  columns.fromMm[at] = fromMm
  columns.toMm[at] = toMm
  columns.fromCost[at] = fromCost
  columns.toCost[at] = toCost
  columns.point[at] = point
}

const finished = ({ columns: { arc, fromMm, toMm, fromCost, toCost, point }, count }: Collector): ReachedArcs => ({
  arc: arc.subarray(0, count), fromMm: fromMm.subarray(0, count), toMm: toMm.subarray(0, count),
  fromCost: fromCost.subarray(0, count), toCost: toCost.subarray(0, count), point: point.subarray(0, count),
})
