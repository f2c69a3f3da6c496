/** Who gets there when, and by which way: exact shortest travel times on the graph. */
import { bearingDegrees, distanceMeters } from '../geo/distance.ts'
import { shapeMillimeters, type Snap } from './grid.ts'
import { createHeap, type Heap } from './heap.ts'
import { CLOSED, networkOf, type Network, type RoadGraph, type TravelMode } from './road-graph.ts'

/** The part of an arc's time that a part of its length takes. One formula for everybody, so sums agree. */
const partOf = (arcMs: number, millimeters: number, whole: number) => Math.round((arcMs * millimeters) / whole)

/** How far along its arc (not its edge) a snapped point lies. */
const alongArc = (graph: RoadGraph, snap: Snap, arc: number) =>
  arc & 1 ? graph.edgeMillimeters[snap.edge]! - snap.millimeters : snap.millimeters

/**
 * Travel from each of many points to one.
 *
 * One search from the place backwards over the reversed turns (Dijkstra 1959 on states), ended as soon as no traveller
 * can still be bettered. Both directions of the road a traveller stands on are tried: a parked car may leave either way.
 *
 * @param to    where to, put on this mode's roads
 * @param from  [n] where from
 * @returns `milliseconds` [n] and `millimeters` [n] of that way, Infinity where there is none
 *
 * O(turns × log states) at worst; what is searched grows with the farthest traveller's time.
 */
export function arrivals(graph: RoadGraph, mode: TravelMode, to: Snap, from: readonly Snap[]) {
  const { milliseconds, millimeters } = search(graph, mode, to, from)
  return { milliseconds, millimeters }
}

/** A way with its time at every point, to be drawn or driven. */
export type Way = {
  readonly milliseconds: number
  readonly millimeters: number
  /** In the order travelled; the first and last are travelled in part. */
  readonly arcs: Uint32Array
  /** [2 × points] lon, lat, degrees. */
  readonly points: Float64Array
  /** [points] milliseconds from the start; equal neighbours in place and not in time are waiting (a turn, a signal). */
  readonly pointMs: Float64Array
}

/** The fastest way from one point to another; its time is what `arrivals` says. Undefined when there is none. */
export function route(graph: RoadGraph, mode: TravelMode, from: Snap, to: Snap): Way | undefined {
  const found = search(graph, mode, to, [from])
  if (found.milliseconds[0] === Infinity) return undefined
  const { stateArc } = networkOf(graph, mode)
  const startArc = found.firstArc[0]!
  const arcs: number[] = [startArc]
  const direct = found.isDirect[0] === 1
  if (!direct) {
    // an ordinary state has its arc's number
    for (let state = startArc; ; ) {
      const parent = found.parent[state]!
      const onto = parent < 0 ? ~parent : parent
      arcs.push(stateArc[onto]!)
      if (parent < 0) break
      state = onto
    }
  }
  return drawn(graph, networkOf(graph, mode), arcs, from, to, found.milliseconds[0]!, found.millimeters[0]!)
}

/** Room for one search on one network; kept, because clearing costs more than a short search. */
type Bench = {
  heap: Heap
  /** Milliseconds from the end of the state's arc to the place. */
  costMs: Float64Array
  costMm: Float64Array
  /** The state after; its complement when that state ends at the place. */
  parent: Int32Array
  /** The search in which costMs was written. */
  stamp: Uint32Array
  /** First of the travellers that wait on a state, plus 1. */
  waiting: Int32Array
  searches: number
}
const benches = new WeakMap<Network, Bench>()
function benchOf(network: Network): Bench {
  let bench = benches.get(network)
  if (!bench) {
    const states = network.stateArc.length
    bench = {
      heap: createHeap(states),
      costMs: new Float64Array(states),
      costMm: new Float64Array(states),
      parent: new Int32Array(states),
      stamp: new Uint32Array(states),
      waiting: new Int32Array(states),
      searches: 0,
    }
    benches.set(network, bench)
  }
  return bench
}

