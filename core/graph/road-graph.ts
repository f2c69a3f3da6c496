/**
 * The roads of a town as numbers, and how they are kept in a file.
 *
 * Words. A *node* is a place where roads meet or end. An *edge* is a piece of road between two nodes, with its shape. An
 * *arc* is an edge in one direction: `2 × edge` along the shape, `2 × edge + 1` against it. A *state* is being on an arc
 * and remembering as much of the past as turn restrictions over several edges need: states below `2 × edges`
 * are the arcs themselves, the few above are copies "on this arc, having come that way". A search walks states, so
 * it never makes a forbidden turn and needs no special case for any.
 *
 * Time is in whole milliseconds and length in whole millimetres: sums are exact, so two ways of adding agree.
 */
import { invariant } from '../invariant.ts'

export type TravelMode = 'car' | 'foot'

/** An arc that may not be travelled. */
export const CLOSED = 0xffff_ffff

/** The streets as one kind of traveller may use them. */
export type Network = {
  /** [2 × edges] milliseconds to travel the arc, `CLOSED` where one may not. */
  readonly arcMs: Uint32Array
  /** [edges] 1 where a point may be put on this edge: it belongs to a part of the network worth the name. */
  readonly usable: Uint8Array
  /** [states] the arc each state is on. */
  readonly stateArc: Uint32Array
  /** [states + 1] State `s` may go on to `next[nextStarts[s]]` up to, not including, `next[nextStarts[s + 1]]`. */
  readonly nextStarts: Uint32Array
  readonly next: Uint32Array
  /** [turns] milliseconds the turn itself costs. */
  readonly nextMs: Uint32Array
  /** The same turns, seen from where they lead. */
  readonly priorStarts: Uint32Array
  readonly prior: Uint32Array
  readonly priorMs: Uint32Array
}

export type RoadGraph = {
  readonly nodeCount: number
  readonly edgeCount: number
  /** [2 × nodes] lon, lat in 1e-7 degrees, as OpenStreetMap has them. */
  readonly nodes: Int32Array
  readonly edgeFrom: Uint32Array
  readonly edgeTo: Uint32Array
  /** [edges] length, at least 1. */
  readonly edgeMillimeters: Uint32Array
  /** [edges] place in the gazetteer's list of street names, −1 for none. */
  readonly edgeStreet: Int32Array
  /** [edges] place in the importer's list of road classes. */
  readonly edgeClass: Uint8Array
  /** [edges + 1] Edge `e` has shape points `shapeStarts[e]` up to, not including, `shapeStarts[e + 1]`; both ends are in it. */
  readonly shapeStarts: Uint32Array
  /** [2 × points] lon, lat in 1e-7 degrees. */
  readonly shape: Int32Array
  readonly car: Network
  readonly foot: Network
  /** West, south, cell width, cell height (degrees), columns, rows. */
  readonly gridFrame: Float64Array
  /** [cells + 1] The segments in each cell, row by row from the south-west. */
  readonly gridStarts: Uint32Array
  /** A segment is named by its first shape point. */
  readonly gridSegments: Uint32Array
}

export const networkOf = (graph: RoadGraph, mode: TravelMode): Network => (mode === 'car' ? graph.car : graph.foot)

/** West, south, east, north of all roads, degrees. */
export function boundsOf(graph: RoadGraph): [number, number, number, number] {
  let [west, south, east, north] = [180e7, 90e7, -180e7, -90e7]
  for (let i = 0; i < graph.shape.length; i += 2) {
    const lon = graph.shape[i]!
    const lat = graph.shape[i + 1]!
    if (lon < west) west = lon
    if (lon > east) east = lon
    if (lat < south) south = lat
    if (lat > north) north = lat
  }
  return [west / 1e7, south / 1e7, east / 1e7, north / 1e7]
}

/** The graph file cannot be used: cut short, changed, or written by another version. The message says which. */
export class RoadFileBroken extends Error {
  readonly code = 'road-file-broken'
}

const MAGIC = [0x474e4547, 0x53444152] // "GENG", "RADS"
const FORMAT = 1

