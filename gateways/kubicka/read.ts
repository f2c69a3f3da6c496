/** The text tables of Kubicka's map-matching data set: a network without tags, and a track on it. */
import type { GraphInput, ModeInput } from '#core/graph/graph-input.ts'

/** A table that is not what it should be: which file and row, what was found, what was expected. */
export class KubickaProblem extends Error {}

export type KubickaNetwork = {
  readonly input: GraphInput
  /** [2 × edges] the file's arc of each of our arcs, −1 where there is none. */
  readonly fileArc: Int32Array
  /** [file arcs] our arc of each of the file's. */
  readonly ourArc: Uint32Array
}

/** Rows of tab-separated numbers. An empty last line is none. @throws KubickaProblem */
export function rowsOf(file: string, text: string, columns: readonly string[]): Float64Array {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const values = new Float64Array(lines.length * columns.length)
  for (const [row, raw] of lines.entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const cells = line.split('\t')
    if (cells.length !== columns.length) {
      throw new KubickaProblem(`${file}, row ${row + 1}: found ${cells.length} columns in ${JSON.stringify(line.slice(0, 60))}, expected ${columns.length} (${columns.join(', ')}) separated by tabs`)
    }
    for (const [column, cell] of cells.entries()) {
      const value = cell.trim() === '' ? NaN : Number(cell)
      if (!Number.isFinite(value)) throw new KubickaProblem(`${file}, row ${row + 1}: found ${columns[column]} ${JSON.stringify(cell.slice(0, 40))}, expected a number`)
      values[row * columns.length + column] = value
    }
  }
  return values
}

function checkPlace(file: string, row: number, lon: number, lat: number): void {
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) {
    throw new KubickaProblem(`${file}, row ${row + 1}: found lon ${lon}, lat ${lat}, expected −180…180 and −90…90`)
  }
}

/** Every arc is open in its direction; an arc and its opposite are one edge. @throws KubickaProblem. O(nodes + arcs). */
export function readNetwork(nodes: { readonly file: string; readonly text: string }, arcs: { readonly file: string; readonly text: string }): KubickaNetwork {
  const places = rowsOf(nodes.file, nodes.text, ['lon', 'lat'])
  const nodeCount = places.length / 2
  for (let node = 0; node < nodeCount; node++) checkPlace(nodes.file, node, places[2 * node]!, places[2 * node + 1]!)
  const ends = rowsOf(arcs.file, arcs.text, ['from', 'to'])
  const arcCount = ends.length / 2
  if (arcCount === 0) throw new KubickaProblem(`${arcs.file}: found no rows, expected at least one arc`)
  const coordinates = Int32Array.from(places, (value) => Math.round(value * 1e7))

  const [edgeFrom, edgeTo, fileArcs]: [number[], number[], number[]] = [[], [], []]
  const ourArc = new Uint32Array(arcCount)
  /** Edges that still lack an arc from the one node to the other. */
  const lacking = new Map<number, number[]>()
  for (let arc = 0; arc < arcCount; arc++) {
    const [from, to] = [ends[2 * arc]!, ends[2 * arc + 1]!]
    for (const node of [from, to]) {
      if (!Number.isInteger(node) || node < 0 || node >= nodeCount) {
        throw new KubickaProblem(`${arcs.file}, row ${arc + 1}: found node ${node}, expected a whole number 0…${nodeCount - 1}`)
      }
    }
    const edge = from === to ? undefined : lacking.get(from * nodeCount + to)?.pop()
    if (edge !== undefined) {
      fileArcs[2 * edge + 1] = arc
      ourArc[arc] = 2 * edge + 1
      continue
    }
    const added = edgeFrom.length
    edgeFrom.push(from)
    edgeTo.push(to)
    fileArcs.push(arc, -1)
    ourArc[arc] = 2 * added
    const key = to * nodeCount + from
    const waiting = lacking.get(key)
    if (waiting) waiting.push(added)
    else lacking.set(key, [added])
  }
  const edgeCount = edgeFrom.length
  const shape = new Int32Array(4 * edgeCount)
  for (let edge = 0; edge < edgeCount; edge++) {
    shape.set(coordinates.subarray(2 * edgeFrom[edge]!, 2 * edgeFrom[edge]! + 2), 4 * edge)
    shape.set(coordinates.subarray(2 * edgeTo[edge]!, 2 * edgeTo[edge]! + 2), 4 * edge + 2)
  }
  const mode: ModeInput = {
    arcKmh: Float64Array.from(fileArcs, (arc) => (arc < 0 ? 0 : 50)),
    nodeBlocked: new Uint8Array(nodeCount),
    nodeDelayMs: new Uint32Array(nodeCount),
    restrictions: [],
    // turns count a little, so that of two ways as long the straighter one is believed
    turns: { uTurnMs: 10_000, leftMs: 6_000, rightMs: 6_000, freeDegrees: 30 },
  }
  return {
    input: {
      nodes: coordinates,
      edgeFrom: Uint32Array.from(edgeFrom),
      edgeTo: Uint32Array.from(edgeTo),
      edgeStreet: new Int32Array(edgeCount).fill(-1),
      edgeClass: new Uint8Array(edgeCount),
      edgeLevel: new Int8Array(edgeCount),
      shapeStarts: Uint32Array.from({ length: edgeCount + 1 }, (_, edge) => 2 * edge),
      shape,
      modes: { car: mode, emergency: mode, bike: mode, foot: mode },
    },
    fileArc: Int32Array.from(fileArcs),
    ourArc,
  }
}

/** Places with times. @throws KubickaProblem */
export function readTrack(file: string, text: string): { readonly ms: number; readonly lon: number; readonly lat: number }[] {
  const rows = rowsOf(file, text, ['lon', 'lat', 'seconds'])
  if (rows.length === 0) throw new KubickaProblem(`${file}: found no rows, expected at least one place with its time`)
  return Array.from({ length: rows.length / 3 }, (_, i) => {
    const [lon, lat] = [rows[3 * i]!, rows[3 * i + 1]!]
    checkPlace(file, i, lon, lat)
    return { lon, lat, ms: Math.round(rows[3 * i + 2]! * 1000) }
  })
}
