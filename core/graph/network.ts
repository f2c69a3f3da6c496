/** From speeds, barriers and signs to the network of one kind of traveller: who may go on where, and what it costs. */
import { automatonOf, type Automaton } from './restrictions.ts'
import { componentsOf } from './components.ts'
import type { ModeInput, TurnCosts } from './graph-input.ts'
import { GrowingList } from './grow.ts'
import { CLOSED, headOf, NONE, tailOf, type Network, type RoadGraph } from './road-graph.ts'

export type Roads = Pick<RoadGraph, 'edgeFrom' | 'edgeTo' | 'edgeCount' | 'nodeCount' | 'edgeMillimeters'>

/** A part of the network counts when it has at least this share of the largest part's length. */
const PART_SHARE_MIN = 1 / 20

/**
 * @param bearings  [2 × edges] direction in which each arc sets out, degrees clockwise from north
 *
 * O(edges × turns at a junction). Restrictions over several edges cost a few extra states each.
 */
export function buildNetwork(roads: Roads, bearings: Float32Array, mode: ModeInput): Network {
  const arcMs = new Uint32Array(2 * roads.edgeCount)
  for (let arc = 0; arc < arcMs.length; arc++) {
    const kmh = mode.arcKmh[arc]!
    arcMs[arc] = kmh > 0 ? Math.max(1, Math.round((roads.edgeMillimeters[arc >>> 1]! * 3.6) / kmh)) : CLOSED
  }
  const turns = turnsOf(roads, bearings, mode, arcMs)
  const links = linksOf(turns, arcMs)
  // Where turning is free and nothing is forbidden, what comes next depends on the node alone: fewer vertices serve.
  const steps = mode.turns === undefined && mode.restrictions.length === 0 ? stepsByNode(roads, mode, turns, links) : stepsByLink(turns, links)
  const network = { arcMs, ...links.pieces, ...steps }
  return { ...network, usable: usableEdges(roads, network) }
}

/**
 * States and the turns between them. States below `2 × edges` are the arcs; the few above are copies "on this arc,
 * having come that way".
 */
type Turns = {
  readonly stateArc: Uint32Array
  readonly nextStarts: Uint32Array
  readonly next: Uint32Array
  readonly nextMs: Uint32Array
}

function turnsOf(roads: Roads, bearings: Float32Array, mode: ModeInput, arcMs: Uint32Array): Turns {
  const arcCount = arcMs.length
  const { starts: leavingStarts, arcs: leaving } = leavingArcs(roads, arcMs)
  const orderedBack = new Set<number>() // arcs after which a sign orders to turn round
  for (const { only, arcs } of mode.restrictions) {
    if (only) for (let i = 1; i < arcs.length; i++) if (arcs[i] === (arcs[i - 1]! ^ 1)) orderedBack.add(arcs[i - 1]!)
  }
  /** U-turns only where nothing else goes on (a dead end, a barrier), or where a sign orders one. */
  const eachOnward = (arc: number, each: (onto: number) => void) => {
    const node = headOf(roads, arc)
    const back = arc ^ 1
    let others = 0
    if (mode.nodeBlocked[node] === 0) {
      for (let k = leavingStarts[node]!; k < leavingStarts[node + 1]!; k++) {
        if (leaving[k] === back) continue
        others++
        each(leaving[k]!)
      }
    }
    if (arcMs[back] !== CLOSED && (others === 0 || orderedBack.has(arc))) each(back)
  }

  const automaton: Automaton = automatonOf(
    mode.restrictions,
    (arc) => arcMs[arc] !== CLOSED,
    (arc) => {
      const onward: number[] = []
      eachOnward(arc, (onto) => onward.push(onto))
      return onward
    },
  )
  const stateCount = arcCount + automaton.paths.length
  const stateArc = new Uint32Array(stateCount)
  for (let state = 0; state < stateCount; state++) stateArc[state] = state < arcCount ? state : automaton.paths[state - arcCount]!.at(-1)!

  const nextStarts = new Uint32Array(stateCount + 1)
  const next = new GrowingList(4 * arcCount + 16)
  const nextMs = new GrowingList(4 * arcCount + 16)
  for (let state = 0; state < stateCount; state++) {
    const arc = stateArc[state]!
    if (arcMs[arc] !== CLOSED) {
      const node = headOf(roads, arc)
      const choices = leavingStarts[node + 1]! - leavingStarts[node]!
      const concerned = automaton.concerns(arc)
      const path = state < arcCount ? [arc] : automaton.paths[state - arcCount]!
      eachOnward(arc, (onto) => {
        if (concerned && automaton.isForbidden(path, onto)) return
        const copy = concerned ? automaton.stateAfter(path, onto) : -1
        next.push(copy < 0 ? onto : arcCount + copy)
        const delay = onto === (arc ^ 1) ? 0 : mode.nodeDelayMs[node]!
        nextMs.push(delay + turnMilliseconds(mode.turns, bearings, choices, arc, onto))
      })
    }
    nextStarts[state + 1] = next.length
  }
  return { stateArc, nextStarts, next: next.finished(), nextMs: nextMs.finished() }
}

