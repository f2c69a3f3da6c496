/** Roads in pieces, from corner to corner. */
import type { GraphInput } from '#core/graph/graph-input.ts'
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
  const most = roads.reduce((sum, { points }) => sum + points.length, 0)
  const [edgeFrom, edgeTo, edgeWay, edgeRoad, shapeStarts] = [new Uint32Array(most), new Uint32Array(most), new Uint32Array(most), new Uint32Array(most), new Uint32Array(most + 1)]
  const [edgeStreet, edgeClass, edgeLevel] = [new Int32Array(most), new Uint8Array(most), new Int8Array(most)]
  const shape = new Int32Array(4 * most) // every point twice: at the end of a piece, and at the beginning of the next
  const nodeOf = new Int32Array(corners.length).fill(-1)
  const places = new Uint32Array(Math.min(most, corners.length))
  const wayEdges = new Map<number, [first: number, end: number]>()
  const { streets, streetOf } = streetList()
  let [nodes, edges, drawn] = [0, 0, 0]
  const nodeAt = (place: number) => {
    if (nodeOf[place]! < 0) {
      nodeOf[place] = nodes
      places[nodes++] = place
    }
    return nodeOf[place]!
  }

  const addPiece = (road: number, street: number, kind: number, level: number, start: number, end: number) => {
    if (start < 0 || end <= start) return
    const { place, points } = roads[road]!
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
  }

  for (let road = 0; road < roads.length; road++) {
    const { id, tags, points, isWay } = roads[road]!
    const first = edges
    const [street, kind, level] = [streetOf(tags), classOf(tags), levelOf(tags)]
    let start = -1
    let missing = false
    for (let i = 0; i < points.length; i++) {
      if (points[i]! < 0) {
        missing = true
        addPiece(road, street, kind, level, start, i - 1) // the extract was cut here
        start = -1
      } else if (start < 0) start = i
      else if (corners[points[i]!] === 2) {
        addPiece(road, street, kind, level, start, i)
        start = i
      }
    }
    addPiece(road, street, kind, level, start, points.length - 1)
    if (missing) drop('node-missing', id)
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
    edgeFrom: edgeFrom.slice(0, edges),
    edgeTo: edgeTo.slice(0, edges),
    edgeStreet: edgeStreet.slice(0, edges),
    edgeClass: edgeClass.slice(0, edges),
    edgeLevel: edgeLevel.slice(0, edges),
    edgeWay: edgeWay.slice(0, edges),
    shapeStarts: shapeStarts.slice(0, edges + 1),
    shape: shape.slice(0, drawn),
    streets,
    arcKmh,
    places: places.slice(0, nodes),
    nodeOf: (place) => (place < 0 ? -1 : nodeOf[place]!),
    wayEdges,
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
