/** Squares 广场 and other areas that one walks across: straight lines between their entrances, and along their sides. */
import { travelModes } from '#core/graph/graph-input.ts'
import { walkerKeys, walkerNames, type BothWays } from './access.ts'
import { coordinatesOf, isClosed, isInside, polygonsOf, type Polygon } from './areas.ts'
import { addUses } from './corners.ts'
import type { Road } from './edges.ts'
import type { NodeIndex } from './node-index.ts'
import type { OsmData, OsmWay, Tags } from './pbf.ts'
import { permissionFor } from './permission.ts'
import { pointsOf } from './road-ways.ts'

const FOOT = travelModes.indexOf('foot')

/**
 * Roads for walkers alone: straight lines over squares between the places where roads reach them, and the sides of squares whose outline
 * is no road. What they need to be joined becomes a corner.
 *
 * @param roads    those known so far
 * @param uses     [places] 2 at corners, 1 on a road
 * @param speedsOf how somebody walks a way with such tags
 */
export function walksOver(
  squares: readonly Square[],
  roads: readonly Road[],
  data: OsmData,
  index: NodeIndex,
  uses: Uint8Array,
  speedsOf: (tags: Tags) => BothWays,
  onTooComplex: (id: number) => void,
): Road[] {
  const walked = new Set(roads.filter(({ speeds }) => speeds[FOOT]!.some((kmh) => kmh > 0)).map(({ place }) => place))
  const sides = new Map<number, Road>()
  const lines: Road[] = []
  for (const square of squares) {
    const { id, tags, outline } = square
    const walk = speedsOf({ highway: 'pedestrian', ...(tags['oneway:foot'] ? { 'oneway:foot': tags['oneway:foot'] } : {}) })
    const speeds = travelModes.map((_, mode): BothWays => (mode === FOOT ? walk : [0, 0]))
    const entrances = new Set<number>()
    for (const place of outline) {
      const points = pointsOf(data.ways[place]!.refs, index)
      if (!walked.has(place) && !sides.has(place)) sides.set(place, { id, tags, place, points, speeds, isWay: false })
      for (const point of points) if (point >= 0 && uses[point]! >= (walked.has(place) ? 2 : 1)) entrances.add(point)
    }
    if (entrances.size > ENTRANCES_MAX) {
      onTooComplex(id)
      continue
    }
    const doors = [...entrances]
    const at = doors.map((point): [number, number] => [data.nodeLonLat[2 * point]! / 1e7, data.nodeLonLat[2 * point + 1]! / 1e7])
    for (const [a, b] of crossingsOf(square, at)) lines.push({ id, tags, place: outline[0]!, points: Int32Array.of(doors[a]!, doors[b]!), speeds, isWay: false })
  }
  addUses(uses, sides.values())
  for (const { points } of lines) for (const point of points) uses[point] = 2
  return [...sides.values(), ...lines]
}

const walkable = new Set(['pedestrian', 'footway', 'path', 'living_street', 'service', 'platform', 'corridor'])

/** Whether somebody on foot may cross the inside of this closed way or multipolygon. */
function isSquare(tags: Tags): boolean {
  if (tags.area !== 'yes' && tags.type !== 'multipolygon' && tags.place !== 'square') return false
  const kind = tags.highway ?? tags['area:highway'] ?? (tags.place === 'square' ? 'pedestrian' : tags.railway === 'platform' || tags.public_transport === 'platform' ? 'platform' : '')
  return walkable.has(kind) && permissionFor(tags, walkerKeys, walkerNames, undefined)?.permission !== 'closed'
}

export type Square = {
  /** Of the way or the relation. */
  readonly id: number
  readonly tags: Tags
  /** Places in `data.ways` of the ways that make its outlines, holes too. */
  readonly outline: readonly number[]
  readonly polygon: Polygon
}

export function squaresOf(data: OsmData, index: NodeIndex): Square[] {
  const points = coordinatesOf(data, index)
  const squares: Square[] = []
  for (let place = 0; place < data.ways.length; place++) {
    const way = data.ways[place]!
    if (isSquare(way.tags) && isClosed(way)) squares.push({ id: way.id, tags: way.tags, outline: [place], polygon: [points(way.refs)] })
  }
  const relations = data.relations.filter(({ tags }) => tags.type === 'multipolygon' && isSquare(tags))
  const members = new Set(relations.flatMap((relation) => relation.members.map(({ ref }) => ref)))
  const placeById = new Map<number, number>()
  const wayById = new Map<number, OsmWay>()
  if (members.size > 0) {
    for (const [place, way] of data.ways.entries()) {
      if (!members.has(way.id)) continue
      placeById.set(way.id, place)
      wayById.set(way.id, way)
    }
  }
  for (const relation of relations) {
    const outline = relation.members.flatMap(({ type, ref }) => (type === 'way' ? (placeById.get(ref) ?? []) : []))
    for (const polygon of polygonsOf(relation, wayById, points)) squares.push({ id: relation.id, tags: relation.tags, outline, polygon })
  }
  return squares
}

/** With more entrances than this a square is walked along its sides only. */
const ENTRANCES_MAX = 40

/** Pairs of entrances that see each other across the square. O(entrances² × outline). */
function crossingsOf({ polygon }: Square, entrances: readonly (readonly [lon: number, lat: number])[]): [a: number, b: number][] {
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
