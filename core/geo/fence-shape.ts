/** The outline of a fence on its own flat map: how far inside or outside a place is. */
import { invariant } from '../invariant.ts'
import { planeAround, type Plane } from './distance.ts'
import type { LonLat } from './shifted.ts'

/** A circle, or rings: the first is the outline, the others are holes; the last point of a ring repeats the first. */
export type FenceShape =
  | { readonly centre: LonLat; readonly radiusMeters: number }
  | { readonly rings: readonly (readonly LonLat[])[] }

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
  const [outer] = shape.rings
  invariant(outer && outer.length >= 4, 'a polygon has three corners or more, and its first again')
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [lon, lat] of outer) {
    west = Math.min(west, lon)
    east = Math.max(east, lon)
    south = Math.min(south, lat)
    north = Math.max(north, lat)
  }
  const plane = planeAround((west + east) / 2, (south + north) / 2)
  const corners = shape.rings.reduce((sum, ring) => sum + ring.length - 1, 0)
  /** [4 × corners] x, y of a side's beginning, and what it adds to get to its end. */
  const sides = new Float64Array(4 * corners)
  let k = 0
  for (const ring of shape.rings) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const [x, y] = [plane.toX(ring[i]![0]), plane.toY(ring[i]![1])]
      sides[k++] = x
      sides[k++] = y
      sides[k++] = plane.toX(ring[i + 1]![0]) - x
      sides[k++] = plane.toY(ring[i + 1]![1]) - y
    }
  }
  return { plane, west, south, east, north, insideMeters: (lon, lat) => insideOf(sides, plane.toX(lon), plane.toY(lat)) }
}

/** Even–odd: a hole turns inside out whatever way round it was drawn. */
function insideOf(sides: Float64Array, px: number, py: number): number {
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
