/** A larger country out of copies of one town: for measuring growth, not for driving. The joins between copies are invented. */
import { travelModes, type GraphInput, type ModeInput, type TravelMode } from '#core/graph/graph-input.ts'

/** Roads from each copy to its eastern and northern neighbour. */
const JOINS = 24
const JOIN_KMH = 60

/**
 * `columns × rows` copies of a town side by side, each joined to its neighbours by two dozen straight roads between the
 * nodes that lie nearest to the common border.
 */
export function tiled(town: GraphInput, columns: number, rows: number): GraphInput {
  const nodeCount = town.nodes.length / 2
  const edgeCount = town.edgeFrom.length
  const pointCount = town.shape.length / 2
  const copies = columns * rows
  const bounds = boundsOf(town.nodes)
  const [width, height] = [bounds.east - bounds.west + 20_000, bounds.north - bounds.south + 20_000]
  const drivable = drivableNodes(town)
  const near = (distance: (node: number) => number) => [...drivable].sort((a, b) => distance(a) - distance(b) || a - b).slice(0, JOINS)
  const byLat = (nodes: number[]) => nodes.sort((a, b) => town.nodes[2 * a + 1]! - town.nodes[2 * b + 1]!)
  const byLon = (nodes: number[]) => nodes.sort((a, b) => town.nodes[2 * a]! - town.nodes[2 * b]!)
  const east = byLat(near((node) => bounds.east - town.nodes[2 * node]!))
  const west = byLat(near((node) => town.nodes[2 * node]! - bounds.west))
  const north = byLon(near((node) => bounds.north - town.nodes[2 * node + 1]!))
  const south = byLon(near((node) => town.nodes[2 * node + 1]! - bounds.south))
  const joins: [from: number, to: number][] = []
  for (let copy = 0; copy < copies; copy++) {
    if ((copy % columns) + 1 < columns) for (let i = 0; i < JOINS; i++) joins.push([copy * nodeCount + east[i]!, (copy + 1) * nodeCount + west[i]!])
    if (copy + columns < copies) for (let i = 0; i < JOINS; i++) joins.push([copy * nodeCount + north[i]!, (copy + columns) * nodeCount + south[i]!])
  }

  const edges = copies * edgeCount + joins.length
  const nodes = new Int32Array(2 * copies * nodeCount)
  const shape = new Int32Array(2 * (copies * pointCount + 2 * joins.length))
  const shapeStarts = new Uint32Array(edges + 1)
  const [edgeFrom, edgeTo] = [new Uint32Array(edges), new Uint32Array(edges)]
  const edgeStreet = new Int32Array(edges).fill(-1)
  const edgeClass = new Uint8Array(edges)
  const edgeLevel = new Int8Array(edges)
  for (let copy = 0; copy < copies; copy++) {
    const [dx, dy] = [(copy % columns) * width, Math.floor(copy / columns) * height]
    const moved = (from: Int32Array, to: Int32Array, at: number) => {
      for (let i = 0; i < from.length; i += 2) {
        to[at + i] = from[i]! + dx
        to[at + i + 1] = from[i + 1]! + dy
      }
    }
    moved(town.nodes, nodes, 2 * copy * nodeCount)
    moved(town.shape, shape, 2 * copy * pointCount)
    for (let edge = 0; edge < edgeCount; edge++) {
      const at = copy * edgeCount + edge
      edgeFrom[at] = copy * nodeCount + town.edgeFrom[edge]!
      edgeTo[at] = copy * nodeCount + town.edgeTo[edge]!
      shapeStarts[at] = copy * pointCount + town.shapeStarts[edge]!
    }
    edgeStreet.set(town.edgeStreet, copy * edgeCount)
    edgeClass.set(town.edgeClass, copy * edgeCount)
    edgeLevel.set(town.edgeLevel, copy * edgeCount)
  }
  for (const [i, [from, to]] of joins.entries()) {
    const edge = copies * edgeCount + i
    const point = copies * pointCount + 2 * i
    edgeFrom[edge] = from
    edgeTo[edge] = to
    shapeStarts[edge] = point
    shape.set([nodes[2 * from]!, nodes[2 * from + 1]!, nodes[2 * to]!, nodes[2 * to + 1]!], 2 * point)
  }
  shapeStarts[edges] = shape.length / 2

  const modeOf = (mode: ModeInput): ModeInput => {
    const arcKmh = new Float64Array(2 * edges).fill(mode.turns === undefined ? 5 : JOIN_KMH)
    const nodeBlocked = new Uint8Array(copies * nodeCount)
    const nodeDelayMs = new Uint32Array(copies * nodeCount)
    for (let copy = 0; copy < copies; copy++) {
      arcKmh.set(mode.arcKmh, 2 * copy * edgeCount)
      nodeBlocked.set(mode.nodeBlocked, copy * nodeCount)
      nodeDelayMs.set(mode.nodeDelayMs, copy * nodeCount)
    }
    const restrictions = Array.from({ length: copies }, (_, copy) =>
      mode.restrictions.map(({ only, arcs }) => ({ only, arcs: arcs.map((arc) => arc + 2 * copy * edgeCount) })),
    ).flat()
    return { arcKmh, nodeBlocked, nodeDelayMs, restrictions, turns: mode.turns }
  }
  const modes = Object.fromEntries(travelModes.map((mode) => [mode, modeOf(town.modes[mode])])) as Record<TravelMode, ModeInput>
  return { nodes, edgeFrom, edgeTo, edgeStreet, edgeClass, edgeLevel, shapeStarts, shape, modes }
}

function boundsOf(nodes: Int32Array) {
  const bounds = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity }
  for (let i = 0; i < nodes.length; i += 2) {
    bounds.west = Math.min(bounds.west, nodes[i]!)
    bounds.east = Math.max(bounds.east, nodes[i]!)
    bounds.south = Math.min(bounds.south, nodes[i + 1]!)
    bounds.north = Math.max(bounds.north, nodes[i + 1]!)
  }
  return bounds
}

/** Nodes on roads that a car may use in both directions. */
function drivableNodes({ edgeFrom, edgeTo, modes }: GraphInput): Set<number> {
  const nodes = new Set<number>()
  edgeFrom.forEach((from, edge) => {
    if (modes.car.arcKmh[2 * edge]! > 0 && modes.car.arcKmh[2 * edge + 1]! > 0) nodes.add(from).add(edgeTo[edge]!)
  })
  return nodes
}
