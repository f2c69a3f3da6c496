/** The outline of a fence on its own flat map: how far inside or outside a place is. */
import { invariant } from '../invariant.ts'
import { planeAround, type Plane } from './distance.ts'
import type { LonLat } from './shifted.ts'

/** A circle; or rings: the first is the outline, the others are holes; the last point of a ring repeats the first; or a line with a width, half of it on either side and around its ends. */
export type FenceShape =
  | { readonly centre: LonLat; readonly radiusMeters: number }
  | { readonly rings: readonly (readonly LonLat[])[] }
  | { readonly line: readonly LonLat[]; readonly widthMeters: number }

export type Outline = {
  readonly plane: Plane
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
  /** Metres to the border from a place, positive inside. O(vertices). */
  readonly insideMeters: (lon: number, lat: number) => number
}

/** @throws Error on a shape without an area to it, which the caller let through */
export function outlineOf(shape: FenceShape): Outline {
  if ('centre' in shape) return circle(shape.centre, shape.radiusMeters)
  if ('line' in shape) return corridor(shape.line, shape.widthMeters)
  const [outer] = shape.rings
  invariant(outer && outer.length >= 4, 'a polygon has three corners or more, and its first again')
  const { west, south, east, north } = boxOf(outer)
  const plane = planeAround((west + east) / 2, (south + north) / 2)
  const sides = sidesOf(shape.rings, plane)
  return { plane, west, south, east, north, insideMeters: (lon, lat) => toBorder(sides, plane.toX(lon), plane.toY(lat)) }
}

function boxOf(places: readonly LonLat[]) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [lon, lat] of places) {
    west = Math.min(west, lon)
    east = Math.max(east, lon)
    south = Math.min(south, lat)
    north = Math.max(north, lat)
  }
  return { west, south, east, north }
}

/** @returns [4 × sides] x, y of a side's beginning, and what it adds to get to its end. */
function sidesOf(lines: readonly (readonly LonLat[])[], plane: Plane): Float64Array {
  const sides = new Float64Array(4 * lines.reduce((sum, line) => sum + line.length - 1, 0))
  let k = 0
  for (const line of lines) {
    for (let i = 0; i + 1 < line.length; i++) {
      const [x, y] = [plane.toX(line[i]![0]), plane.toY(line[i]![1])]
      sides[k++] = x
      sides[k++] = y
      sides[k++] = plane.toX(line[i + 1]![0]) - x
      sides[k++] = plane.toY(line[i + 1]![1]) - y
    }
  }
  return sides
}

/** Metres to the nearest side, positive inside. Even–odd: a hole turns inside out whatever way round it was drawn; of an open line nothing is said about sides. */
function toBorder(sides: Float64Array, px: number, py: number): number {
  let nearest = Infinity
  let isInside = false
  for (let k = 0; k < sides.length; k += 4) {
    const x = px - sides[k]!
    const y = py - sides[k + 1]!
    const dx = sides[k + 2]!
    const dy = sides[k + 3]!
    if (y < 0 !== y < dy && x < (dx * y) / dy) isInside = !isInside
    const length2 = dx * dx + dy * dy
    const share = length2 > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / length2)) : 0
    const ox = x - share * dx
    const oy = y - share * dy
    nearest = Math.min(nearest, ox * ox + oy * oy)
  }
  return isInside ? Math.sqrt(nearest) : -Math.sqrt(nearest)
}

function circle([lon, lat]: LonLat, radiusMeters: number): Outline {
  invariant(radiusMeters > 0, 'a circle has a radius')
  const plane = planeAround(lon, lat)
  return {
    plane,
    west: plane.toLon(-radiusMeters),
    east: plane.toLon(radiusMeters),
    south: plane.toLat(-radiusMeters),
    north: plane.toLat(radiusMeters),
    insideMeters: (otherLon, otherLat) => radiusMeters - Math.hypot(plane.toX(otherLon), plane.toY(otherLat)),
  }
}

/** The way that a line takes, as broad as it is said; it may cross itself. */
function corridor(line: readonly LonLat[], widthMeters: number): Outline {
  invariant(line.length >= 2 && widthMeters > 0, 'a way has two places or more, and a width')
  const box = boxOf(line)
  const plane = planeAround((box.west + box.east) / 2, (box.south + box.north) / 2)
  const sides = sidesOf([line], plane)
  const half = widthMeters / 2
  return {
    plane,
    west: plane.toLon(plane.toX(box.west) - half),
    east: plane.toLon(plane.toX(box.east) + half),
    south: plane.toLat(plane.toY(box.south) - half),
    north: plane.toLat(plane.toY(box.north) + half),
    insideMeters: (lon, lat) => half - Math.abs(toBorder(sides, plane.toX(lon), plane.toY(lat))),
  }
}
