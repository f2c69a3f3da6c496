/** A graph, or a plan, as one block of bytes that says what is in it: written once, read by every thread without copying. */
import { invariant } from '../invariant.ts'
import { travelModes, type TravelMode } from './graph-input.ts'
import type { Network, RoadGraph } from './road-graph.ts'

/** The graph file cannot be used: cut short, changed, or written by another version. The message says which. */
export class RoadFileBroken extends Error {
  readonly code = 'road-file-broken'
}

const MAGIC = [0x474e4547, 0x53444152] // "GENG", "RADS"
/** A change of what is in the file, or of what it means, is a new format. */
const FORMAT = 2
/** Header words: magic, magic, format, checksum, total bytes (low, high), bytes of the table of contents, nothing. */
const HEADER_BYTES = 32

const roadSections = [
  'nodes', 'edgeFrom', 'edgeTo', 'edgeMillimeters', 'edgeStreet', 'edgeClass', 'edgeLevel', 'shapeStarts', 'shape', 'gridFrame', 'gridStarts', 'gridSegments',
] as const satisfies readonly (keyof RoadGraph)[]
const networkSections = [
  'arcMs', 'usable', 'linkStarts', 'pieceArc', 'pieceTurnMs', 'pieceLink', 'arcPiece', 'copyArc', 'copyPiece',
  'linkVertex', 'stepStarts', 'stepHead', 'stepLink', 'stepTurnMs', 'stepTail', 'priorStarts', 'priorSteps',
] as const satisfies readonly (keyof Network)[]

const kinds = { i8: Int8Array, u8: Uint8Array, u16: Uint16Array, i32: Int32Array, u32: Uint32Array, f64: Float64Array } as const
type Kind = keyof typeof kinds
export type FileArray = Int8Array | Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array
const kindOf = (array: FileArray): Kind => {
  const found = (Object.keys(kinds) as Kind[]).find((kind) => array instanceof kinds[kind])
  invariant(found, 'a graph’s arrays are of the kinds that a file holds')
  return found
}
function viewOf(kind: Kind, buffer: ArrayBufferLike, offset: number, count: number): FileArray {
  switch (kind) {
    case 'i8':
      return new Int8Array(buffer, offset, count)
    case 'u8':
      return new Uint8Array(buffer, offset, count)
    case 'u16':
      return new Uint16Array(buffer, offset, count)
    case 'i32':
      return new Int32Array(buffer, offset, count)
    case 'u32':
      return new Uint32Array(buffer, offset, count)
    case 'f64':
      return new Float64Array(buffer, offset, count)
  }
}
type Section = { readonly name: string; readonly kind: Kind; readonly offset: number; readonly count: number }

/** Further arrays that belong to the roads, by name: what planning has prepared. */
export type Extras = Readonly<Record<string, FileArray>>

const align = (bytes: number) => Math.ceil(bytes / 8) * 8

/** @param extras  kept in the file beside the graph, and given back by `readGraphFile` */
export function writeGraph(graph: RoadGraph, extras: Extras = {}): Uint8Array<ArrayBuffer> {
  return packArrays({
    ...Object.fromEntries(roadSections.map((name) => [name, graph[name]])),
    ...Object.fromEntries(travelModes.flatMap((mode) => networkSections.map((name) => [`${mode}.${name}`, graph.networks[mode][name]]))),
    ...extras,
  })
}

/** Arrays by name as one block of bytes: header, table of contents, then the arrays, each at a multiple of 8 (little-endian, as every machine we run on). */
export function packArrays(arrays: Extras): Uint8Array<ArrayBuffer> {
  let offset = 0
  const sections = Object.entries(arrays).map(([name, array]): Section => {
    const section = { name, kind: kindOf(array), offset, count: array.length }
    offset += align(array.byteLength)
    return section
  })
  const contents = latin(JSON.stringify(sections))
  const begin = HEADER_BYTES + align(contents.length)
  const bytes = new Uint8Array(begin + offset)
  bytes.set(contents, HEADER_BYTES)
  for (const section of sections) {
    const array = arrays[section.name]!
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), begin + section.offset)
  }
  const header = new Uint32Array(bytes.buffer, 0, HEADER_BYTES / 4)
  header.set([...MAGIC, FORMAT, 0, bytes.length >>> 0, Math.floor(bytes.length / 2 ** 32), contents.length])
  header[3] = checksum(bytes)
  return bytes
}

export type GraphFile = { readonly graph: RoadGraph; readonly extras: Extras }

