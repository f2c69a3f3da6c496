/** Whether a drawing can be a fence, and what is wrong with it. Pure. */
import { distanceMeters, planeAround } from '#core/geo/distance.ts'
import { areaOf, firstCrossing, isInRing, type Ring as Flat } from '#core/geo/rings.ts'
import type { FenceShape } from '#core/geo/fence-shape.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { FenceOutline } from './contract.ts'

export const cornersMax = 500
/** Smaller than what a receiver can tell apart, or larger than any county: a slip of the hand. */
const circleMetersMin = 10
const areaMetersMin = 200
const spanMetersMax = 500_000
const routeWidthMetersMin = 20
const routeMetersMin = 50

type Ring = readonly (readonly number[])[]
/** West, south, east, north of the town, where there is a map. */
export type TownBounds = readonly number[]

/**
 * Why this cannot be a fence; undefined when it can.
 *
 * Cost: O(corners²) for what crosses what, 500 corners at most.
 */
export function outlineProblem(outline: FenceOutline, town?: TownBounds): Refused | undefined {
  const rings: readonly Ring[] = outline.type === 'Point' ? [[outline.coordinates]] : outline.type === 'LineString' ? [outline.coordinates] : outline.coordinates
  const corners = rings.reduce((sum, ring) => sum + ring.length, 0)
  if (corners > cornersMax) return refuse('fence-many-corners', { found: corners, most: cornersMax })
  const swapped = swappedIn(rings, town)
  if (swapped) return swapped
  if (outline.type === 'Point') return outline.radiusMeters < circleMetersMin ? refuse('fence-too-small') : undefined
  if (outline.type === 'LineString') return routeProblem(outline.coordinates, outline.widthMeters)

  for (const [index, ring] of rings.entries()) {
    const first = ring[0]
    const last = ring.at(-1)
    if (!first || !last || ring.length < 4) return refuse('fence-few-corners', { ring: index + 1, found: ring.length })
    if (first[0] !== last[0] || first[1] !== last[1]) return refuse('fence-unclosed', { ring: index + 1 })
  }
  const [outer, ...holes] = rings.map(flat)
  if (isTooLarge(rings[0]!)) return refuse('fence-too-large', { kilometers: spanMetersMax / 1000 })

  const crossing = firstCrossing([outer!, ...holes])
  if (crossing) return crossing.rings[0] === crossing.rings[1] ? refuse('fence-crosses-itself', { first: crossing.sides[0] + 1, second: crossing.sides[1] + 1 }) : refuse('fence-rings-cross', { first: crossing.rings[0] + 1, second: crossing.rings[1] + 1 })
  for (const [index, hole] of holes.entries()) if (!isInRing(hole[0]!, outer!)) return refuse('fence-hole-outside', { ring: index + 2 })
  if (Math.abs(areaOf(outer!)) < areaMetersMin) return refuse('fence-too-small')
  return undefined

  function flat(ring: Ring): Flat {
    const plane = planeAround(rings[0]![0]![0]!, rings[0]![0]![1]!)
    return ring.map(([lon, lat]) => [plane.toX(lon!), plane.toY(lat!)] as const)
  }
}

/** A route may cross itself and go back the way it came. */
function routeProblem(line: Ring, widthMeters: number): Refused | undefined {
  if (isTooLarge(line)) return refuse('fence-too-large', { kilometers: spanMetersMax / 1000 })
  if (widthMeters < routeWidthMetersMin) return refuse('fence-route-narrow', { least: routeWidthMetersMin })
  const meters = line.slice(1).reduce((sum, [lon, lat], i) => sum + distanceMeters(line[i]![0]!, line[i]![1]!, lon!, lat!), 0)
  return meters < routeMetersMin ? refuse('fence-route-short', { least: routeMetersMin }) : undefined
}

function isTooLarge(ring: Ring): boolean {
  const [west, south, east, north] = boxOf(ring)
  return distanceMeters(west, south, east, north) > spanMetersMax || east - west > 180
}

/** Latitude before longitude: a "latitude" beyond the pole, or a fence far from the town that would lie in it the other way round. */
function swappedIn(rings: readonly Ring[], town: TownBounds | undefined): Refused | undefined {
  for (const ring of rings) for (const [lon, lat] of ring) if (Math.abs(lat!) > 90) return refuse('fence-swapped', { lon: lon!, lat: lat! })
  const [lon, lat] = rings[0]![0] ?? []
  if (!town || lon === undefined || lat === undefined || Math.abs(lon) > 90) return undefined
  const [west, south, east, north] = town
  const near = (x: number, y: number) => x > west! - 5 && x < east! + 5 && y > south! - 5 && y < north! + 5
  return !near(lon, lat) && near(lat, lon) ? refuse('fence-swapped', { lon, lat }) : undefined
}

function boxOf(ring: Ring): [number, number, number, number] {
  const lons = ring.map(([lon]) => lon!)
  const lats = ring.map(([, lat]) => lat!)
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

/** As the mathematics wants it. */
export function shapeOf(outline: FenceOutline): FenceShape {
  const line = (places: Ring) => places.map(([lon, lat]) => [lon!, lat!] as const)
  switch (outline.type) {
    case 'Point':
      return { centre: [outline.coordinates[0]!, outline.coordinates[1]!], radiusMeters: outline.radiusMeters }
    case 'LineString':
      return { line: line(outline.coordinates), widthMeters: outline.widthMeters }
    case 'Polygon':
      return { rings: outline.coordinates.map(line) }
  }
}
