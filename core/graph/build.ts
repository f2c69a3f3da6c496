/** From junctions, pieces of road and turn restrictions to a graph that can be searched. */
import { bearingDegrees, distanceMeters } from '../geo/distance.ts'
import { invariant } from '../invariant.ts'
import { buildGrid } from './grid.ts'
import { travelModes, type GraphInput, type ModeInput, type TravelMode } from './graph-input.ts'
import { buildNetwork } from './network.ts'
import type { Network, RoadGraph } from './road-graph.ts'

/**
 * A searchable graph.
 *
 * U-turns only where nothing else goes on (a dead end, a barrier), or where a restriction demands one.
 *
 * @throws Error when an array has not the length that the others say
 *
 * O(edges × turns at a junction), for each kind of traveller.
 */
export function buildGraph(input: GraphInput): RoadGraph {
  const edgeCount = input.edgeFrom.length
  const nodeCount = input.nodes.length / 2
  invariant(input.shapeStarts.length === edgeCount + 1, 'every edge has a shape')
  const { nodes, edgeFrom, edgeTo, edgeStreet, edgeClass, edgeLevel, shapeStarts, shape } = input
  const edgeMillimeters = lengthsOf(input, edgeCount)
  const roads = { nodes, edgeFrom, edgeTo, edgeStreet, edgeClass, edgeLevel, shapeStarts, shape, edgeMillimeters, nodeCount, edgeCount }
  const bearings = bearingsOf(input, edgeCount)
  // travellers of one input share one network
  const built = new Map<ModeInput, Network>()
  const networkFor = (mode: ModeInput) => {
    const network = built.get(mode) ?? buildNetwork(roads, bearings, mode)
    built.set(mode, network)
    return network
  }
  const networks = Object.fromEntries(travelModes.map((mode) => [mode, networkFor(input.modes[mode])])) as Record<TravelMode, Network>
  return { ...roads, networks, ...buildGrid(roads) }
}

function lengthsOf({ shape, shapeStarts }: GraphInput, edgeCount: number): Uint32Array {
  const millimeters = new Uint32Array(edgeCount)
  for (let edge = 0; edge < edgeCount; edge++) {
    let meters = 0
    for (let p = 2 * shapeStarts[edge]!; p + 2 < 2 * shapeStarts[edge + 1]!; p += 2) {
      meters += distanceMeters(shape[p]! / 1e7, shape[p + 1]! / 1e7, shape[p + 2]! / 1e7, shape[p + 3]! / 1e7)
    }
    millimeters[edge] = Math.max(1, Math.round(meters * 1000))
  }
  return millimeters
}

/** The direction in which each arc sets out, degrees clockwise from north. */
function bearingsOf({ shape, shapeStarts }: GraphInput, edgeCount: number): Float32Array {
  const bearings = new Float32Array(2 * edgeCount)
  const between = (p: number, q: number) => bearingDegrees(shape[2 * p]! / 1e7, shape[2 * p + 1]! / 1e7, shape[2 * q]! / 1e7, shape[2 * q + 1]! / 1e7)
  for (let edge = 0; edge < edgeCount; edge++) {
    const first = shapeStarts[edge]!
    const last = shapeStarts[edge + 1]! - 1
    bearings[2 * edge] = between(first, first + 1)
    bearings[2 * edge + 1] = between(last, last - 1)
  }
  return bearings
}