/**
 * A graph over the bytes of its file, without copying: give a view of a SharedArrayBuffer and every worker reads the same
 * memory. The view must start at a multiple of 8 within its buffer.
 *
 * @param trust  skip the checksum (a worker whose parent has already checked these very bytes)
 * @throws RoadFileBroken on anything but a whole, unchanged file of this version
 */
export function readGraphFile(bytes: Uint8Array, options: { trust?: boolean } = {}): GraphFile {
  const found = new Map(Object.entries(unpackArrays(bytes, options)))
  const part = (names: readonly string[], prefix: string) =>
    Object.fromEntries(
      names.map((name) => {
        const array = found.get(prefix + name)
        if (!array) throw new RoadFileBroken(`Road file without ${prefix}${name}.`)
        found.delete(prefix + name)
        return [name, array]
      }),
    )
  // The names and kinds are those that `writeGraph` took from a graph: the checksum says that nobody else wrote them.
  const roads = part(roadSections, '') as unknown as Omit<RoadGraph, 'networks' | 'nodeCount' | 'edgeCount'>
  const networks = Object.fromEntries(travelModes.map((mode) => [mode, part(networkSections, `${mode}.`)])) as unknown as Record<TravelMode, Network>
  const graph = { ...roads, networks, nodeCount: roads.nodes.length / 2, edgeCount: roads.edgeFrom.length }
  return { graph, extras: Object.fromEntries(found) }
}

/**
 * What `packArrays` wrote, over the same bytes, without copying.
 *
 * @throws RoadFileBroken on anything but a whole, unchanged file of this version
 */
export function unpackArrays(bytes: Uint8Array, { trust = false }: { trust?: boolean } = {}): Extras {
  invariant(bytes.byteOffset % 8 === 0, 'the bytes must start at a multiple of 8')
  const fail = (message: string): never => {
    throw new RoadFileBroken(message)
  }
  if (bytes.byteLength < HEADER_BYTES) fail(`Road file of ${bytes.byteLength} bytes, expected at least ${HEADER_BYTES}.`)
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, HEADER_BYTES / 4)
  if (header[0] !== MAGIC[0] || header[1] !== MAGIC[1]) fail('This is not a road file of Gengfu.')
  if (header[2] !== FORMAT) fail(`Road file of format ${header[2]}, expected ${FORMAT}: import the map again.`)
  const total = header[5]! * 2 ** 32 + header[4]!
  if (total !== bytes.byteLength) fail(`Road file of ${bytes.byteLength} bytes, expected ${total}: it was cut short.`)
  if (!trust && header[3] !== checksum(bytes)) fail('Road file with a wrong checksum: its bytes were changed.')
  const contentsBytes = header[6]!
  const begin = HEADER_BYTES + align(contentsBytes)
  if (begin > total) fail('Road file with a table of contents beyond its end.')
  const found: Record<string, FileArray> = {}
  for (const { name, kind, offset, count } of JSON.parse(text(bytes.subarray(HEADER_BYTES, HEADER_BYTES + contentsBytes))) as Section[]) {
    if (begin + offset + count * kinds[kind].BYTES_PER_ELEMENT > total) fail(`Road file with ${name} beyond its end.`)
    found[name] = viewOf(kind, bytes.buffer, bytes.byteOffset + begin + offset, count)
  }
  return found
}

export const readGraph = (bytes: Uint8Array, options: { trust?: boolean } = {}): RoadGraph => readGraphFile(bytes, options).graph

/** Names of arrays are plain letters. */
const latin = (words: string) => Uint8Array.from(words, (letter) => letter.charCodeAt(0))
function text(bytes: Uint8Array): string {
  let words = ''
  for (const byte of bytes) words += String.fromCharCode(byte)
  return words
}

/** FNV-1a over 32-bit words in four lanes, leaving out the checksum's own word. Finds damage, not intent. */
function checksum(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2)
  let [a, b, c, d] = [0x811c9dc5, 0x811c9dc5 ^ 1, 0x811c9dc5 ^ 2, 0x811c9dc5 ^ 3]
  const end = words.length & ~3
  for (let i = 4; i < end; i += 4) {
    a = Math.imul(a ^ words[i]!, 0x01000193)
    b = Math.imul(b ^ words[i + 1]!, 0x01000193)
    c = Math.imul(c ^ words[i + 2]!, 0x01000193)
    d = Math.imul(d ^ words[i + 3]!, 0x01000193)
    a ^= a >>> 15
    b ^= b >>> 15
    c ^= c >>> 15
    d ^= d >>> 15
  }
  let hash = 0x811c9dc5
  for (const part of [a, b, c, d, words[0]!, words[1]!, words[2]!, ...words.subarray(end)]) {
    hash = Math.imul(hash ^ part, 0x01000193)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}
