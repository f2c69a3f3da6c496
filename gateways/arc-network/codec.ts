/** Networks and tracks of the map-matching data set of Kubička et al. (IEEE Intelligent Vehicles 2015): tab separated, no header. */
import { travelModes, type GraphInput, type ModeInput, type TravelMode } from '#core/graph/graph-input.ts'
import type { Fix } from '#core/graph/match/trellis.ts'

/** A file is not what it should be. The message says file, row, what was found and what was expected. */
export class TableBroken extends Error {
  readonly code = 'table-broken'
}

export type ArcNetwork = {
  readonly input: GraphInput
  /** [2 × edges] place in the file of each arc of the graph, −1 where the file has none in that direction. */
  readonly fileArc: Int32Array
}

function numbersOf(text: string, file: string, columns: number, range: (column: number) => readonly [least: number, most: number]): Float64Array {
  const rows = text.split(/\r?\n/)
  if (rows.at(-1) === '') rows.pop()
  const values = new Float64Array(rows.length * columns)
  for (const [i, row] of rows.entries()) {
    const cells = row.split(/\t| +/)
    const fail = (what: string): never => {
      throw new TableBroken(`${file}, row ${i + 1}: ${what}`)
    }
    if (cells.length < columns) fail(`${cells.length} columns, expected ${columns}, separated by tabs`)
    for (let k = 0; k < columns; k++) {
      const value = cells[k]!.trim() === '' ? NaN : Number(cells[k])
      const [least, most] = range(k)
      if (!(value >= least && value <= most)) fail(`"${cells[k]}" in column ${k + 1}, expected a number from ${least} to ${most}`)
      values[i * columns + k] = value
    }
  }
  return values
}

/**
 * A graph of directed straight arcs: two arcs between the same nodes in opposite directions are the two directions of one street.
 *
 * @throws TableBroken
 */
export function readNetwork(nodesText: string, arcsText: string, names: { nodes: string; arcs: string } = { nodes: '.nodes', arcs: '.arcs' }): ArcNetwork {
  const degrees = numbersOf(nodesText, names.nodes, 2, (column) => (column === 0 ? [-180, 180] : [-90, 90]))
  const nodeCount = degrees.length / 2
  if (nodeCount === 0) throw new TableBroken(`${names.nodes} is empty, expected lon and lat of each node`)
  const ends = numbersOf(arcsText, names.arcs, 2, () => [0, nodeCount - 1])
  const nodes = Int32Array.from(degrees, (value) => Math.round(value * 1e7))
  const [from, to, kmh, fileArc]: [number[], number[], number[], number[]] = [[], [], [], []]
  const waiting = new Map<number, number[]>() // edges open in one direction only, by their ends
  for (let arc = 0; arc < ends.length / 2; arc++) {
    const [a, b] = [ends[2 * arc]!, ends[2 * arc + 1]!]
    if (!Number.isInteger(a) || !Number.isInteger(b)) throw new TableBroken(`${names.arcs}, row ${arc + 1}: ends ${a} and ${b}, expected whole numbers`)
    const opposite = waiting.get(b * nodeCount + a)?.shift()
    if (opposite !== undefined) {
      kmh[2 * opposite + 1] = KMH
      fileArc[2 * opposite + 1] = arc
      continue
    }
    const edge = from.length
    from.push(a)
    to.push(b)
    kmh.push(KMH, 0)
    fileArc.push(arc, -1)
    const same = waiting.get(a * nodeCount + b)
    if (same) same.push(edge)
    else waiting.set(a * nodeCount + b, [edge])
  }
  const shape = new Int32Array(4 * from.length)
  for (let edge = 0; edge < from.length; edge++) {
    shape.set([nodes[2 * from[edge]!]!, nodes[2 * from[edge]! + 1]!, nodes[2 * to[edge]!]!, nodes[2 * to[edge]! + 1]!], 4 * edge)
  }
  const mode: ModeInput = {
    arcKmh: Float64Array.from(kmh),
    nodeBlocked: new Uint8Array(nodeCount),
    nodeDelayMs: new Uint32Array(nodeCount),
    restrictions: [],
    // turns cost nothing here; that they are counted keeps a car from turning round where it could go on
    turns: { uTurnMs: 6_000, leftMs: 0, rightMs: 0, freeDegrees: 179 },
  }
  return {
    input: {
      nodes,
      edgeFrom: Uint32Array.from(from),
      edgeTo: Uint32Array.from(to),
      edgeStreet: new Int32Array(from.length).fill(-1),
      edgeClass: new Uint8Array(from.length),
      edgeLevel: new Int8Array(from.length),
      shapeStarts: Uint32Array.from({ length: from.length + 1 }, (_, i) => 2 * i),
      shape,
      modes: Object.fromEntries(travelModes.map((each) => [each, mode])) as Record<TravelMode, ModeInput>,
    },
    fileArc: Int32Array.from(fileArc),
  }
}
const KMH = 36

/** @throws TableBroken */
export function readTrack(text: string, name = '.track'): Fix[] {
  const values = numbersOf(text, name, 3, (column) => (column === 0 ? [-180, 180] : column === 1 ? [-90, 90] : [-1e12, 1e12]))
  return Array.from({ length: values.length / 3 }, (_, i) => ({ lon: values[3 * i]!, lat: values[3 * i + 1]!, at: values[3 * i + 2]! * 1000 }))
}