type Kind = 'u32' | 'i32' | 'u8' | 'f64'
const network = (mode: TravelMode): [string, Kind][] => [
  [`${mode}.arcMs`, 'u32'],
  [`${mode}.usable`, 'u8'],
  [`${mode}.stateArc`, 'u32'],
  [`${mode}.nextStarts`, 'u32'],
  [`${mode}.next`, 'u32'],
  [`${mode}.nextMs`, 'u32'],
  [`${mode}.priorStarts`, 'u32'],
  [`${mode}.prior`, 'u32'],
  [`${mode}.priorMs`, 'u32'],
]
/** The arrays in the order they are written. A change here is a new FORMAT. */
const sections: readonly [string, Kind][] = [
  ['nodes', 'i32'],
  ['edgeFrom', 'u32'],
  ['edgeTo', 'u32'],
  ['edgeMillimeters', 'u32'],
  ['edgeStreet', 'i32'],
  ['edgeClass', 'u8'],
  ['shapeStarts', 'u32'],
  ['shape', 'i32'],
  ...network('car'),
  ...network('foot'),
  ['gridFrame', 'f64'],
  ['gridStarts', 'u32'],
  ['gridSegments', 'u32'],
]
const widths = { u32: 4, i32: 4, u8: 1, f64: 8 } as const
const align = (bytes: number) => Math.ceil(bytes / 8) * 8
/** Header words: magic, magic, format, checksum, total bytes, then offset and count of each section. */
const HEADER_BYTES = align(4 * (5 + 2 * sections.length))

/** The graph as one block of bytes: header, then the arrays, each at a multiple of 8 (little-endian, as every machine we run on). */
export function writeGraph(graph: RoadGraph): Uint8Array<ArrayBuffer> {
  const arrays = sections.map(([name]) => arrayAt(graph, name))
  const total = arrays.reduce((sum, array) => sum + align(array.byteLength), HEADER_BYTES)
  const bytes = new Uint8Array(total)
  const header = new Uint32Array(bytes.buffer, 0, HEADER_BYTES / 4)
  let offset = HEADER_BYTES
  for (const [i, array] of arrays.entries()) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset)
    header[5 + 2 * i] = offset
    header[6 + 2 * i] = array.length
    offset += align(array.byteLength)
  }
  header.set([...MAGIC, FORMAT, 0, total])
  header[3] = checksum(bytes)
  return bytes
}

/**
 * A graph over the bytes of its file, without copying: give a view of a SharedArrayBuffer and every worker
 * reads the same memory. The view must start at a multiple of 8 within its buffer.
 *
 * @param trust  skip the checksum (a worker whose parent has already checked these very bytes)
 * @throws RoadFileBroken on anything but a whole, unchanged file of this version
 */
export function readGraph(bytes: Uint8Array, { trust = false } = {}): RoadGraph {
  invariant(bytes.byteOffset % 8 === 0, 'the graph’s bytes must start at a multiple of 8')
  const fail = (message: string): never => {
    throw new RoadFileBroken(message)
  }
  if (bytes.byteLength < HEADER_BYTES) fail(`Road file of ${bytes.byteLength} bytes, expected at least ${HEADER_BYTES}.`)
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, HEADER_BYTES / 4)
  if (header[0] !== MAGIC[0] || header[1] !== MAGIC[1]) fail('This is not a road file of Gengfu.')
  if (header[2] !== FORMAT) fail(`Road file of format ${header[2]}, expected ${FORMAT}: import the map again.`)
  if (header[4] !== bytes.byteLength) fail(`Road file of ${bytes.byteLength} bytes, expected ${header[4]}: it was cut short.`)
  if (!trust && header[3] !== checksum(bytes)) fail('Road file with a wrong checksum: its bytes were changed.')

  const found: Record<string, unknown> = {}
  for (const [i, [name, kind]] of sections.entries()) {
    const offset = header[5 + 2 * i]!
    const count = header[6 + 2 * i]!
    if (offset + count * widths[kind] > bytes.byteLength) fail(`Road file with ${name} beyond its end.`)
    const at = bytes.byteOffset + offset
    found[name] =
      kind === 'u8' ? new Uint8Array(bytes.buffer, at, count)
      : kind === 'i32' ? new Int32Array(bytes.buffer, at, count)
      : kind === 'f64' ? new Float64Array(bytes.buffer, at, count)
      : new Uint32Array(bytes.buffer, at, count)
  }
  const part = (mode: TravelMode) =>
    Object.fromEntries(network(mode).map(([name]) => [name.slice(mode.length + 1), found[name]])) as unknown as Network
  const whole = Object.fromEntries(Object.entries(found).filter(([name]) => !name.includes('.')))
  return {
    ...(whole as unknown as RoadGraph),
    nodeCount: (found.nodes as Int32Array).length / 2,
    edgeCount: (found.edgeFrom as Uint32Array).length,
    car: part('car'),
    foot: part('foot'),
  }
}

function arrayAt(graph: RoadGraph, name: string) {
  const [first, second] = name.split('.') as [string, string?]
  const holder = (second ? graph[first as TravelMode] : graph) as unknown as Record<string, Uint32Array>
  return holder[second ?? first]!
}

/** FNV-1a over 32-bit words, leaving out the checksum's own. Finds damage, not intent. */
function checksum(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2)
  let hash = 0x811c9dc5
  for (let i = 0; i < words.length; i++) {
    if (i === 3) continue
    hash = Math.imul(hash ^ words[i]!, 0x01000193)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}
