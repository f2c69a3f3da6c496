/**
 * One step of the hidden Markov model: from where a traveller may have been to where he may be now.
 *
 * States are places on directed roads; a fix speaks for a place by its distance (Gaussian), a way between two places by how much
 * longer it is than the straight line (exponential). Newson & Krumm 2009.
 */
import { distanceMeters } from '../../geo/distance.ts'
import { COST_PER_MS, metersOf } from '../cost.ts'
import { createHeap } from '../heap.ts'
import { edgesNear } from '../grid.ts'
import { vertexCountOf } from '../road-graph.ts'
import { aheadCost, entriesOf, type LinkPoint, type Streets } from '../streets.ts'

export type Fix = {
  readonly lon: number
  readonly lat: number
  /** Milliseconds since whenever. */
  readonly at: number
}

export type MatchOptions = {
  /** Standard deviation of a fix from the road, metres. */
  readonly sigmaMeters: number
  /** How much longer than the straight line a way usually is: metres, and metres more for each second between fixes. */
  readonly betaMeters: number
  readonly betaMetersPerSecond: number
  /** Roads farther from a fix than this are not considered; a fix with none is an outlier. */
  readonly radiusMeters: number
  readonly edgesMax: number
  /** Nobody drives faster. */
  readonly speedMetersPerSecondMax: number
  /** What turning round in the street is worth in metres of detour. */
  readonly uTurnMeters: number
}

export const usualOptions: MatchOptions = {
  sigmaMeters: 6,
  betaMeters: 3,
  betaMetersPerSecond: 0.4,
  radiusMeters: 60,
  edgesMax: 10,
  speedMetersPerSecondMax: 60,
  uTurnMeters: 60,
}

/** A place where a traveller may have been. */
export type Place = {
  readonly point: LinkPoint
  readonly arc: number
  /** Metres between the fix and the road. */
  readonly meters: number
  /** Log likelihood of the best way here, relative to the column's other places only. */
  score: number
  /** Place in the column before that the best way comes from, −1 at a beginning. */
  back: number
  /** How it comes from there: by driving, by standing (or a fix that jumped back a little), or by turning round in the street. */
  by: 'driving' | 'standing' | 'turning'
}
export type Column = { readonly fix: Fix; readonly places: Place[] }

/** Room for the searches of one network. */
export type Trellis = {
  readonly streets: Streets
  /** Places near a fix, their scores those of the fix alone. Empty for an outlier. */
  readonly placesNear: (fix: Fix) => Place[]
  /** Score the places of a fix by the best ways to them. @returns whether there is a way to any */
  readonly advance: (before: Column, now: Column) => boolean
  /** Steps from one place to another, and metres (links to avoid count double); undefined where there is no way. */
  readonly wayBetween: (from: LinkPoint, to: LinkPoint, metersMax: number, avoid?: ReadonlySet<number>) => { readonly steps: number[]; readonly meters: number } | undefined
}

/** Places so much less likely than the best are not followed. */
const SCORE_GAP = 40

/**
 * @param streets  driven at one and the same speed everywhere (`lengthStreets`): the shortest way counts, turns weigh a little
 */
