/** The shortest ways from one place on the road to some others near by, on the link graph, as far as they are asked for. */
import { createHeap } from '../heap.ts'
import { CLOSED, linkCountOf, NONE, vertexCountOf } from '../road-graph.ts'
import type { Streets } from '../streets.ts'

/** What turning round where others drive on counts, and what the engine's turn costs count, as if it were road. */
const U_TURN_MM = 60_000
const MM_PER_TURN_MS = 2

export type WaySearch = {
  /** Set out from a place; nothing is searched yet. */
  readonly start: (piece: number, alongMm: number, costMax: number) => void
  /**
   * Cost to a place, millimetres with turns counted as road; Infinity beyond the limit. Searches as far as it must.
   * `backMm`: so much behind the start on the same piece is standing still (noise), at no cost.
   */
  readonly costTo: (piece: number, alongMm: number, backMm: number) => number
  /** The pieces of the way that `costTo` just found, in driving order, the first and last included. */
  readonly pathTo: (piece: number, alongMm: number, backMm: number) => number[]
  /** Do not drive on this link beyond where the way begins or ends; `NONE` forgets it. */
  readonly forbid: (link: number) => void
  /** The piece that goes back on the same road, `NONE` where that is closed. */
  readonly backPiece: (piece: number) => number
}

export function createWaySearch({ graph, network, driveMs }: Streets): WaySearch {
  const { linkStarts, pieceArc, pieceLink, pieceTurnMs, arcPiece, linkVertex, stepStarts, stepHead, stepLink, stepTurnMs, stepTail } = network
  const linkCount = linkCountOf(network)
  const vertexCount = vertexCountOf(network)
  const linkMm = new Float64Array(linkCount)
  const pieceMm = new Float64Array(pieceArc.length)
  /** [links] the link that goes back from the end of each, `NONE` where none begins there. */
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
  const heap = createHeap(vertexCount)
  const cost = new Float64Array(vertexCount)
  const stamp = new Uint32Array(vertexCount)
  const settled = new Uint32Array(vertexCount)
  /** [vertices] step taken to it; −1, −2 from the start and from the start turned round; −3 − link: turned round at its end. */
  const prior = new Int32Array(vertexCount)
  let now = 0
  let limit = 0
  let forbidden = NONE
  let [startPiece, startAlong, turnedPiece, turnedAlong] = [0, 0, NONE, 0]

  const backPiece = (piece: number): number => {
    const arc = pieceArc[piece]! ^ 1
    return driveMs[arc] === CLOSED ? NONE : arcPiece[arc]!
  }
  const offer = (vertex: number, candidate: number, by: number) => {
    if (candidate > limit || (stamp[vertex] === now && cost[vertex]! <= candidate)) return
    stamp[vertex] = now
    cost[vertex] = candidate
    prior[vertex] = by
    heap.push(vertex, candidate)
  }
  const leave = (piece: number, along: number, base: number, by: number) => {
    const link = pieceLink[piece]!
    const atEnd = base + linkMm[link]! - pieceMm[piece]! - along
    const vertex = linkVertex[link]!
    for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
      if (stepLink[step] === link) offer(stepHead[step]!, atEnd + stepTurnMs[step]! * MM_PER_TURN_MS, by)
    }
    if (backLink[link] !== NONE) offer(linkVertex[backLink[link]!]!, atEnd + U_TURN_MM, by)
  }
  const settle = (target: number) => {
    while (settled[target] !== now && heap.size() > 0) {
      const vertex = heap.pop()
      settled[vertex] = now
      const base = cost[vertex]!
      for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
        const link = stepLink[step]!
        if (link === forbidden) continue
        const atEnd = base + linkMm[link]!
        offer(stepHead[step]!, atEnd + stepTurnMs[step]! * MM_PER_TURN_MS, step)
        if (backLink[link] !== NONE) offer(linkVertex[backLink[link]!]!, atEnd + U_TURN_MM, -3 - link)
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
  const costTo = (piece: number, along: number, backMm: number): number => {
    let best = ahead(startPiece, startAlong, piece, along, backMm)
    found = 'ahead'
    // A link may go into a dead end and come back: turning round before may be shorter, but never than this.
    if (best <= U_TURN_MM) return best <= limit ? best : Infinity
    const turned = ahead(turnedPiece, turnedAlong, piece, along, 0) + U_TURN_MM
    if (turned < best) {
      best = turned
      found = 'turned'
    }
    const vertex = linkVertex[pieceLink[piece]!]!
    settle(vertex)
    if (settled[vertex] === now) {
      const there = cost[vertex]! + pieceMm[piece]! + along
      if (there < best) {
        best = there
        found = 'search'
      }
    }
    return best <= limit ? best : Infinity
  }
  const run = (first: number, last: number, into: number[]) => {
    for (let piece = last; piece >= first; piece--) into.push(piece)
  }
  return {
    start(piece, alongMm, costMax) {
      heap.clear()
      now++
      limit = costMax
      startPiece = piece
      startAlong = alongMm
      turnedPiece = backPiece(piece)
      turnedAlong = graph.edgeMillimeters[pieceArc[piece]! >>> 1]! - alongMm
      leave(piece, alongMm, 0, -1)
      if (turnedPiece !== NONE) leave(turnedPiece, turnedAlong, U_TURN_MM, -2)
    },
    costTo,
    pathTo(piece, along, backMm) {
      const backwards: number[] = []
      costTo(piece, along, backMm)
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
