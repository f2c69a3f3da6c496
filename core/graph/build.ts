/** From junctions, pieces of road and turn restrictions to a graph that can be searched. */
import { bearingDegrees, distanceMeters } from '../geo/distance.ts'
import { invariant } from '../invariant.ts'
import { buildGrid } from './grid.ts'
import { CLOSED, type Network, type RoadGraph } from './road-graph.ts'

/** How one kind of traveller may use the roads. */
export type ModeInput = {
  /** [2 × edges] speed on each arc in km/h; 0 is closed. */
  readonly arcKmh: Float64Array
  /** [nodes] 1 where nobody gets through (a bollard); the roads on each side end there. */
  readonly nodeBlocked: Uint8Array
  /** [nodes] milliseconds that passing costs (a signal, a gate). */
  readonly nodeDelayMs: Uint32Array
  readonly restrictions: readonly TurnRestriction[]
  /** Whether turning takes time. Somebody on foot just turns. */
  readonly turnsCost: boolean
}

/** Arcs in the order travelled: from, (via…,) to. `only`: whoever is on the first must go on along all of them. */
export type TurnRestriction = { readonly only: boolean; readonly arcs: readonly number[] }

export type GraphInput = Pick<
  RoadGraph,
  'nodes' | 'edgeFrom' | 'edgeTo' | 'edgeStreet' | 'edgeClass' | 'shapeStarts' | 'shape'
> & { readonly car: ModeInput; readonly foot: ModeInput }

/** What a dead end costs to turn round in, and the most a turn at a junction costs, milliseconds. */
const U_TURN_MS = 10_000
const SHARPEST_TURN_MS = 6_000
/** Bends up to here are driven through. */
const FREE_TURN_DEGREES = 30

/**
 * A searchable graph.
 *
 * U-turns only where nothing else goes on (a dead end, a barrier), or where a restriction demands one.
 *
 * O(edges × turns at a junction). Restrictions over several edges cost a few extra states each.
 */
export function buildGraph(input: GraphInput): RoadGraph {
  const edgeCount = input.edgeFrom.length
  const nodeCount = input.nodes.length / 2
  invariant(input.shapeStarts.length === edgeCount + 1, 'every edge has a shape')
  const edgeMillimeters = new Uint32Array(edgeCount)
  for (let edge = 0; edge < edgeCount; edge++) {
    let meters = 0
    for (let p = input.shapeStarts[edge]!; p + 1 < input.shapeStarts[edge + 1]!; p++) meters += segmentMeters(input.shape, p)
    edgeMillimeters[edge] = Math.max(1, Math.round(meters * 1000))
  }
  const { nodes, edgeFrom, edgeTo, edgeStreet, edgeClass, shapeStarts, shape } = input
  const roads = { nodes, edgeFrom, edgeTo, edgeStreet, edgeClass, shapeStarts, shape, edgeMillimeters, nodeCount, edgeCount }
  return { ...roads, car: buildNetwork(roads, input.car), foot: buildNetwork(roads, input.foot), ...buildGrid(roads) }
}

type Roads = Omit<RoadGraph, 'car' | 'foot' | 'gridFrame' | 'gridStarts' | 'gridSegments'>

export const headOf = (roads: Pick<Roads, 'edgeFrom' | 'edgeTo'>, arc: number): number =>
  arc & 1 ? roads.edgeFrom[arc >>> 1]! : roads.edgeTo[arc >>> 1]!
export const tailOf = (roads: Pick<Roads, 'edgeFrom' | 'edgeTo'>, arc: number): number => headOf(roads, arc ^ 1)

