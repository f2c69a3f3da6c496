/** Who gets there when, and by which way, on the streets of this moment: searches that need nothing prepared. */
import { COST_PER_MS, metersOf, msOf } from './cost.ts'
import type { Snap } from './grid.ts'
import { createHeap, type Heap } from './heap.ts'
import { vertexCountOf, type Network } from './road-graph.ts'
import { createStandings, type Standings } from './standings.ts'
import { aheadCost, entriesOf, exitsOf, type LinkPoint, type Streets } from './streets.ts'
import { wayOf, type Leg, type Way } from './way.ts'

export type ArrivalLimits = {
  /** Look no farther than this. */
  readonly millisecondsMax?: number
  /** Stop when so many have been found: the first ones to arrive. */
  readonly countMax?: number
}

/** By traveller: Infinity for those who cannot come, and for those beyond the limits. */
export type Arrivals = { readonly milliseconds: Float64Array; readonly meters: Float64Array }

/**
 * Travel from each of many points to one.
 *
 * @param to    where to, put on this mode's roads
 * @param from  [n] where from
 */
export function arrivals(streets: Streets, to: Snap, from: readonly Snap[], limits: ArrivalLimits = {}): Arrivals {
  const standings = createStandings(streets)
  for (const [traveller, snap] of from.entries()) standings.place(traveller, snap)
  return arrivalsOf(standings, to, limits)
}

/**
 * Travel to a point from wherever travellers stand.
 *
 * One search from the place backwards (Dijkstra 1959 over vertices, many sources), ended as soon as nobody who is wanted can
 * still be bettered. Both directions of the road a traveller stands on are tried: a parked car may leave either way.
 *
 * O(steps × log vertices) at worst; what is searched grows with the time of the last traveller wanted.
 */
export function arrivalsOf(standings: Standings, to: Snap, limits: ArrivalLimits = {}): Arrivals {
  const best = new Float64Array(standings.capacity()).fill(Infinity)
  backwards(standings, to, best, limits)
  return { milliseconds: best.map(msOf), meters: best.map(metersOf) }
}

/** The fastest way from one point to another; its time and length are what `arrivals` says. Undefined when there is none. */
export function route(streets: Streets, from: Snap, to: Snap): Way | undefined {
  const standings = createStandings(streets)
  standings.place(0, from)
  const best = new Float64Array(1).fill(Infinity)
  const found = backwards(standings, to, best, {})
  const cost = best[0]!
  if (cost === Infinity) return undefined
  const { network } = streets
  const exit = standings.pointOf(found.bestSlot[0]!)
  const firstStep = found.bestStep[0]!
  if (firstStep < 0) return wayOf(streets, from, to, cost, [{ point: exit, until: found.entries[~firstStep]! }])
  const legs: Leg[] = [{ point: exit, step: firstStep }]
  for (let vertex = network.stepHead[firstStep]!; ; ) {
    const step = found.onward[vertex]!
    if (step < 0) {
      legs.push({ until: found.entries[~step]! })
      break
    }
    legs.push({ step })
    vertex = network.stepHead[step]!
  }
  return wayOf(streets, from, to, cost, legs)
}

/** Room for one search on one network; kept, because clearing costs more than a short search. */
export type Bench = {
  heap: Heap
  /** [vertices] written in search number `stamp`. */
  cost: Float64Array
  stamp: Uint32Array
  /** [vertices] the step to go on with, or the complement of a place among the search's ends. */
  onward: Int32Array
  searches: number
}
const benches = new WeakMap<Network, Bench>()
export function benchOf(network: Network): Bench {
  let bench = benches.get(network)
  if (!bench) {
    const count = vertexCountOf(network)
    bench = { heap: createHeap(count), cost: new Float64Array(count), stamp: new Uint32Array(count), onward: new Int32Array(count), searches: 0 }
    benches.set(network, bench)
  }
  return bench
}

/**
 * Search from a place backwards, and write each traveller's best cost into `best`.
 *
 * @returns for each traveller the slot he leaves by and his first step, or the complement of the entry he comes straight to;
 *          `onward` by vertex, valid until the next search on this network
 */
