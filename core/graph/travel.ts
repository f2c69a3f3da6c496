/** Who gets there when, and by which way, on the streets of this moment: searches that need nothing prepared. */
import { roomOf } from './search-room.ts'
import { COST_PER_MS, metersOf, msOf } from './cost.ts'
import type { Snap } from './grid.ts'
import { createStandings, type Standings } from './standings.ts'
import { aheadCost, entriesOf, type Streets } from './streets.ts'
import { wayOf, type Leg, type Way } from './way.ts'

export type ArrivalLimits = {
  /** Look no farther than this. */
  readonly millisecondsMax?: number
  /** Stop when so many have been found: the first ones to arrive. */
  readonly countMax?: number
  /** By traveller: 1 for those who are meant; all when absent. */
  readonly only?: Uint8Array
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

/**
 * Search from a place backwards, and write each traveller's best cost into `best`.
 *
 * @returns for each traveller the slot he leaves by and his first step, or the complement of the entry he comes straight to;
 *          `onward` by vertex, valid until the next search on this network
 */
function backwards(standings: Standings, to: Snap, best: Float64Array, { millisecondsMax = Infinity, countMax = Infinity, only }: ArrivalLimits) {
  const { streets, firstSlot } = standings
  const { network, stepCost } = streets
  const { stepTail, stepLink, stepTurnMs, priorStarts, priorSteps, linkVertex } = network
  const room = roomOf(network)
  const { heap, cost, stamp, onward } = room
  const now = ++room.searches
  const nextSlot = standings.nextSlot()
  const bestSlot = new Int32Array(best.length).fill(-1)
  const bestStep = new Int32Array(best.length)

  const wanted = Math.min(countMax, only ? meantCount(standings, only) : standings.placedCount())
  const limit = millisecondsMax === Infinity ? Infinity : (millisecondsMax + 1) * COST_PER_MS
  const reached: number[] = []
  // Nothing settled after this cost can better anybody who is wanted.
  let horizon = wanted > 0 ? limit : -Infinity
  const offer = (slot: number, total: number, step: number) => {
    const traveller = standings.travellerOf(slot)
    if (only && only[traveller] !== 1) return
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

function meantCount(standings: Standings, only: Uint8Array): number {
  let count = 0
  for (let traveller = 0; traveller < standings.capacity(); traveller++) if (only[traveller] === 1 && standings.isPlaced(traveller)) count++
  return count
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