function buildNetwork(roads: Roads, mode: ModeInput): Network {
  const { edgeCount, nodeCount } = roads
  const arcCount = 2 * edgeCount
  const arcMs = new Uint32Array(arcCount).fill(CLOSED)
  for (let arc = 0; arc < arcCount; arc++) {
    const kmh = mode.arcKmh[arc]!
    if (kmh > 0) arcMs[arc] = Math.max(1, Math.round((roads.edgeMillimeters[arc >>> 1]! * 3.6) / kmh))
  }

  // open arcs leaving each node
  const leavingStarts = new Uint32Array(nodeCount + 1)
  for (let arc = 0; arc < arcCount; arc++) if (arcMs[arc] !== CLOSED) leavingStarts[tailOf(roads, arc) + 1]!++
  for (let node = 0; node < nodeCount; node++) leavingStarts[node + 1]! += leavingStarts[node]!
  const leaving = new Uint32Array(leavingStarts[nodeCount]!)
  const fill = leavingStarts.slice()
  for (let arc = 0; arc < arcCount; arc++) if (arcMs[arc] !== CLOSED) leaving[fill[tailOf(roads, arc)]!++] = arc
  const leavingNode = (node: number) => leaving.subarray(leavingStarts[node], leavingStarts[node + 1])

  // turns, restrictions left aside
  const demandedTurns = new Set<string>() // U-turns that a sign orders
  for (const { only, arcs } of mode.restrictions) {
    if (only) for (let i = 1; i < arcs.length; i++) if (arcs[i] === (arcs[i - 1]! ^ 1)) demandedTurns.add(`${arcs[i - 1]}`)
  }
  const turnsFrom = (arc: number): number[] => {
    const node = headOf(roads, arc)
    const back = arc ^ 1
    const backIsOpen = arcMs[back] !== CLOSED
    if (mode.nodeBlocked[node]) return backIsOpen ? [back] : []
    const onward = [...leavingNode(node)].filter((other) => other !== back)
    return backIsOpen && (onward.length === 0 || demandedTurns.has(`${arc}`)) ? [...onward, back] : onward
  }

  // states: arcs, and arcs with a past
  const trie = forbiddenPaths(mode.restrictions, (arc) => arcMs[arc] !== CLOSED, turnsFrom)
  const stateArc = new Uint32Array(arcCount + trie.paths.length)
  for (let arc = 0; arc < arcCount; arc++) stateArc[arc] = arc
  trie.paths.forEach((path, i) => (stateArc[arcCount + i] = path.at(-1)!))

  const nextStarts = new Uint32Array(stateArc.length + 1)
  const next: number[] = []
  const nextMs: number[] = []
  for (let state = 0; state < stateArc.length; state++) {
    const arc = stateArc[state]!
    const path = state < arcCount ? [arc] : trie.paths[state - arcCount]!
    if (arcMs[arc] !== CLOSED) {
      for (const onto of turnsFrom(arc)) {
        if (trie.concerns(arc) && trie.isForbidden(path, onto)) continue
        const copy = trie.concerns(arc) ? trie.stateAfter(path, onto) : -1
        next.push(copy < 0 ? onto : arcCount + copy)
        nextMs.push(turnMilliseconds(roads, mode, leavingNode(headOf(roads, arc)).length, arc, onto))
      }
    }
    nextStarts[state + 1] = next.length
  }

  // the same turns from the other side
  const priorStarts = new Uint32Array(stateArc.length + 1)
  for (const state of next) priorStarts[state + 1]!++
  for (let state = 0; state < stateArc.length; state++) priorStarts[state + 1]! += priorStarts[state]!
  const prior = new Uint32Array(next.length)
  const priorMs = new Uint32Array(next.length)
  const put = priorStarts.slice()
  for (let state = 0; state < stateArc.length; state++) {
    for (let k = nextStarts[state]!; k < nextStarts[state + 1]!; k++) {
      const slot = put[next[k]!]!++
      prior[slot] = state
      priorMs[slot] = nextMs[k]!
    }
  }
  const turns = { stateArc, nextStarts, next: Uint32Array.from(next), nextMs: Uint32Array.from(nextMs), priorStarts, prior, priorMs }
  return { arcMs, usable: usableEdges(roads, arcMs, turns), ...turns }
}

/** Bends cost with their sharpness, but only where there is a choice; turning round in a dead end costs most. */
function turnMilliseconds(roads: Roads, mode: ModeInput, choices: number, arc: number, onto: number): number {
  const node = headOf(roads, arc)
  const delay = mode.nodeDelayMs[node]!
  if (onto === (arc ^ 1)) return mode.turnsCost ? U_TURN_MS : 0
  if (!mode.turnsCost || choices < 3) return delay
  const bend = Math.abs(((endBearing(roads, onto, false) - endBearing(roads, arc, true) + 540) % 360) - 180)
  const sharpness = Math.max(0, bend - FREE_TURN_DEGREES) / (180 - FREE_TURN_DEGREES)
  return delay + Math.round(sharpness * SHARPEST_TURN_MS)
}

/** Direction of travel at an arc's beginning or end. */
function endBearing(roads: Roads, arc: number, atEnd: boolean): number {
  const first = roads.shapeStarts[arc >>> 1]!
  const last = roads.shapeStarts[(arc >>> 1) + 1]! - 1
  const along = (arc & 1) === 0
  // the segment at the far end of the shape, when travelling along it and leaving, or against it and entering
  const a = along === atEnd ? last - 1 : first
  const [p, q] = along ? [a, a + 1] : [a + 1, a]
  const { shape } = roads
  return bearingDegrees(shape[2 * p]! / 1e7, shape[2 * p + 1]! / 1e7, shape[2 * q]! / 1e7, shape[2 * q + 1]! / 1e7)
}

const segmentMeters = (shape: Int32Array, p: number) =>
  distanceMeters(shape[2 * p]! / 1e7, shape[2 * p + 1]! / 1e7, shape[2 * p + 2]! / 1e7, shape[2 * p + 3]! / 1e7)

/**
 * The restrictions as an automaton (Aho & Corasick 1975, over arcs for letters): a state remembers the longest part of the
 * way just travelled that is the beginning of something forbidden. `paths` are those beginnings of two
 * arcs and more; a beginning of one arc is that arc's ordinary state.
 */
