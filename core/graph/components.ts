/** Which parts of a network hang together: from each place in a part one can travel to every other, and back. */
import { linkCountOf, headOf, NONE, tailOf, vertexCountOf, type Network, type RoadGraph } from './road-graph.ts'

type Roads = Pick<RoadGraph, 'edgeFrom' | 'edgeTo' | 'edgeMillimeters'>

/**
 * Strongly connected parts (Tarjan 1972, without recursion).
 *
 * @returns `partOfLink` [links]; `lengths` [parts] millimetres of the arcs in each. A link between two parts is a part of its own.
 */
export function componentsOf(roads: Roads, network: Omit<Network, 'usable'>): { partOfLink: Int32Array; lengths: number[] } {
  const { stepStarts, stepHead, stepLink, linkVertex } = network
  const { part, count } = partsOfVertices(stepStarts, stepHead)
  const lengths = new Array<number>(count).fill(0)
  const partOfLink = Int32Array.from(linkVertex, (vertex) => part[vertex]!)
  // where vertices are nodes, a link belongs to a part only when both its ends do
  for (let step = 0; step < stepHead.length; step++) {
    const link = stepLink[step]!
    if (linkVertex[link] === link || part[stepHead[step]!] === part[linkVertex[link]!]) continue
    partOfLink[link] = lengths.length
    lengths.push(0)
  }
  network.arcPiece.forEach((piece, arc) => {
    if (piece !== NONE) lengths[partOfLink[network.pieceLink[piece]!]!]! += roads.edgeMillimeters[arc >>> 1]!
  })
  return { partOfLink, lengths }
}

function partsOfVertices(stepStarts: Uint32Array, stepHead: Uint32Array): { part: Int32Array; count: number } {
  const vertexCount = stepStarts.length - 1
  const part = new Int32Array(vertexCount).fill(-1)
  const order = new Int32Array(vertexCount).fill(-1)
  const low = new Int32Array(vertexCount)
  const cursor = stepStarts.slice()
  const open: number[] = []
  const path: number[] = []
  let clock = 0
  let count = 0
  for (let root = 0; root < vertexCount; root++) {
    if (order[root] !== -1) continue
    path.push(root)
    open.push(root)
    order[root] = low[root] = clock++
    while (path.length > 0) {
      const vertex = path.at(-1)!
      if (cursor[vertex]! < stepStarts[vertex + 1]!) {
        const onto = stepHead[cursor[vertex]!++]!
        if (order[onto] === -1) {
          order[onto] = low[onto] = clock++
          path.push(onto)
          open.push(onto)
        } else if (part[onto] === -1) low[vertex] = Math.min(low[vertex]!, order[onto]!)
        continue
      }
      path.pop()
      if (path.length > 0) low[path.at(-1)!] = Math.min(low[path.at(-1)!]!, low[vertex]!)
      if (low[vertex] !== order[vertex]) continue
      for (;;) {
        const member = open.pop()!
        part[member] = count
        if (member === vertex) break
      }
      count++
    }
  }
  return { part, count }
}

/** Of the nodes that this network touches, the share that lies in its largest strongly connected part. */
export function largestComponentShare(graph: RoadGraph, network: Network): number {
  if (linkCountOf(network) === 0 || vertexCountOf(network) === 0) return 0
  const { partOfLink, lengths } = componentsOf(graph, network)
  const largest = lengths.indexOf(lengths.reduce((a, b) => Math.max(a, b), -1))
  const touched = new Set<number>()
  const inside = new Set<number>()
  network.arcPiece.forEach((piece, arc) => {
    if (piece === NONE) return
    touched.add(headOf(graph, arc)).add(tailOf(graph, arc))
    if (partOfLink[network.pieceLink[piece]!] === largest) inside.add(headOf(graph, arc)).add(tailOf(graph, arc))
  })
  return inside.size / touched.size
}
