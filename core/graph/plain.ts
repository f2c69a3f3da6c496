/**
 * The plain way to the same answer: textbook Dijkstra, forward, over every piece of road and every turn, with nothing
 * compressed, prepared, bounded or kept. What `gengfu roads check` and the benches hold the engine's answers against.
 */
import { costOf } from './cost.ts'
import { createHeap } from './heap.ts'
import type { Snap } from './grid.ts'
import { CLOSED } from './road-graph.ts'
import { aheadCost, entriesOf, exitsOf, partCost, type Streets } from './streets.ts'

/** Cost from one point to any other; Infinity where there is no way. */
export type PlainTree = (to: Snap) => number

/** Everything from one point. O(pieces × log pieces), some megabytes each time. */
export function plainTree(streets: Streets, from: Snap): PlainTree {
  const { graph, network, driveMs, closures } = streets
  const { pieceArc, pieceLink, pieceTurnMs, linkStarts, linkVertex, stepStarts, stepHead, stepLink, stepTurnMs } = network
  /** Cost at the beginning of each piece. */
  const costs = new Float64Array(pieceArc.length).fill(Infinity)
  const heap = createHeap(pieceArc.length)
  const relax = (piece: number, cost: number) => {
    if (cost >= costs[piece]!) return
    costs[piece] = cost
    heap.push(piece, cost)
  }
  const linksAt = new Map<number, number[]>()
  for (let link = 0; link < linkVertex.length; link++) {
    const here = linksAt.get(linkVertex[link]!)
    if (here) here.push(link)
    else linksAt.set(linkVertex[link]!, [link])
  }
  /** Go on from the end of a piece that was reached at some cost. */
  const goOn = (piece: number, atEnd: number) => {
    const link = pieceLink[piece]!
    if (piece + 1 < linkStarts[link + 1]!) return relax(piece + 1, atEnd + costOf(pieceTurnMs[piece + 1]!, 0))
    for (let step = stepStarts[linkVertex[link]!]!; step < stepStarts[linkVertex[link]! + 1]!; step++) {
      if (stepLink[step] !== link) continue
      for (const next of linksAt.get(stepHead[step]!) ?? []) relax(linkStarts[next]!, atEnd + costOf(stepTurnMs[step]!, 0))
    }
  }
  const wholeCost = (arc: number) => (closures.has(arc >>> 1) ? Infinity : partCost(streets, arc, graph.edgeMillimeters[arc >>> 1]!))

  const exits = exitsOf(streets, from)
  for (const exit of exits) {
    const rest = aheadCost(streets, exit, { ...exit, along: graph.edgeMillimeters[from.edge]! })
    if (rest !== Infinity) goOn(exit.piece, rest)
  }
  while (heap.size() > 0) {
    const piece = heap.pop()
    const arc = pieceArc[piece]!
    const whole = driveMs[arc] === CLOSED ? Infinity : wholeCost(arc)
    if (whole !== Infinity) goOn(piece, costs[piece]! + whole)
  }
  return (to) => {
    let best = Infinity
    for (const entry of entriesOf(streets, to)) {
      for (const exit of exits) best = Math.min(best, aheadCost(streets, exit, entry))
      best = Math.min(best, costs[entry.piece]! + aheadCost(streets, { ...entry, along: 0 }, entry))
    }
    return best
  }
}
