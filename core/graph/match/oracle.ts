/** The same chain by the plainest means: every state of every fix, every way between them, Dijkstra to the end. For tests. */
import { distanceMeters } from '../../geo/distance.ts'
import type { Streets } from '../streets.ts'
import { groundOf } from './ground.ts'
import { matchDefaults } from './matcher.ts'
import { beliefs, sigmaOf, stepOf, wayScore, type Fix } from './model.ts'
import { lengthsOf, MM_PER_TURN_MS } from './ways.ts'

const TURNING_MM = 1000 * beliefs.turningMeters

export type Place = { readonly piece: number; readonly along: number }

/**
 * Costs of the shortest ways from a place, as `WaySearch` counts them; Infinity where there is none. O(vertices²) for each place one
 * sets out from.
 */
export function plainWays(streets: Streets): (from: Place) => (to: Place, backMm: number) => number {
  const { graph, network, driveMs } = streets
  const { pieceLink, pieceArc, arcPiece, linkVertex, stepStarts, stepHead, stepLink, stepTurnMs } = network
  const { linkMm, pieceMm, backLink } = lengthsOf(streets)
  const vertexCount = stepStarts.length - 1
  const turned = ({ piece, along }: Place): Place | undefined => {
    const arc = pieceArc[piece]! ^ 1
    return driveMs[arc] === 0xffff_ffff ? undefined : { piece: arcPiece[arc]!, along: graph.edgeMillimeters[arc >>> 1]! - along }
  }
  return (from) => {
    const cost = new Float64Array(vertexCount).fill(Infinity)
    const isDone = new Uint8Array(vertexCount)
    // driving a link to its end: on by every step, or back where a link begins that goes back
    const drive = (link: number, atEnd: number) => {
      const vertex = linkVertex[link]!
      for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
        if (stepLink[step] === link) cost[stepHead[step]!] = Math.min(cost[stepHead[step]!]!, atEnd + stepTurnMs[step]! * MM_PER_TURN_MS)
      }
      const back = backLink[link]!
      if (back !== 0xffff_ffff) cost[linkVertex[back]!] = Math.min(cost[linkVertex[back]!]!, atEnd + TURNING_MM)
    }
    const starts: [Place | undefined, number][] = [[from, 0], [turned(from), TURNING_MM]]
    for (const [place, base] of starts) {
      if (place) drive(pieceLink[place.piece]!, base + linkMm[pieceLink[place.piece]!]! - pieceMm[place.piece]! - place.along)
    }
    for (;;) {
      let vertex = -1
      for (let other = 0; other < vertexCount; other++) if (!isDone[other] && cost[other]! < (vertex < 0 ? Infinity : cost[vertex]!)) vertex = other
      if (vertex < 0) break
      isDone[vertex] = 1
      const links = new Set(stepLink.subarray(stepStarts[vertex], stepStarts[vertex + 1]))
      for (const link of links) drive(link, cost[vertex]! + linkMm[link]!)
    }
    return (to, backMm) => {
      let best = cost[linkVertex[pieceLink[to.piece]!]!]! + pieceMm[to.piece]! + to.along
      for (const [place, base] of starts) {
        if (!place || pieceLink[place.piece] !== pieceLink[to.piece]) continue
        const difference = pieceMm[to.piece]! + to.along - pieceMm[place.piece]! - place.along
        if (difference >= 0) best = Math.min(best, base + difference)
        else if (base === 0 && difference >= -backMm) best = 0
      }
      return best
    }
  }
}

/**
 * The best chain over all fixes, none of them skipped, dropped or decided early.
 *
 * @returns its score, and the place on it for each fix; undefined where no chain goes through all of them
 */
export function plainChain(streets: Streets, fixes: readonly Fix[], sigmaMeters: number): { score: number; places: Place[] } | undefined {
  const { arcPiece, copyArc, copyPiece } = streets.network
  const ground = groundOf(streets)
  const ways = plainWays(streets)
  type State = Place & { readonly score: number; readonly prior: State | undefined }
  let layer: State[] = []
  for (const [i, fix] of fixes.entries()) {
    const count = ground.look(fix, sigmaOf(fix, sigmaMeters), matchDefaults.metersMax, beliefs)
    const { arc, along, score } = ground.candidates
    const candidates = Array.from({ length: count }, (_, j) => ({
      pieces: [arcPiece[arc[j]!]!, ...(i === 0 ? [] : [...copyPiece].filter((_, k) => copyArc[k] === arc[j]))],
      along: along[j]!,
      score: score[j]!,
    }))
    if (i === 0) {
      layer = candidates.map((each) => ({ piece: each.pieces[0]!, along: each.along, score: each.score, prior: undefined }))
      continue
    }
    const before = fixes[i - 1]!
    const noise = sigmaOf(fix, sigmaMeters) + sigmaOf(before, sigmaMeters)
    const seconds = (fix.ms - before.ms) / 1000
    const step = stepOf(distanceMeters(before.lon, before.lat, fix.lon, fix.lat), seconds, noise, matchDefaults.speedMax * seconds + 2 * noise, beliefs)
    const least = Math.max(...candidates.map((each) => each.score)) - beliefs.unlikely / step.weight
    const next: (State | undefined)[] = candidates.map(() => undefined)
    for (const state of layer) {
      const costTo = ways(state)
      for (const [j, { pieces, along, score }] of candidates.entries()) {
        if (score < least) continue
        for (const piece of pieces) {
          const cost = costTo({ piece, along }, step.backMm)
          if (cost > step.limitMm) continue
          const behind = cost === 0 && piece === state.piece ? Math.max(0, state.along - along) : 0
          const total = state.score + step.weight * score + wayScore(step, cost, behind)
          if (!next[j] || total > next[j].score) next[j] = { piece, along, score: total, prior: state }
        }
      }
    }
    layer = next.filter((state) => state !== undefined)
    if (layer.length === 0) return undefined
  }
  const best = layer.reduce((one, other) => (other.score > one.score ? other : one))
  const places: Place[] = []
  for (let state: State | undefined = best; state; state = state.prior) places.unshift({ piece: state.piece, along: state.along })
  return { score: best.score, places }
}
