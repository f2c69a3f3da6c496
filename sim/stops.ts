/** Where a unit patrols: its beat's ground, or the places near where it belongs. Pure. */
import { distanceMeters } from '#core/geo/distance.ts'
import { sourceFor } from './draw.ts'
import type { Point } from './drive.ts'
import type { TownFile, TownUnit } from './town-file.ts'

type Ring = readonly (readonly number[])[]
/** As much of GeoJSON as patrol districts need. */
export type Districts = {
  readonly features: readonly {
    readonly properties: { readonly district: string }
    readonly geometry:
      | { readonly type: 'Polygon'; readonly coordinates: readonly Ring[] }
      | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly Ring[])[] }
  }[]
}

/** How many places a unit knows, by what it goes with. */
const reach = { car: 14, motorcycle: 20, 'e-bike': 8, foot: 5 } as const
const stopsPerBeat = 16
/** A station's units stay this near to where they belong, where there are places enough. */
const ownMeters = 1800

/**
 * Stops of a unit, at least one: points inside its beat (and the map), or the nearest places of the town. A brigade's
 * units go everywhere.
 *
 * @throws Error when a beat is not among the districts or lies off the map
 */
export function stopsOf(town: TownFile, unit: TownUnit, seed: number, districts?: Districts): Point[] {
  if (unit.beat !== undefined) {
    const district = districts?.features.find(({ properties }) => properties.district === unit.beat)
    if (!district) throw new Error(`Unit ${unit.callSign}: no district ${unit.beat}`)
    const { geometry } = district
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
    const random = sourceFor(seed, 'beat', unit.beat)
    const [west, south, east, north] = boxOf(polygons.flat(2), town.bounds)
    const stops: Point[] = []
    for (let attempt = 0; stops.length < stopsPerBeat && attempt < 2000; attempt++) {
      const point: Point = [west + (east - west) * random(), south + (north - south) * random()]
      if (polygons.some((polygon) => isInside(point, polygon))) stops.push(point)
    }
    if (stops.length === 0) throw new Error(`Unit ${unit.callSign}: district ${unit.beat} is not on the map`)
    return stops
  }
  const places = town.places.map(({ lon, lat }): Point => [lon, lat])
  const everywhere = town.agencies.find(({ path }) => path === unit.agency)?.kind === 'brigade' && unit.kind !== 'foot'
  if (places.length === 0) return [[unit.lon, unit.lat]]
  if (everywhere) return places
  const meters = ([lon, lat]: Point) => distanceMeters(unit.lon, unit.lat, lon, lat)
  const nearest = places.sort((a, b) => meters(a) - meters(b)).slice(0, reach[unit.kind])
  const own = nearest.filter((place) => meters(place) <= ownMeters)
  return own.length >= 4 ? own : nearest
}

function boxOf(points: readonly (readonly number[])[], within: readonly number[]): number[] {
  const lons = points.map(([lon]) => lon)
  const lats = points.map(([, lat]) => lat)
  const [west, south, east, north] = within
  return [Math.max(west, Math.min(...lons)), Math.max(south, Math.min(...lats)), Math.min(east, Math.max(...lons)), Math.min(north, Math.max(...lats))]
}

/** Whether a point lies in a polygon with holes: an odd number of its edges lie east of the point. */
export function isInside([lon, lat]: Point, polygon: readonly Ring[]): boolean {
  let odd = false
  for (const ring of polygon) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i]
      const [bx, by] = ring[j]
      if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) odd = !odd
    }
  }
  return odd
}
