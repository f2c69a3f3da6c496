/** Squares 广场 and other areas that one walks across: straight lines between their entrances. */
import { coordinatesOf, isClosed, isInside, polygonsOf, type Polygon } from './areas.ts'
import type { NodeIndex } from './node-index.ts'
import type { OsmData, Tags } from './pbf.ts'
import { permissionFor } from './permission.ts'

const walkable = new Set(['pedestrian', 'footway', 'path', 'living_street', 'service', 'platform', 'corridor'])

/** Whether somebody on foot may cross the inside of this closed way or multipolygon. */
export function isSquare(tags: Tags): boolean {
  const kind = tags.highway ?? tags['area:highway'] ?? (tags.place === 'square' ? 'pedestrian' : tags.railway === 'platform' || tags.public_transport === 'platform' ? 'platform' : '')
  if (!walkable.has(kind) || (tags.area !== 'yes' && tags.type !== 'multipolygon' && tags.place !== 'square')) return false
  return permissionFor(tags, ['access', 'foot'], ['access', 'foot'], undefined)?.permission !== 'closed'
}

export type Square = {
  /** Place in `data.ways` of its outline, or of a piece of it. */
  readonly way: number
  /** Nodes on its outlines, holes too. */
  readonly refs: readonly number[]
  readonly polygon: Polygon
}

export function squaresOf(data: OsmData, index: NodeIndex): Square[] {
  const points = coordinatesOf(data, index)
  const squares: Square[] = []
  for (const [place, way] of data.ways.entries()) {
    if (isClosed(way) && isSquare(way.tags)) squares.push({ way: place, refs: [...way.refs], polygon: [points(way.refs)] })
  }
  const relations = data.relations.filter(({ tags }) => tags.type === 'multipolygon' && isSquare(tags))
  if (relations.length === 0) return squares
  const placeById = new Map(data.ways.map((way, place) => [way.id, place]))
  const wayById = new Map(data.ways.map((way) => [way.id, way]))
  for (const relation of relations) {
    const members = relation.members.flatMap(({ type, ref }) => (type === 'way' ? (placeById.get(ref) ?? []) : []))
    const refs = members.flatMap((place) => [...data.ways[place]!.refs])
    for (const polygon of polygonsOf(relation, wayById, points)) {
      if (members[0] !== undefined) squares.push({ way: members[0], refs, polygon })
    }
  }
  return squares
}

/** With more entrances than this a square is walked along its sides only. */
export const ENTRANCES_MAX = 40

/** Pairs of entrances that see each other across the square. O(entrances² × outline). */
export function crossingsOf({ polygon }: Square, entrances: readonly (readonly [lon: number, lat: number])[]): [a: number, b: number][] {
  const pairs: [number, number][] = []
  for (let a = 0; a < entrances.length; a++) {
    for (let b = a + 1; b < entrances.length; b++) if (seesAcross(polygon, entrances[a]!, entrances[b]!)) pairs.push([a, b])
  }
  return pairs
}

type Point = readonly [number, number]

function seesAcross([outer, ...holes]: Polygon, a: Point, b: Point): boolean {
  const middle: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
  if (!isInside(middle, outer!) || holes.some((hole) => isInside(middle, hole))) return false
  for (const ring of [outer!, ...holes]) {
    for (let i = 1; i < ring.length; i++) if (crosses(a, b, ring[i - 1]!, ring[i]!)) return false
  }
  return true
}

/** Whether two lines cross in their insides. Ends that touch do not count: entrances lie on the outline. */
function crosses(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}