function search(graph: RoadGraph, mode: TravelMode, to: Snap, from: readonly Snap[]) {
  const network = networkOf(graph, mode)
  const { arcMs, stateArc, priorStarts, prior, priorMs } = network
  const { edgeMillimeters } = graph
  const bench = benchOf(network)
  const { heap, costMs, costMm, parent, stamp, waiting } = bench
  const now = ++bench.searches
  const arcCount = arcMs.length

  const milliseconds = new Float64Array(from.length).fill(Infinity)
  const millimeters = new Float64Array(from.length).fill(Infinity)
  const firstArc = new Uint32Array(from.length)
  const isDirect = new Uint8Array(from.length)
  const offer = (traveller: number, ms: number, mm: number, arc: number, direct: boolean) => {
    if (ms > milliseconds[traveller]! || (ms === milliseconds[traveller]! && mm >= millimeters[traveller]!)) return
    milliseconds[traveller] = ms
    millimeters[traveller] = mm
    firstArc[traveller] = arc
    isDirect[traveller] = direct ? 1 : 0
  }

  // travellers wait at the end of the arcs they may set out on
  const nextWaiting = new Int32Array(2 * from.length)
  let waitingStates = 0 // states somebody waits on and that are not settled
  const waitedOn: number[] = []
  for (const [i, snap] of from.entries()) {
    for (let side = 0; side < 2; side++) {
      const arc = 2 * snap.edge + side
      if (arcMs[arc] === CLOSED) continue
      if (waiting[arc] === 0) {
        waitingStates++
        waitedOn.push(arc)
      }
      nextWaiting[2 * i + side] = waiting[arc]!
      waiting[arc] = 2 * i + side + 1
      if (snap.edge !== to.edge) continue
      const whole = edgeMillimeters[snap.edge]!
      const start = alongArc(graph, snap, arc)
      const end = alongArc(graph, to, arc)
      if (start <= end) {
        offer(i, partOf(arcMs[arc]!, end, whole) - partOf(arcMs[arc]!, start, whole), end - start, arc, true)
      }
    }
  }

  const relax = (state: number, ms: number, mm: number, onto: number) => {
    if (stamp[state] === now && costMs[state]! <= ms) return
    stamp[state] = now
    costMs[state] = ms
    costMm[state] = mm
    parent[state] = onto
    heap.push(state, ms)
  }
  const start = (state: number, arc: number) => {
    const mm = alongArc(graph, to, arc)
    const ms = partOf(arcMs[arc]!, mm, edgeMillimeters[to.edge]!)
    for (let k = priorStarts[state]!; k < priorStarts[state + 1]!; k++) relax(prior[k]!, priorMs[k]! + ms, mm, ~state)
  }
  for (let side = 0; side < 2; side++) {
    const arc = 2 * to.edge + side
    if (arcMs[arc] === CLOSED) continue
    start(arc, arc)
    for (let state = arcCount; state < stateArc.length; state++) if (stateArc[state] === arc) start(state, arc)
  }

  // How late the latest traveller is so far: nothing settled after that can better anybody.
  let horizon = Infinity
  const pushHorizon = () => {
    horizon = 0
    for (const ms of milliseconds) if (ms > horizon) horizon = ms
  }
  if (from.length > 0) pushHorizon()
  while (heap.size() > 0 && waitingStates > 0 && heap.topKey() <= horizon) {
    const state = heap.pop()
    const ms = costMs[state]!
    const mm = costMm[state]!
    const arc = stateArc[state]!
    if (state < arcCount && waiting[state] !== 0) {
      waitingStates--
      let wasLatest = false
      for (let slot = waiting[state]!; slot !== 0; slot = nextWaiting[slot - 1]!) {
        const traveller = (slot - 1) >>> 1
        const whole = edgeMillimeters[arc >>> 1]!
        const along = alongArc(graph, from[traveller]!, arc)
        wasLatest ||= milliseconds[traveller] === horizon
        offer(traveller, arcMs[arc]! - partOf(arcMs[arc]!, along, whole) + ms, whole - along + mm, arc, false)
      }
      if (wasLatest) pushHorizon()
    }
    const throughMs = ms + arcMs[arc]!
    const throughMm = mm + edgeMillimeters[arc >>> 1]!
    for (let k = priorStarts[state]!; k < priorStarts[state + 1]!; k++) {
      const before = prior[k]!
      const candidate = throughMs + priorMs[k]!
      if (stamp[before] === now && costMs[before]! <= candidate) continue
      stamp[before] = now
      costMs[before] = candidate
      costMm[before] = throughMm
      parent[before] = state
      heap.push(before, candidate)
    }
  }
  heap.clear()
  for (const state of waitedOn) waiting[state] = 0

  return { milliseconds, millimeters, firstArc, isDirect, parent }
}

function drawn(
  graph: RoadGraph,
  network: Network,
  arcs: number[],
  from: Snap,
  to: Snap,
  milliseconds: number,
  millimeters: number,
): Way {
  const points: number[] = []
  const pointMs: number[] = []
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
    const ms = network.arcMs[arc]!
    const start = i === 0 ? alongArc(graph, from, arc) : 0
    const end = i === arcs.length - 1 ? alongArc(graph, to, arc) : whole
    const startMs = partOf(ms, start, whole)
    if (i > 0) clock += turnBetween(network, arcs, i)
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
    clock += partOf(ms, end, whole) - startMs
  }
  put(to.lon, to.lat, milliseconds)
  // the place's own time is the rounded one; no point may be later
  for (let k = 0; k < pointMs.length; k++) pointMs[k] = Math.min(pointMs[k]!, milliseconds)
  return { milliseconds, millimeters, arcs: Uint32Array.from(arcs), points: Float64Array.from(points), pointMs: Float64Array.from(pointMs) }
}

/** The cost of the turn into arc `i`: the same from any copy of the arc before, so any copy will do. */
function turnBetween(network: Network, arcs: number[], i: number): number {
  const { stateArc, nextStarts, next, nextMs } = network
  const before = arcs[i - 1]!
  for (let k = nextStarts[before]!; k < nextStarts[before + 1]!; k++) if (stateArc[next[k]!] === arcs[i]) return nextMs[k]!
  for (let state = network.arcMs.length; state < stateArc.length; state++) {
    if (stateArc[state] !== before) continue
    for (let k = nextStarts[state]!; k < nextStarts[state + 1]!; k++) if (stateArc[next[k]!] === arcs[i]) return nextMs[k]!
  }
  throw new Error(`Invariant failed: a way turns from arc ${before} to ${arcs[i]}, which the graph does not allow`)
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
