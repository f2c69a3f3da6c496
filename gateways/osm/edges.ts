/** Roads in pieces, from corner to corner. */
import type { GraphInput } from '#core/graph/graph-input.ts'
import { GrowingList } from '#core/graph/grow.ts'
import { classOf, type BothWays } from './access.ts'
import type { DropReason } from './dropped.ts'
import { localNameOf } from './local-name.ts'
import type { Tags } from './pbf.ts'

/** A way as each traveller may use it. */
export type Road = {
  readonly id: number
  readonly tags: Tags
  /** Of its way in `OsmData.ways`. */
  readonly place: number
  /** Places in the file's columns, −1 where the file lacks a point. */
  readonly points: Int32Array
  /** By mode. */
  readonly speeds: readonly BothWays[]
  /** Whether it is the way itself, and no line over a square or along its side: signs are about ways. */
  readonly isWay: boolean
}

/** A street's names as the map has them. `name` falls back to the road's number. */
export type StreetNames = { readonly name: string; readonly tags: Tags }

export type Edges = Pick<GraphInput, 'edgeFrom' | 'edgeTo' | 'edgeStreet' | 'edgeClass' | 'edgeLevel' | 'shapeStarts' | 'shape'> & {
  readonly edgeWay: Uint32Array
  readonly streets: readonly StreetNames[]
  /** By mode, [2 × edges]. */
  readonly arcKmh: readonly Float64Array[]
  /** [graph nodes] place in the file's columns. */
  readonly places: Uint32Array
  /** The graph node at a place, −1 where there is none. */
  readonly nodeOf: (place: number) => number
  /** First edge of each way and one past its last, by OpenStreetMap's id. */
  readonly wayEdges: ReadonlyMap<number, readonly [first: number, end: number]>
}

/** @param corners  [places] 2 where a piece ends; O(points) */
export function edgesOf(roads: readonly Road[], corners: Uint8Array, nodeLonLat: Int32Array, modes: number, drop: (reason: DropReason, id: number) => void): Edges {
  let [count, length] = [0, 0]
  for (const { points } of roads) {
    forEachPiece(points, corners, (start, end) => {
      count++
      length += end - start + 1
    })
  }
  const [edgeFrom, edgeTo, edgeWay, edgeRoad, shapeStarts] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count), new Uint32Array(count), new Uint32Array(count + 1)]
  const [edgeStreet, edgeClass, edgeLevel, shape] = [new Int32Array(count), new Uint8Array(count), new Int8Array(count), new Int32Array(2 * length)]
  const nodeOf = new Int32Array(corners.length).fill(-1)
  const places = new GrowingList(count)
  const wayEdges = new Map<number, [first: number, end: number]>()
  const { streets, streetOf } = streetList()
  let [edges, drawn] = [0, 0]
  const nodeAt = (place: number) => {
    if (nodeOf[place]! < 0) {
      nodeOf[place] = places.length
      places.push(place)
    }
    return nodeOf[place]!
  }
  for (let road = 0; road < roads.length; road++) {
    const { id, tags, place, points, isWay } = roads[road]!
    const first = edges
    const [street, kind, level] = [streetOf(tags), classOf(tags), levelOf(tags)]
    forEachPiece(points, corners, (start, end) => {
      edgeFrom[edges] = nodeAt(points[start]!)
      edgeTo[edges] = nodeAt(points[end]!)
      edgeStreet[edges] = street
      edgeClass[edges] = kind
      edgeLevel[edges] = level
      edgeWay[edges] = place
      edgeRoad[edges] = road
      for (let i = start; i <= end; i++) {
        shape[drawn++] = nodeLonLat[2 * points[i]!]!
        shape[drawn++] = nodeLonLat[2 * points[i]! + 1]!
      }
      shapeStarts[++edges] = drawn / 2
    })
    if (points.includes(-1)) drop('node-missing', id)
    if (edges === first) drop('way-without-points', id)
    else if (isWay) wayEdges.set(id, [first, edges])
  }
  const arcKmh = Array.from({ length: modes }, (_, mode) => {
    const kmh = new Float64Array(2 * edges)
    for (let edge = 0; edge < edges; edge++) {
      const both = roads[edgeRoad[edge]!]!.speeds[mode]!
      kmh[2 * edge] = both[0]
      kmh[2 * edge + 1] = both[1]
    }
    return kmh
  })
  return {
    edgeFrom, edgeTo, edgeStreet, edgeClass, edgeLevel, edgeWay, shapeStarts, shape, streets, arcKmh, wayEdges,
    places: places.finished(),
    nodeOf: (place) => (place < 0 ? -1 : nodeOf[place]!),
  }
}

/** From corner to corner; a point that the extract lacks parts two pieces. */
function forEachPiece(points: Int32Array, corners: Uint8Array, visit: (start: number, end: number) => void): void {
  let start = -1
  for (let i = 0; i < points.length; i++) {
    const place = points[i]!
    if (place >= 0 && start >= 0 && (corners[place] === 2 || i === points.length - 1 || points[i + 1]! < 0)) visit(start, i)
    if (place < 0) start = -1
    else if (start < 0 || corners[place] === 2) start = i
  }
}

function streetList() {
  const streets: StreetNames[] = []
  const placeOf = new Map<string, number>()
  return {
    streets,
    streetOf(tags: Tags): number {
      const name = localNameOf(tags) ?? (tags.highway && tags.highway !== 'service' ? tags.ref : undefined)
      if (!name) return -1
      const key = `${name}\n${tags['name:en'] ?? ''}`
      let place = placeOf.get(key)
      if (place === undefined) {
        place = streets.length
        placeOf.set(key, place)
        streets.push({ name, tags })
      }
      return place
    },
  }
}

/** Storey or layer. "0;1" is a ramp: its lower end counts. */
function levelOf(tags: Tags): number {
  const text = tags.level ?? tags.layer
  if (text !== undefined) {
    const said = Math.min(...text.split(';').map((part) => Number.parseInt(part, 10)))
    if (Number.isFinite(said)) return Math.max(-100, Math.min(100, said))
  }
  if (tags.bridge && tags.bridge !== 'no') return 1
  return tags.tunnel && tags.tunnel !== 'no' && tags.tunnel !== 'building_passage' ? -1 : 0
}
