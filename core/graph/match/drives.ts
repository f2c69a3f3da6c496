/** Invented drives, for tests and benches: where somebody goes who knows no router of ours. */
import type { TravelMode } from '../graph-input.ts'
import { createHeap } from '../heap.ts'
import { vertexCountOf, type RoadGraph } from '../road-graph.ts'

export type Roads = {
  readonly graph: RoadGraph
  readonly mode: TravelMode
  /** Where a drive may begin. */
  readonly pieces: readonly number[]
  /** The links that begin at a vertex. */
  readonly linksAt: (vertex: number) => readonly number[]
}

/** O(links). @throws Error when no road of the mode is open */
export function roadsFor(graph: RoadGraph, mode: TravelMode): Roads {
  const { pieceArc, linkVertex, usable } = graph.networks[mode]
  const pieces = [...pieceArc.keys()].filter((piece) => usable[pieceArc[piece]! >>> 1] === 1)
  if (pieces.length === 0) throw new Error(`Found no road open to ${mode}`)
  const links = new Map<number, number[]>()
  for (const [link, vertex] of linkVertex.entries()) {
    const there = links.get(vertex)
    if (there) there.push(link)
    else links.set(vertex, [link])
  }
  return { graph, mode, pieces, linksAt: (vertex) => links.get(vertex) ?? [] }
}

/** Arcs of at least so many metres in all. Every turn the network allows is as likely; nobody turns back but in a dead end. O(length). */
export function wander({ graph, mode, pieces, linksAt }: Roads, random: () => number, meters: number): number[] {
  const { pieceArc, pieceLink, linkStarts, linkVertex, stepStarts, stepHead, stepLink } = graph.networks[mode]
  const walk: number[] = []
  let piece = pieces[Math.floor(random() * pieces.length)]!
  for (let gone = 0; gone < meters; ) {
    walk.push(pieceArc[piece]!)
    gone += graph.edgeMillimeters[pieceArc[piece]! >>> 1]! / 1000
    const link = pieceLink[piece]!
    if (piece + 1 < linkStarts[link + 1]!) {
      piece++
      continue
    }
    const onward: number[] = []
    for (let step = stepStarts[linkVertex[link]!]!; step < stepStarts[linkVertex[link]! + 1]!; step++) {
      if (stepLink[step] === link) onward.push(...linksAt(stepHead[step]!))
    }
    const straight = onward.filter((next) => pieceArc[linkStarts[next]!] !== (pieceArc[piece]! ^ 1))
    const choice = straight.length > 0 ? straight : onward
    if (choice.length === 0) break
    piece = linkStarts[choice[Math.floor(random() * choice.length)]!]!
  }
  return walk
}

/** How far an errand leads at most, ms at the speeds of the network, and how many times that somebody may think a road takes. */
const ERRAND_MS = 300_000
const GUESS_MAX = 2

/**
 * Arcs of at least so many metres in all, on errands: each to a place within five minutes, on the way that its driver thinks quickest,
 * who misjudges every link by up to twice its time. O(links) an errand.
 */
export function runErrands({ graph, mode, pieces }: Roads, random: () => number, meters: number): number[] {
  const { arcMs, pieceArc, pieceLink, pieceTurnMs, linkStarts, linkVertex, stepStarts, stepHead, stepLink, stepTail, stepTurnMs } = graph.networks[mode]
  const heap = createHeap(vertexCountOf(graph.networks[mode]))
  const walk: number[] = []
  let gone = 0
  const drive = (link: number, from = linkStarts[link]!) => {
    for (let piece = from; piece < linkStarts[link + 1]!; piece++) {
      walk.push(pieceArc[piece]!)
      gone += graph.edgeMillimeters[pieceArc[piece]! >>> 1]! / 1000
    }
  }
  const msOf = (link: number) => {
    let ms = 0
    for (let piece = linkStarts[link]!; piece < linkStarts[link + 1]!; piece++) ms += arcMs[pieceArc[piece]!]! + pieceTurnMs[piece]!
    return ms
  }
  const start = pieces[Math.floor(random() * pieces.length)]!
  let link = pieceLink[start]!
  drive(link, start)
  while (gone < meters) {
    // from the end of this link, by what this driver thinks
    const cost = new Map<number, number>()
    const prior = new Map<number, number>()
    const guess = new Map<number, number>()
    const reached: number[] = []
    const offer = (vertex: number, ms: number, step: number) => {
      if (ms > ERRAND_MS || ms >= (cost.get(vertex) ?? Infinity)) return
      cost.set(vertex, ms)
      prior.set(vertex, step)
      heap.push(vertex, ms)
    }
    for (let step = stepStarts[linkVertex[link]!]!; step < stepStarts[linkVertex[link]! + 1]!; step++) {
      if (stepLink[step] === link) offer(stepHead[step]!, stepTurnMs[step]!, -1)
    }
    while (heap.size() > 0) {
      const vertex = heap.pop()
      reached.push(vertex)
      for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
        const next = stepLink[step]!
        if (!guess.has(next)) guess.set(next, msOf(next) * (1 + (GUESS_MAX - 1) * random()))
        offer(stepHead[step]!, cost.get(vertex)! + guess.get(next)! + stepTurnMs[step]!, step)
      }
    }
    const places = reached.filter((vertex) => prior.get(vertex) !== -1)
    if (places.length === 0) break
    const steps: number[] = []
    for (let vertex = places[Math.floor(random() * places.length)]!; prior.get(vertex) !== -1; vertex = stepTail[steps.at(-1)!]!) steps.push(prior.get(vertex)!)
    for (const step of steps.reverse()) drive((link = stepLink[step]!))
  }
  return walk
}