export function createTrellis(streets: Streets, options: MatchOptions): Trellis {
  const { graph, network, mode, stepCost } = streets
  const { linkVertex, stepStarts, stepHead, stepLink, stepTurnMs } = network
  const count = vertexCountOf(network)
  const heap = createHeap(count)
  const cost = new Float64Array(count)
  const stamp = new Uint32Array(count)
  const parent = new Int32Array(count)
  const wanted = new Uint32Array(count)
  let searches = 0
  const { sigmaMeters, betaMeters, betaMetersPerSecond, radiusMeters, edgesMax, speedMetersPerSecondMax, uTurnMeters } = options

  function placesNear(fix: Fix): Place[] {
    const near = edgesNear(graph, mode, fix.lon, fix.lat, { metersMax: radiusMeters, countMax: edgesMax })
    const places: Place[] = []
    for (const snap of near) {
      const ratio = snap.meters / sigmaMeters
      for (const point of entriesOf(streets, snap)) {
        places.push({ point, arc: network.pieceArc[point.piece]!, meters: snap.meters, score: -0.5 * ratio * ratio, back: -1, by: 'driving' })
      }
    }
    return places
  }

  /** Search forward from a place until all wanted vertices are settled or the limit is passed. Links to avoid cost double. */
  function search(from: LinkPoint, limit: number, wantedCount: number, avoid?: ReadonlySet<number>): void {
    const now = ++searches
    let left = wantedCount
    const offer = (vertex: number, candidate: number, step: number) => {
      if (candidate > limit || (stamp[vertex] === now && cost[vertex]! <= candidate)) return
      stamp[vertex] = now
      cost[vertex] = candidate
      parent[vertex] = step
      heap.push(vertex, candidate)
    }
    const start = linkVertex[from.link]!
    for (let step = stepStarts[start]!; step < stepStarts[start + 1]!; step++) {
      if (stepLink[step] === from.link) offer(stepHead[step]!, from.untilEnd + stepTurnMs[step]! * COST_PER_MS, ~step)
    }
    while (heap.size() > 0 && left > 0) {
      const vertex = heap.pop()
      if (wanted[vertex] === wantedMark) left--
      const base = cost[vertex]!
      for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
        offer(stepHead[step]!, base + stepCost[step]! * (avoid?.has(stepLink[step]!) ? 2 : 1), step)
      }
    }
    heap.clear()
  }
  let wantedMark = 0
  function want(points: readonly LinkPoint[]): number {
    wantedMark++
    let different = 0
    for (const { link } of points) {
      const vertex = linkVertex[link]!
      if (wanted[vertex] === wantedMark) continue
      wanted[vertex] = wantedMark
      different++
    }
    return different
  }

  function advance(before: Column, now: Column): boolean {
    const seconds = Math.max(0.001, (now.fix.at - before.fix.at) / 1000)
    const straight = distanceMeters(before.fix.lon, before.fix.lat, now.fix.lon, now.fix.lat)
    const beta = betaMeters + betaMetersPerSecond * seconds
    // both ends may be off by the noise; a detour beyond this says nothing any more
    const metersMax = Math.min(speedMetersPerSecondMax * seconds + 6 * sigmaMeters, straight + 4 * radiusMeters + SCORE_GAP * beta)
    // at 36 km/h a metre takes 100 ms; turns weigh up to twice the way
    const limit = 2 * metersMax * 100 * COST_PER_MS
    const slack = 2.5 * sigmaMeters
    let best = -Infinity
    for (const place of before.places) best = Math.max(best, place.score)
    const own = now.places.map(({ score }) => score)
    for (const place of now.places) {
      place.score = -Infinity
      place.back = -1
    }
    const vertices = want(now.places.map(({ point }) => point))
    let any = false
    for (const [i, from] of before.places.entries()) {
      if (from.score < best - SCORE_GAP) continue
      search(from.point, limit, vertices)
      for (const [j, to] of now.places.entries()) {
        let meters = metersOf(aheadCost(streets, from.point, to.point))
        let by: Place['by'] = 'driving'
        const vertex = linkVertex[to.point.link]!
        if (meters === Infinity && stamp[vertex] === searches) meters = metersOf(cost[vertex]! + to.point.sinceStart)
        if (from.arc === to.arc && from.point.piece === to.point.piece && to.point.along < from.point.along) {
          // a fix that jumped back a little, on a car that stands or crawls
          const back = (from.point.along - to.point.along) / 1000
          if (back < slack && back < meters) [meters, by] = [Math.max(0, straight - back), 'standing']
        } else if (from.arc === (to.arc ^ 1) && straight < 4 * radiusMeters) {
          const whole = graph.edgeMillimeters[from.arc >>> 1]!
          const turned = Math.abs(whole - to.point.along - from.point.along) / 1000 + uTurnMeters
          if (turned < meters) [meters, by] = [turned, 'turning']
        }
        if (!(meters <= metersMax)) continue
        const score = from.score + own[j]! - Math.abs(meters - straight) / beta
        if (score <= to.score) continue
        to.score = score
        to.back = i
        to.by = by
        any = true
      }
    }
    return any
  }

  return {
    streets,
    placesNear,
    advance,
    wayBetween(from, to, metersMax, avoid) {
      const straightOn = aheadCost(streets, from, to)
      if (straightOn !== Infinity && !avoid) return { steps: [], meters: metersOf(straightOn) }
      search(from, 2 * metersMax * 100 * COST_PER_MS, want([to]), avoid)
      let vertex = linkVertex[to.link]!
      if (stamp[vertex] !== searches) return undefined
      const meters = metersOf(cost[vertex]! + to.sinceStart)
      const steps: number[] = []
      for (;;) {
        const step = parent[vertex]!
        if (step < 0) {
          steps.unshift(~step)
          break
        }
        steps.unshift(step)
        vertex = network.stepTail[step]!
      }
      return { steps, meters }
    },
  }
}
