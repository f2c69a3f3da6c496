/** The shortest ways from a place on the road to some others near by, on the link graph, as far as they are asked for. */
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import { createHeap } from '../heap.ts'
import { CLOSED, headOf, linkCountOf, NONE, tailOf, vertexCountOf } from '../road-graph.ts'
import type { Streets } from '../streets.ts'

/** What the engine's turn costs count, as if it were road. */
export const MM_PER_TURN_MS = 2
/** Beyond this no way is looked for, millimetres. The straight line to the goal is a bound only as far as the flat map holds. */
export const WAY_MM_MAX = 6_000_000
/** Degrees of latitude that such a way may lead away from its goal, and what rounding may take from a length. */
const AWAY_DEGREES = 0.06
const BOUND_SHARE = 0.995

export type WaySearch = {
  /** All places asked for from now on lie within so many metres of here: what leads away from there is not searched. */
  readonly aim: (lon: number, lat: number, meters: number) => void
  /** As `aim`, at the beginning of this piece's link. */
  readonly aimAt: (piece: number) => void
  /**
   * Set out from a place; nothing is searched yet. Millimetres, at most `WAY_MM_MAX`; what turning round counts where others drive on.
   * Since the last `aim`, ways that come to a crossing no sooner than those of an earlier start are not followed beyond it, where
   * `rank` is at most the `beats` of that start. Infinity and −Infinity: all are followed.
   */
  readonly start: (piece: number, alongMm: number, costMax: number, turningMm: number, rank: number, beats: number) => void
  /**
   * Cost to a place, millimetres with turns counted as road; Infinity beyond `costMax` (not above the one of `start`). Searches as far
   * as it must. `backMm`: so much behind the start on the same piece is standing still (noise), at no cost.
   */
  readonly costTo: (piece: number, alongMm: number, backMm: number, costMax: number) => number
  /** The pieces of the shortest way in driving order, the first and last included; empty where there is none. */
  readonly pathTo: (piece: number, alongMm: number, backMm: number) => number[]
  /** Do not drive on this link beyond where the way begins or ends; `NONE` forgets it. */
  readonly forbid: (link: number) => void
  /** The piece that goes back on the same road, `NONE` where that is closed. */
  readonly backPiece: (piece: number) => number
}

/** Lengths with turns counted as road. */
export type Lengths = {
  /** [links] the whole link. */
  readonly linkMm: Float64Array
  /** [pieces] from the link's beginning to the piece's. */
  readonly pieceMm: Float64Array
  /** [links] the link that goes back from the end of each, `NONE` where none begins there. */
  readonly backLink: Uint32Array
}

/** O(pieces). */
export function lengthsOf({ graph, network }: Streets): Lengths {
  const { linkStarts, pieceArc, pieceLink, pieceTurnMs, arcPiece } = network
  const linkCount = linkCountOf(network)
  const linkMm = new Float64Array(linkCount)
  const pieceMm = new Float64Array(pieceArc.length)
  const backLink = new Uint32Array(linkCount).fill(NONE)
  for (let link = 0; link < linkCount; link++) {
    let sum = 0
    for (let piece = linkStarts[link]!; piece < linkStarts[link + 1]!; piece++) {
      sum += pieceTurnMs[piece]! * MM_PER_TURN_MS
      pieceMm[piece] = sum
      sum += graph.edgeMillimeters[pieceArc[piece]! >>> 1]!
    }
    linkMm[link] = sum
    const back = arcPiece[pieceArc[linkStarts[link + 1]! - 1]! ^ 1]!
    if (back !== NONE && back === linkStarts[pieceLink[back]!]) backLink[link] = pieceLink[back]!
  }
  return { linkMm, pieceMm, backLink }
}

/**
 * Room for one search at a time: about 90 bytes a vertex and 12 a link.
 *
 * Hart, Nilsson & Raphael 1968 (A*): a way is never shorter than the straight line to the goal. Exact: what is left out could not
 * have come within the limit.
 */