/** The open arcs that leave each node. */
function leavingArcs(roads: Roads, arcMs: Uint32Array) {
  const starts = new Uint32Array(roads.nodeCount + 1)
  for (let arc = 0; arc < arcMs.length; arc++) if (arcMs[arc] !== CLOSED) starts[tailOf(roads, arc) + 1]!++
  for (let node = 0; node < roads.nodeCount; node++) starts[node + 1]! += starts[node]!
  const arcs = new Uint32Array(starts[roads.nodeCount]!)
  const fill = starts.slice()
  for (let arc = 0; arc < arcMs.length; arc++) if (arcMs[arc] !== CLOSED) arcs[fill[tailOf(roads, arc)]!++] = arc
  return { starts, arcs }
}

/** Bends cost with their sharpness, but only where there is a choice; turning round costs most. */
function turnMilliseconds(turns: TurnCosts | undefined, bearings: Float32Array, choices: number, arc: number, onto: number): number {
  if (turns === undefined) return 0
  if (onto === (arc ^ 1)) return turns.uTurnMs
  if (choices < 3) return 0
  // arriving, one faces away from where the arc would set out the other way
  const bend = ((bearings[onto]! - bearings[arc ^ 1]! + 720) % 360) - 180
  const sharpness = Math.max(0, Math.abs(bend) - turns.freeDegrees) / (180 - turns.freeDegrees)
  return Math.round(sharpness * (bend > 0 ? turns.rightMs : turns.leftMs))
}

type Pieces = Pick<Network, 'linkStarts' | 'pieceArc' | 'pieceTurnMs' | 'pieceLink' | 'arcPiece' | 'copyArc' | 'copyPiece'>
type Links = {
  readonly pieces: Pieces
  /** [links] first and last state. */
  readonly firstState: Uint32Array
  readonly lastState: Uint32Array
}

/** States that can only follow each other become one link: each has one next, which has no other before it. */
function linksOf({ stateArc, nextStarts, next, nextMs }: Turns, arcMs: Uint32Array): Links {
  const arcCount = arcMs.length
  const stateCount = stateArc.length
  const priorCount = new Uint32Array(stateCount)
  for (const state of next) priorCount[state]!++
  const follows = (state: number): number => {
    const first = nextStarts[state]!
    if (nextStarts[state + 1]! - first !== 1) return NONE
    const only = next[first]!
    return only !== state && priorCount[only] === 1 ? only : NONE
  }
  // 1: somebody's only follower; 2: done
  const mark = new Uint8Array(stateCount)
  for (let state = 0; state < stateCount; state++) {
    const only = follows(state)
    if (only !== NONE) mark[only] = 1
  }

  const linkStarts = new GrowingList(arcCount + 16)
  const pieceArc = new GrowingList(arcCount + 16)
  const pieceTurnMs = new GrowingList(arcCount + 16)
  const pieceLink = new GrowingList(arcCount + 16)
  const firstState = new GrowingList(arcCount + 16)
  const lastState = new GrowingList(arcCount + 16)
  const arcPiece = new Uint32Array(arcCount).fill(NONE)
  const copies: [arc: number, piece: number][] = []
  linkStarts.push(0)
  const walk = (first: number) => {
    const link = firstState.length
    firstState.push(first)
    for (let state = first, turnMs = 0; ; ) {
      mark[state] = 2
      const arc = stateArc[state]!
      if (state < arcCount) arcPiece[arc] = pieceArc.length
      else copies.push([arc, pieceArc.length])
      pieceArc.push(arc)
      pieceTurnMs.push(turnMs)
      pieceLink.push(link)
      const only = follows(state)
      if (only === NONE || mark[only] === 2) {
        lastState.push(state)
        break
      }
      turnMs = nextMs[nextStarts[state]!]!
      state = only
    }
    linkStarts.push(pieceArc.length)
  }
  for (let state = 0; state < stateCount; state++) if (mark[state] === 0 && arcMs[stateArc[state]!] !== CLOSED) walk(state)
  for (let state = 0; state < stateCount; state++) if (mark[state] === 1) walk(state) // rings without a junction

  copies.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return {
    pieces: {
      linkStarts: linkStarts.finished(),
      pieceArc: pieceArc.finished(),
      pieceTurnMs: pieceTurnMs.finished(),
      pieceLink: pieceLink.finished(),
      arcPiece,
      copyArc: Uint32Array.from(copies, ([arc]) => arc),
      copyPiece: Uint32Array.from(copies, ([, piece]) => piece),
    },
    firstState: firstState.finished(),
    lastState: lastState.finished(),
  }
}