function forbiddenPaths(
  restrictions: readonly TurnRestriction[],
  isOpen: (arc: number) => boolean,
  turnsFrom: (arc: number) => number[],
) {
  const forbidden = new Map<string, number[]>()
  const forbid = (path: number[]) => forbidden.set(path.join(' '), path)
  const travelable = restrictions.filter(({ arcs }) => arcs.length >= 2 && arcs.every(isOpen))
  // Two "only" signs on one approach allow both ways on.
  const allowed = new Map<string, Set<number>>()
  for (const { only, arcs } of travelable) {
    if (!only) continue
    for (let i = 1; i < arcs.length; i++) {
      const key = arcs.slice(0, i).join(' ')
      allowed.set(key, (allowed.get(key) ?? new Set()).add(arcs[i]!))
    }
  }
  for (const { only, arcs } of travelable) if (!only) forbid([...arcs])
  for (const [key, onward] of allowed) {
    const path = key.split(' ').map(Number)
    for (const onto of turnsFrom(path.at(-1)!)) if (!onward.has(onto)) forbid([...path, onto])
  }

  const paths: number[][] = []
  const states = new Map<string, number>()
  for (const path of forbidden.values()) {
    for (let length = 2; length < path.length; length++) {
      const key = path.slice(0, length).join(' ')
      if (states.has(key) || forbidden.has(key)) continue
      states.set(key, paths.length)
      paths.push(path.slice(0, length))
    }
  }
  const arcsConcerned = new Set([...forbidden.values()].flatMap((path) => path.slice(0, -1)))
  const suffixes = function* (path: readonly number[], onto: number) {
    for (let start = 0; start < path.length; start++) yield [...path.slice(start), onto].join(' ')
  }
  return {
    paths,
    concerns: (arc: number) => arcsConcerned.has(arc),
    isForbidden(path: readonly number[], onto: number): boolean {
      for (const key of suffixes(path, onto)) if (forbidden.has(key)) return true
      return false
    },
    /** The copy to be in after going `onto`, −1 for the arc's ordinary state. */
    stateAfter(path: readonly number[], onto: number): number {
      for (const key of suffixes(path, onto)) {
        const state = states.get(key)
        if (state !== undefined) return state
      }
      return -1
    },
  }
}

/**
 * Edges a point may be put on: those in a strongly connected part with at least a twentieth of the length of the
 * longest one. A car put on a stretch that nothing leads to would be lost to every search.
 */
function usableEdges(roads: Roads, arcMs: Uint32Array, turns: Pick<Network, 'stateArc' | 'nextStarts' | 'next'>): Uint8Array {
  const { component, lengths } = componentsOf(roads, arcMs, turns)
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0)
  const usable = new Uint8Array(roads.edgeCount)
  for (let arc = 0; arc < arcMs.length; arc++) {
    if (arcMs[arc] !== CLOSED && lengths[component[arc]!]! * 20 >= longest) usable[arc >>> 1] = 1
  }
  return usable
}

/** Strongly connected parts of the states (Tarjan 1972, without recursion); `lengths` in mm of the arcs in each. */
function componentsOf(roads: Roads, arcMs: Uint32Array, turns: Pick<Network, 'stateArc' | 'nextStarts' | 'next'>) {
  const { stateArc, nextStarts, next } = turns
  const count = stateArc.length
  const component = new Int32Array(count).fill(-1)
  const order = new Int32Array(count).fill(-1)
  const low = new Int32Array(count)
  const cursor = nextStarts.slice()
  const open: number[] = []
  const path: number[] = []
  const lengths: number[] = []
  let clock = 0
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1 || arcMs[stateArc[root]!] === CLOSED) continue
    path.push(root)
    open.push(root)
    order[root] = low[root] = clock++
    while (path.length > 0) {
      const state = path.at(-1)!
      if (cursor[state]! < nextStarts[state + 1]!) {
        const onto = next[cursor[state]!++]!
        if (order[onto] === -1) {
          order[onto] = low[onto] = clock++
          path.push(onto)
          open.push(onto)
        } else if (component[onto] === -1) low[state] = Math.min(low[state]!, order[onto]!)
        continue
      }
      path.pop()
      if (path.length > 0) low[path.at(-1)!] = Math.min(low[path.at(-1)!]!, low[state]!)
      if (low[state] !== order[state]) continue
      let length = 0
      for (;;) {
        const member = open.pop()!
        component[member] = lengths.length
        if (member < arcMs.length) length += roads.edgeMillimeters[member >>> 1]!
        if (member === state) break
      }
      lengths.push(length)
    }
  }
  return { component, lengths }
}

/** Of the nodes that this network touches, the share that lies in its largest strongly connected part. */
export function largestComponentShare(graph: RoadGraph, network: Network): number {
  const { component, lengths } = componentsOf(graph, network.arcMs, network)
  const largest = lengths.indexOf(lengths.reduce((a, b) => Math.max(a, b), -1))
  const touched = new Set<number>()
  const inside = new Set<number>()
  for (let arc = 0; arc < network.arcMs.length; arc++) {
    if (network.arcMs[arc] === CLOSED) continue
    touched.add(headOf(graph, arc)).add(tailOf(graph, arc))
    if (component[arc] === largest) inside.add(headOf(graph, arc)).add(tailOf(graph, arc))
  }
  return touched.size === 0 ? 0 : inside.size / touched.size
}