export function createWaySearch(streets: Streets): WaySearch {
  const { graph, network, driveMs } = streets
  const { linkStarts, pieceArc, pieceLink, arcPiece, linkVertex, stepStarts, stepHead, stepLink, stepTurnMs, stepTail } = network
  const { linkMm, pieceMm, backLink } = lengthsOf(streets)
  const vertexCount = vertexCountOf(network)
  /** [2 × vertices] lon, lat in 1e-7 degrees. */
  const places = placesOf(streets)
  const heap = createHeap(vertexCount)
  const cost = new Float64Array(vertexCount)
  const stamp = new Uint32Array(vertexCount)
  const settled = new Uint32Array(vertexCount)
  /** [vertices] step taken to it; −1, −2 from the start and from the start turned round; −3 − link: turned round at its end. */
  const prior = new Int32Array(vertexCount)
  /** [vertices] of the first start that came here since the last `aim`: its cost, and what it beats. */
  const firstCost = new Float64Array(vertexCount)
  const firstBeats = new Float64Array(vertexCount)
  const firstStamp = new Uint32Array(vertexCount)
  let era = 0
  let [rank, beats] = [Infinity, -Infinity]
  let now = 0
  let limit = 0
  let uTurnMm = 0
  let forbidden = NONE
  let [startPiece, startAlong, turnedPiece, turnedAlong] = [0, 0, NONE, 0]
  /** The goal: its place, millimetres in 1e-7 degrees there (never too many), and the radius. */
  let [goalLon, goalLat, mmPerLon, goalMm] = [0, 0, 0, 0]
  const mmPerLat = (METERS_PER_DEGREE / 1e4) * BOUND_SHARE
  const aimHere = (lon: number, lat: number, mm: number) => {
    era++
    goalLon = lon
    goalLat = lat
    goalMm = mm
    mmPerLon = mmPerLat * Math.max(0, Math.cos(((Math.abs(lat) / 1e7 + AWAY_DEGREES) * Math.PI) / 180))
  }

  const backPiece = (piece: number): number => {
    const arc = pieceArc[piece]! ^ 1
    return driveMs[arc] === CLOSED ? NONE : arcPiece[arc]!
  }
  /** What is left to the goal at least. */
  const leftOf = (vertex: number): number => {
    const dx = (places[2 * vertex]! - goalLon) * mmPerLon
    const dy = (places[2 * vertex + 1]! - goalLat) * mmPerLat
    const left = Math.sqrt(dx * dx + dy * dy) - goalMm
    return left > 0 ? left : 0
  }
  const offer = (vertex: number, candidate: number, by: number) => {
    if (candidate > limit || (stamp[vertex] === now && (cost[vertex]! <= candidate || settled[vertex] === now))) return
    const key = candidate + leftOf(vertex)
    if (key > limit) return
    stamp[vertex] = now
    cost[vertex] = candidate
    prior[vertex] = by
    heap.push(vertex, key)
  }
  const leave = (piece: number, along: number, base: number, by: number) => {
    const link = pieceLink[piece]!
    const atEnd = base + linkMm[link]! - pieceMm[piece]! - along
    if (atEnd > limit) return
    const vertex = linkVertex[link]!
    for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
      if (stepLink[step] === link) offer(stepHead[step]!, atEnd + stepTurnMs[step]! * MM_PER_TURN_MS, by)
    }
    if (backLink[link] !== NONE) offer(linkVertex[backLink[link]!]!, atEnd + uTurnMm, by)
  }
  const settle = (target: number, costMax: number) => {
    while (settled[target] !== now && heap.size() > 0 && heap.topKey() <= costMax) {
      const vertex = heap.pop()
      settled[vertex] = now
      const base = cost[vertex]!
      if (firstStamp[vertex] !== era) {
        firstStamp[vertex] = era
        firstCost[vertex] = base
        firstBeats[vertex] = beats
      } else if (base >= firstCost[vertex]! && rank <= firstBeats[vertex]!) {
        cost[vertex] = Infinity
        continue
      }
      for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
        const link = stepLink[step]!
        if (link === forbidden) continue
        const atEnd = base + linkMm[link]!
        if (atEnd > limit) continue
        offer(stepHead[step]!, atEnd + stepTurnMs[step]! * MM_PER_TURN_MS, step)
        if (backLink[link] !== NONE) offer(linkVertex[backLink[link]!]!, atEnd + uTurnMm, -3 - link)
      }
    }
  }
  const ahead = (from: number, fromAlong: number, to: number, toAlong: number, backMm: number): number => {
    if (from === NONE || pieceLink[from] !== pieceLink[to]) return Infinity
    const difference = pieceMm[to]! + toAlong - pieceMm[from]! - fromAlong
    return difference >= 0 ? difference : difference >= -backMm ? 0 : Infinity
  }
  /** Which of three ways is best: straight on, turned round and straight on, or by the search. */
  let found: 'ahead' | 'turned' | 'search' = 'ahead'
  const costTo = (piece: number, along: number, backMm: number, costMax: number): number => {
    let best = ahead(startPiece, startAlong, piece, along, backMm)
    found = 'ahead'
    // A link may go into a dead end and come back: turning round before may be shorter, but never than this.
    if (best <= uTurnMm) return best <= costMax ? best : Infinity
    const turned = ahead(turnedPiece, turnedAlong, piece, along, 0) + uTurnMm
    if (turned < best) {
      best = turned
      found = 'turned'
    }
    const vertex = linkVertex[pieceLink[piece]!]!
    const rest = pieceMm[piece]! + along
    // the key that the vertex has at most, if the way through it is to be good enough; a millimetre for rounding
    if (settled[vertex] !== now) settle(vertex, Math.min(best, costMax) - rest + leftOf(vertex) + 1)
    if (settled[vertex] === now) {
      const there = cost[vertex]! + rest
      if (there < best) {
        best = there
        found = 'search'
      }
    }
    return best <= costMax ? best : Infinity
  }
  const run = (first: number, last: number, into: number[]) => {
    for (let piece = last; piece >= first; piece--) into.push(piece)
  }
  return {
    aim: (lon, lat, meters) => aimHere(lon * 1e7, lat * 1e7, meters * 1000),
    aimAt(piece) {
      const vertex = linkVertex[pieceLink[piece]!]!
      aimHere(places[2 * vertex]!, places[2 * vertex + 1]!, 0)
    },
    start(piece, alongMm, costMax, turningMm, ranked, beaten) {
      heap.clear()
      now++
      limit = Math.min(costMax, WAY_MM_MAX)
      uTurnMm = turningMm
      rank = ranked
      beats = beaten
      startPiece = piece
      startAlong = alongMm
      turnedPiece = backPiece(piece)
      turnedAlong = graph.edgeMillimeters[pieceArc[piece]! >>> 1]! - alongMm
      leave(piece, alongMm, 0, -1)
      if (turnedPiece !== NONE) leave(turnedPiece, turnedAlong, uTurnMm, -2)
    },
    costTo,
    pathTo(piece, along, backMm) {
      const backwards: number[] = []
      if (costTo(piece, along, backMm, limit) === Infinity) return backwards
      if (found === 'ahead') {
        run(Math.min(startPiece, piece), piece, backwards)
        return backwards.reverse()
      }
      if (found === 'turned') {
        run(turnedPiece, piece, backwards)
        backwards.push(startPiece)
        return backwards.reverse()
      }
      run(linkStarts[pieceLink[piece]!]!, piece, backwards)
      for (let vertex = linkVertex[pieceLink[piece]!]!; ; ) {
        const by = prior[vertex]!
        if (by === -1 || by === -2) {
          const first = by === -1 ? startPiece : turnedPiece
          run(first, linkStarts[pieceLink[first]! + 1]! - 1, backwards)
          if (by === -2) backwards.push(startPiece)
          return backwards.reverse()
        }
        const link = by >= 0 ? stepLink[by]! : -3 - by
        run(linkStarts[link]!, linkStarts[link + 1]! - 1, backwards)
        vertex = by >= 0 ? stepTail[by]! : linkVertex[link]!
      }
    },
    forbid(link) {
      forbidden = link
    },
    backPiece,
  }
}

/** Where each vertex lies. A vertex from which nothing goes on lies where the roads to it end. */
function placesOf({ graph, network }: Streets): Float64Array {
  const { linkStarts, linkVertex, pieceArc, stepHead, stepLink } = network
  const places = new Float64Array(2 * vertexCountOf(network))
  const put = (vertex: number, node: number) => places.set([graph.nodes[2 * node]!, graph.nodes[2 * node + 1]!], 2 * vertex)
  for (let step = 0; step < stepHead.length; step++) put(stepHead[step]!, headOf(graph, pieceArc[linkStarts[stepLink[step]! + 1]! - 1]!))
  for (let link = 0; link < linkVertex.length; link++) put(linkVertex[link]!, tailOf(graph, pieceArc[linkStarts[link]!]!))
  return places
}