type Steps = Pick<Network, 'linkVertex' | 'stepStarts' | 'stepHead' | 'stepLink' | 'stepTurnMs' | 'stepTail' | 'priorStarts' | 'priorSteps'>

/** A vertex for each link: where one may go on depends on where one comes from. */
function stepsByLink({ nextStarts, next, nextMs }: Turns, { firstState, lastState }: Links): Steps {
  const linkCount = firstState.length
  const linkOfState = new Map<number, number>()
  firstState.forEach((state, link) => linkOfState.set(state, link))
  const stepStarts = new Uint32Array(linkCount + 1)
  for (let link = 0; link < linkCount; link++) {
    const state = lastState[link]!
    stepStarts[link + 1] = stepStarts[link]! + nextStarts[state + 1]! - nextStarts[state]!
  }
  const count = stepStarts[linkCount]!
  const [stepHead, stepLink, stepTurnMs] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)]
  for (let link = 0, step = 0; link < linkCount; link++) {
    const state = lastState[link]!
    for (let k = nextStarts[state]!; k < nextStarts[state + 1]!; k++, step++) {
      stepHead[step] = linkOfState.get(next[k]!)!
      stepLink[step] = link
      stepTurnMs[step] = nextMs[k]!
    }
  }
  const linkVertex = Uint32Array.from({ length: linkCount }, (_, link) => link)
  return { linkVertex, stepStarts, stepHead, stepLink, stepTurnMs, ...reversed(stepStarts, stepHead) }
}

/** A vertex for each node at which links begin or end. Behind a barrier each link has an end of its own. */
function stepsByNode(roads: Roads, mode: ModeInput, { stateArc, nextStarts }: Turns, { firstState, lastState }: Links): Steps {
  const vertexOfNode = new Uint32Array(roads.nodeCount).fill(NONE)
  let vertexCount = 0
  const vertexAt = (node: number) => {
    if (mode.nodeBlocked[node]) return vertexCount++
    if (vertexOfNode[node] === NONE) vertexOfNode[node] = vertexCount++
    return vertexOfNode[node]!
  }
  const linkVertex = Uint32Array.from(firstState, (state) => vertexAt(tailOf(roads, stateArc[state]!)))
  const linkCount = lastState.length
  const heads = new Uint32Array(linkCount)
  for (let link = 0; link < linkCount; link++) {
    const state = lastState[link]!
    const leadsOn = nextStarts[state + 1]! > nextStarts[state]!
    heads[link] = leadsOn ? vertexAt(headOf(roads, stateArc[state]!)) : vertexCount++
  }
  const stepStarts = new Uint32Array(vertexCount + 1)
  for (const vertex of linkVertex) stepStarts[vertex + 1]!++
  for (let vertex = 0; vertex < vertexCount; vertex++) stepStarts[vertex + 1]! += stepStarts[vertex]!
  const fill = stepStarts.slice()
  const [stepHead, stepLink, stepTurnMs] = [new Uint32Array(linkCount), new Uint32Array(linkCount), new Uint32Array(linkCount)]
  for (let link = 0; link < linkCount; link++) {
    const step = fill[linkVertex[link]!]!++
    stepHead[step] = heads[link]!
    stepLink[step] = link
    stepTurnMs[step] = mode.nodeDelayMs[headOf(roads, stateArc[lastState[link]!]!)]!
  }
  return { linkVertex, stepStarts, stepHead, stepLink, stepTurnMs, ...reversed(stepStarts, stepHead) }
}

/** The same steps from the other side. */
function reversed(stepStarts: Uint32Array, stepHead: Uint32Array) {
  const vertexCount = stepStarts.length - 1
  const stepTail = new Uint32Array(stepHead.length)
  const priorStarts = new Uint32Array(vertexCount + 1)
  for (const head of stepHead) priorStarts[head + 1]!++
  for (let vertex = 0; vertex < vertexCount; vertex++) priorStarts[vertex + 1]! += priorStarts[vertex]!
  const priorSteps = new Uint32Array(stepHead.length)
  const fill = priorStarts.slice()
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
      stepTail[step] = vertex
      priorSteps[fill[stepHead[step]!]!++] = step
    }
  }
  return { stepTail, priorStarts, priorSteps }
}

/**
 * Edges that lie in a part of the network worth the name: a strongly connected part with at least a twentieth of the largest
 * part's length. A car park whose only way out is missing from the map must not catch the points near it.
 */
function usableEdges(roads: Roads, network: Omit<Network, 'usable'>): Uint8Array {
  const { partOfLink, lengths } = componentsOf(roads, network)
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0)
  const usable = new Uint8Array(roads.edgeCount)
  for (let arc = 0; arc < network.arcMs.length; arc++) {
    const piece = network.arcPiece[arc]!
    if (piece !== NONE && lengths[partOfLink[network.pieceLink[piece]!]!]! >= PART_SHARE_MIN * longest) usable[arc >>> 1] = 1
  }
  return usable
}