function backwards(standings: Standings, to: Snap, best: Float64Array, { millisecondsMax = Infinity, countMax = Infinity }: ArrivalLimits) {
  const { streets, firstSlot } = standings
  const { network, stepCost } = streets
  const { stepTail, stepLink, stepTurnMs, priorStarts, priorSteps, linkVertex } = network
  const bench = benchOf(network)
  const { heap, cost, stamp, onward } = bench
  const now = ++bench.searches
  const nextSlot = standings.nextSlot()
  const bestSlot = new Int32Array(best.length).fill(-1)
  const bestStep = new Int32Array(best.length)

  const wanted = Math.min(countMax, standings.placedCount())
  const limit = millisecondsMax === Infinity ? Infinity : (millisecondsMax + 1) * COST_PER_MS
  const reached: number[] = []
  // Nothing settled after this cost can better anybody who is wanted.
  let horizon = wanted > 0 ? limit : -Infinity
  const offer = (slot: number, total: number, step: number) => {
    const traveller = standings.travellerOf(slot)
    if (total >= best[traveller]! || total >= limit) return
    const before = best[traveller]!
    if (before === Infinity) reached.push(traveller)
    best[traveller] = total
    bestSlot[traveller] = slot
    bestStep[traveller] = step
    if (reached.length < wanted) return
    // with more than are wanted, anybody earlier moves the bar; with just enough, only the last one does
    if (before === Infinity || before === horizon || (reached.length > wanted && total < horizon)) horizon = nthBest(best, reached, wanted)
  }

  const entries = entriesOf(streets, to)
  for (const [i, entry] of entries.entries()) {
    for (let slot = firstSlot[entry.link]!; slot >= 0; slot = nextSlot[slot]!) {
      const total = aheadCost(streets, standings.pointOf(slot), entry)
      if (total !== Infinity) offer(slot, total, ~i)
    }
    if (entry.sinceStart === Infinity) continue
    const vertex = linkVertex[entry.link]!
    if (stamp[vertex] === now && cost[vertex]! <= entry.sinceStart) continue
    stamp[vertex] = now
    cost[vertex] = entry.sinceStart
    onward[vertex] = ~i
    heap.push(vertex, entry.sinceStart)
  }
  while (heap.size() > 0 && heap.topKey() < horizon) {
    const vertex = heap.pop()
    const base = cost[vertex]!
    for (let k = priorStarts[vertex]!; k < priorStarts[vertex + 1]!; k++) {
      const step = priorSteps[k]!
      for (let slot = firstSlot[stepLink[step]!]!; slot >= 0; slot = nextSlot[slot]!) {
        offer(slot, standings.pointOf(slot).untilEnd + stepTurnMs[step]! * COST_PER_MS + base, step)
      }
      const candidate = base + stepCost[step]!
      if (candidate === Infinity) continue
      const tail = stepTail[step]!
      if (stamp[tail] === now && cost[tail]! <= candidate) continue
      stamp[tail] = now
      cost[tail] = candidate
      onward[tail] = step
      heap.push(tail, candidate)
    }
  }
  heap.clear()
  // Who was seen on the way but is not among the first may not have his best yet. Of two at once the lower number is first.
  if (wanted < reached.length) {
    reached.sort((a, b) => best[a]! - best[b]! || a - b)
    for (const traveller of reached.slice(wanted)) best[traveller] = Infinity
  }
  return { bestSlot, bestStep, onward, entries }
}

/** The n-th lowest of some travellers' costs. n is small, or all of them. */
function nthBest(best: Float64Array, travellers: readonly number[], n: number): number {
  if (n >= travellers.length) {
    let most = -Infinity
    for (const traveller of travellers) if (best[traveller]! > most) most = best[traveller]!
    return most
  }
  return travellers.map((traveller) => best[traveller]!).sort((a, b) => a - b)[n - 1]!
}

/**
 * Cost from the nearest of some points to every vertex within reach, or from every vertex to the nearest of them.
 *
 * @param costMax    vertices beyond are left out
 * @param direction  `from` the points outward, or `to` them
 * @returns `vertices` in order of cost, their `costs`, and which point each belongs to; `ends`, the points on their links
 *
 * O(m + n log n) of what is reached. Dijkstra 1959 with several sources.
 */
export function reach(streets: Streets, points: readonly Snap[], costMax: number, direction: 'from' | 'to'): Reach {
  const { network, stepCost } = streets
  const { stepStarts, stepHead, stepTail, stepLink, stepTurnMs, priorStarts, priorSteps, linkVertex } = network
  const bench = benchOf(network)
  const { heap, cost, stamp, onward } = bench
  const now = ++bench.searches
  const forward = direction === 'from'
  const ends: ReachEnd[] = []
  for (const [point, snap] of points.entries()) {
    for (const at of forward ? exitsOf(streets, snap) : entriesOf(streets, snap)) ends.push({ point, at })
  }
  const offer = (vertex: number, candidate: number, point: number) => {
    if (candidate > costMax || (stamp[vertex] === now && cost[vertex]! <= candidate)) return
    stamp[vertex] = now
    cost[vertex] = candidate
    onward[vertex] = point
    heap.push(vertex, candidate)
  }
  for (const { point, at } of ends) {
    if (!forward) {
      if (at.sinceStart !== Infinity) offer(linkVertex[at.link]!, at.sinceStart, point)
      continue
    }
    if (at.untilEnd === Infinity) continue
    const vertex = linkVertex[at.link]!
    for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
      if (stepLink[step] === at.link) offer(stepHead[step]!, at.untilEnd + stepTurnMs[step]! * COST_PER_MS, point)
    }
  }
  const vertices: number[] = []
  const costs: number[] = []
  const pointOfVertex: number[] = []
  while (heap.size() > 0) {
    const vertex = heap.pop()
    const base = cost[vertex]!
    const point = onward[vertex]!
    vertices.push(vertex)
    costs.push(base)
    pointOfVertex.push(point)
    if (forward) {
      for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) offer(stepHead[step]!, base + stepCost[step]!, point)
    } else {
      for (let k = priorStarts[vertex]!; k < priorStarts[vertex + 1]!; k++) {
        const step = priorSteps[k]!
        offer(stepTail[step]!, base + stepCost[step]!, point)
      }
    }
  }
  return { vertices: Uint32Array.from(vertices), costs: Float64Array.from(costs), points: Uint32Array.from(pointOfVertex), ends }
}

/** One way in which a point lies on the network. */
export type ReachEnd = { readonly point: number; readonly at: LinkPoint }
export type Reach = {
  readonly vertices: Uint32Array
  readonly costs: Float64Array
  readonly points: Uint32Array
  readonly ends: readonly ReachEnd[]
}
