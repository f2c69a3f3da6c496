/** Areas: closed ways, and multipolygon relations put together from their pieces. */
import type { NodeIndex } from './node-index.ts'
import type { OsmData, OsmRelation, OsmWay } from './pbf.ts'

/** Closed: the first point is the last. lon, lat in degrees. */
export type Ring = readonly (readonly [number, number])[]
/** Outer ring first, then holes. */
export type Polygon = readonly Ring[]

export type Coordinates = (refs: Float64Array) => [number, number][]

/** Points of a way; nodes missing from the file are left out. */
export function coordinatesOf(data: OsmData, index: NodeIndex): Coordinates {
  return (refs) => {
    const points: [number, number][] = []
    for (const ref of refs) {
      const node = index.find(ref)
      if (node >= 0) points.push([data.nodeLonLat[2 * node]! / 1e7, data.nodeLonLat[2 * node + 1]! / 1e7])
    }
    return points
  }
}

export const isClosed = (way: OsmWay): boolean => way.refs.length >= 4 && way.refs[0] === way.refs.at(-1)

/**
 * The polygons of a multipolygon relation; pieces that do not close (the extract was cut there) are left out.
 * Each hole goes to the first outer ring that contains its first point.
 */
export function polygonsOf(relation: OsmRelation, wayById: ReadonlyMap<number, OsmWay>, points: Coordinates): Polygon[] {
  const pieces = (inner: boolean) =>
    relation.members
      .filter((member) => member.type === 'way' && (member.role === 'inner') === inner)
      .map((member) => wayById.get(member.ref)?.refs)
      .filter((refs) => refs !== undefined && refs.length >= 2)
  const outers = ringsOf(pieces(false) as Float64Array[]).map(points).filter((ring) => ring.length >= 4)
  const holes = ringsOf(pieces(true) as Float64Array[]).map(points).filter((ring) => ring.length >= 4)
  const polygons = outers.map((outer): Ring[] => [outer])
  for (const hole of holes) polygons.find(([outer]) => isInside(hole[0]!, outer!))?.push(hole)
  return polygons
}

/** Join pieces end to end until each closes. */
function ringsOf(pieces: readonly Float64Array[]): Float64Array[] {
  const rings: Float64Array[] = []
  const byEnd = new Map<number, number[]>()
  const waiting = new Set<number>()
  for (const [i, piece] of pieces.entries()) {
    if (piece[0] === piece.at(-1)) {
      rings.push(piece)
      continue
    }
    waiting.add(i)
    for (const end of [piece[0]!, piece.at(-1)!]) byEnd.set(end, [...(byEnd.get(end) ?? []), i])
  }
  for (const start of waiting) {
    waiting.delete(start)
    const ring = [...pieces[start]!]
    while (ring[0] !== ring.at(-1)) {
      const end = ring.at(-1)!
      const next = byEnd.get(end)?.find((i) => waiting.has(i))
      if (next === undefined) break
      waiting.delete(next)
      const piece = [...pieces[next]!]
      if (piece[0] !== end) piece.reverse()
      for (let k = 1; k < piece.length; k++) ring.push(piece[k]!)
    }
    if (ring[0] === ring.at(-1)) rings.push(Float64Array.from(ring))
  }
  return rings
}

/** Whether a point lies in a ring (crossings of a ray to the east). */
export function isInside([x, y]: readonly [number, number], ring: Ring): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i]!
    const [bx, by] = ring[j]!
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

const METERS_PER_DEGREE = 111_195

/** Square metres of a ring (shoelace on the flat map around its first point). */
export function squareMetersOf(ring: Ring): number {
  const [lon, lat] = ring[0] ?? [0, 0]
  const perLon = METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)
  let twice = 0
  for (let i = 1; i < ring.length; i++) {
    const ax = (ring[i - 1]![0] - lon) * perLon
    const ay = (ring[i - 1]![1] - lat) * METERS_PER_DEGREE
    const bx = (ring[i]![0] - lon) * perLon
    const by = (ring[i]![1] - lat) * METERS_PER_DEGREE
    twice += ax * by - bx * ay
  }
  return Math.abs(twice) / 2
}

/** A point to hang a name on: the centre of gravity, or the point of the edge nearest to it where that lies outside. */
export function labelPointOf(ring: Ring): [number, number] {
  const [lon, lat] = ring[0]!
  let twice = 0
  let x = 0
  let y = 0
  for (let i = 1; i < ring.length; i++) {
    const ax = ring[i - 1]![0] - lon
    const ay = ring[i - 1]![1] - lat
    const bx = ring[i]![0] - lon
    const by = ring[i]![1] - lat
    const cross = ax * by - bx * ay
    twice += cross
    x += (ax + bx) * cross
    y += (ay + by) * cross
  }
  if (twice === 0) return [lon, lat]
  const centre: [number, number] = [lon + x / (3 * twice), lat + y / (3 * twice)]
  if (isInside(centre, ring)) return centre
  const nearest = ring.reduce((best, point) =>
    Math.hypot(point[0] - centre[0], point[1] - centre[1]) < Math.hypot(best[0] - centre[0], best[1] - centre[1]) ? point : best,
  )
  return [nearest[0], nearest[1]]
}
