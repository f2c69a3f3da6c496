/** What all matchers on the same streets share: the roads near a fix, and room to look for ways. */
import { createNearby, NEAR_COUNT_MAX, type Nearby } from '../grid.ts'
import { CLOSED, NONE } from '../road-graph.ts'
import type { Streets } from '../streets.ts'
import { beliefs, hasHeading, headingScore, placeScore, ROADS_MAX, STATES_MAX, type Beliefs, type Fix } from './model.ts'
import { createWindings } from './windings.ts'
import { createWaySearch, type WaySearch } from './ways.ts'

/** The arcs near one fix, valid until the next look. */
export type Candidates = {
  count: number
  readonly arc: Uint32Array
  /** Millimetres along the arc. */
  readonly along: Float64Array
  /** How the fix speaks for it, a logarithm. */
  readonly score: Float64Array
  /** Metres from the fix. */
  readonly off: Float64Array
  /** The farthest is so far from the fix. */
  meters: number
}

export type Ground = {
  readonly ways: WaySearch
  readonly candidates: Candidates
  /** Look for the arcs near a fix, the nearest roads first. @returns how many */
  readonly look: (fix: Fix, sigma: number, metersMax: number, model: Beliefs) => number
  /** The pieces of an arc beyond its first: those from `copyPiece[copyFirst(arc)]` on, as long as `copyArc` is the arc; −1: none. */
  readonly copyFirst: (arc: number) => number
}

const grounds = new WeakMap<Streets, Ground>()
const nearbys = new WeakMap<Streets['graph'], Nearby>()

/** Built once for the same streets: O(links + shape points), about 70 bytes a vertex and 20 an edge. */
export function groundOf(streets: Streets): Ground {
  let ground = grounds.get(streets)
  if (!ground) grounds.set(streets, (ground = createGround(streets)))
  return ground
}

function createGround(streets: Streets): Ground {
  const { graph, network, driveMs } = streets
  const { arcPiece, copyArc } = network
  let nearby = nearbys.get(graph)
  if (!nearby) nearbys.set(graph, (nearby = createNearby(graph)))
  const near = nearby
  const windings = createWindings(graph)
  // Also where no way leads back: at the edge of the map, and a car park whose way out is missing was driven all the same.
  const open = Uint8Array.from({ length: graph.edgeCount }, (_, edge) => (driveMs[2 * edge] === CLOSED && driveMs[2 * edge + 1] === CLOSED ? 0 : 1))
  const firsts = new Map<number, number>()
  for (let k = copyArc.length - 1; k >= 0; k--) firsts.set(copyArc[k]!, k)
  const candidates: Candidates = { count: 0, arc: new Uint32Array(STATES_MAX), along: new Float64Array(STATES_MAX), score: new Float64Array(STATES_MAX), off: new Float64Array(STATES_MAX), meters: 0 }
  const { arc: candidateArc, along: candidateAlong, score: candidateScore, off: candidateOff } = candidates
  // of the look at hand
  let count = 0
  let deviation = 0
  let model = beliefs
  let heading: number | undefined
  const put = (edge: number, alongMm: number, meters: number, bearing: number) => {
    const along = Math.round(alongMm)
    const score = placeScore(meters / deviation, model)
    for (let side = 0; side < 2 && count < STATES_MAX; side++) {
      const arc = 2 * edge + side
      if (arcPiece[arc] === NONE || driveMs[arc] === CLOSED) continue
      candidateArc[count] = arc
      candidateOff[count] = meters
      candidateAlong[count] = side ? graph.edgeMillimeters[edge]! - along : along
      if (meters > candidates.meters) candidates.meters = meters
      candidateScore[count++] = heading === undefined ? score : score + headingScore(heading, bearing + 180 * side)
    }
  }
  return {
    ways: createWaySearch(streets),
    candidates,
    copyFirst: firsts.size === 0 ? () => -1 : (arc) => firsts.get(arc) ?? -1,
    look(fix, sigma, metersMax, believed) {
      model = believed
      const reach = Math.max(metersMax, 3 * sigma)
      const found = near.look(open, fix.lon, fix.lat, reach, Math.min(ROADS_MAX, NEAR_COUNT_MAX))
      heading = hasHeading(fix) ? fix.headingDegrees! : undefined
      deviation = sigma
      count = 0
      candidates.meters = 0
      for (let i = 0; i < found; i++) {
        const edge = near.edge[i]!
        const along = near.alongOf(i)
        put(edge, along, near.meters[i]!, heading === undefined ? 0 : near.bearingOf(i))
        if (windings.look(edge, along, fix.lon, fix.lat, reach)) put(edge, windings.found.alongMm, windings.found.meters, windings.found.bearingDegrees)
      }
      candidates.count = count
      return count
    },
  }
}
