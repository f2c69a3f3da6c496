/** What stands on the map, as the apps hand it over, and as the map engine wants it. Pure. */
import type { Feature, FeatureCollection, Point } from 'geojson'
import type { UnitKind } from '#modules/units/contract.ts'
import type { Tone } from '../state.ts'
import type { MapTheme } from './palette.ts'

export type Place = readonly [lon: number, lat: number]

export type MapUnit = {
  readonly id: string
  readonly handle: number
  readonly callSign: string
  readonly kind: UnitKind
  readonly tone: Tone
  /** Where it is going or is at work, if anywhere. */
  readonly incident: string | null
}

export type MapIncident = {
  readonly id: string
  readonly lon: number
  readonly lat: number
  readonly glyph: string
  readonly label: string
  readonly priority: number
  /** `waiting` calls for somebody; `active` has somebody; `resting` is with the station or closed. */
  readonly look: 'waiting' | 'active' | 'resting'
  readonly alarming: boolean
}

export type MapStation = { readonly id: string; readonly lon: number; readonly lat: number; readonly name: string }

export type MapThing = { readonly kind: 'unit' | 'incident' | 'station'; readonly id: string }

/** Below this speed the course of a fix is noise. */
const courseSpeedMin = 3

export type UnitShape = 'arrow' | 'slim' | 'parked' | 'ring' | 'dot'

/** Cars and motorcycles show where they head; standing still with no known heading they are a square; others are round. */
export function shapeOf(kind: UnitKind, hasCourse: boolean): UnitShape {
  switch (kind) {
    case 'car':
      return hasCourse ? 'arrow' : 'parked'
    case 'motorcycle':
      return hasCourse ? 'slim' : 'parked'
    case 'e-bike':
      return 'ring'
    case 'foot':
      return 'dot'
  }
}

const point = (place: Place, properties: Record<string, unknown>): Feature<Point> =>
  ({ type: 'Feature', geometry: { type: 'Point', coordinates: [...place] }, properties })

const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })
export const noFeatures: FeatureCollection = collection([])

export const incidentFeatures = (incidents: Iterable<MapIncident>, theme: MapTheme): FeatureCollection =>
  collection(
    [...incidents].map((incident) =>
      point([incident.lon, incident.lat], {
        id: incident.id,
        label: incident.label,
        icon: `${theme}|drop|${incident.priority}|${incident.look}|${incident.glyph}`,
        // the urgent ones are drawn last, over the others
        order: (incident.look === 'resting' ? 0 : 10) + (4 - incident.priority) + (incident.alarming ? 20 : 0),
        alarming: incident.alarming ? 1 : 0,
      }),
    ),
  )

export const stationFeatures = (stations: readonly MapStation[], theme: MapTheme): FeatureCollection =>
  collection(stations.map((station) => point([station.lon, station.lat], { id: station.id, name: station.name, icon: `${theme}|station` })))

export const lineFeature = (line: readonly Place[]): FeatureCollection =>
  line.length < 2 ? noFeatures : collection([{ type: 'Feature', geometry: { type: 'LineString', coordinates: line.map((place) => [...place]) }, properties: {} }])

export const pointFeatures = (places: readonly Place[], properties: Record<string, unknown> = {}): FeatureCollection =>
  collection(places.map((place) => point(place, properties)))

/** The course only counts while something moves. */
export const courseOf = (courseDeg: number | null, speedKmh: number | null): number | null =>
  courseDeg !== null && (speedKmh === null || speedKmh >= courseSpeedMin) ? courseDeg : null

/** An area that is reached in so many minutes, as GeoJSON has it. */
export type MapReach = { readonly minutes: number; readonly area: readonly (readonly (readonly (readonly number[])[])[])[] }
/** A closed road: stretches as they lie on it, and the area that was drawn, if one was. */
export type MapClosure = { readonly id: string; readonly lines: readonly (readonly (readonly number[])[])[]; readonly area: readonly (readonly (readonly number[])[])[] | null }

/** Areas reached, the largest first, so that the smaller ones lie on top. */
export const reachFeatures = (reach: readonly MapReach[]): FeatureCollection =>
  collection(
    reach.toSorted((a, b) => b.minutes - a.minutes).map(({ minutes, area }, i) => ({
      type: 'Feature',
      geometry: { type: 'MultiPolygon', coordinates: area.map((rings) => rings.map((ring) => ring.map((place) => [...place]))) },
      properties: { minutes, rank: reach.length - i },
    })),
  )

export const closureFeatures = (closures: readonly MapClosure[]): FeatureCollection =>
  collection(
    closures.flatMap(({ id, lines, area }): Feature[] => [
      ...(area ? [{ type: 'Feature' as const, geometry: { type: 'Polygon' as const, coordinates: area.map((ring) => ring.map((place) => [...place])) }, properties: { id } }] : []),
      ...lines.map((line) => ({ type: 'Feature' as const, geometry: { type: 'LineString' as const, coordinates: line.map((place) => [...place]) }, properties: { id } })),
    ]),
  )

/** An electronic fence: its rings, and how it is drawn. `draft` is being drawn; a `call` went to all inside. */
export type MapFence = { readonly id: string; readonly name: string; readonly rings: readonly (readonly (readonly number[])[])[]; readonly look: 'alarm' | 'quiet' | 'draft' | 'call'; readonly alarming: boolean; readonly chosen: boolean }

export const fenceFeatures = (fences: readonly MapFence[]): FeatureCollection =>
  collection(
    fences.map(({ id, name, rings, look, alarming, chosen }) => ({
      type: 'Feature',
      geometry: { type: 'Polygon', coordinates: rings.map((ring) => ring.map((place) => [...place])) },
      properties: { id, name, look, alarming: alarming ? 1 : 0, chosen: chosen ? 1 : 0 },
    })),
  )

/** A road in one direction whose drives take other times than the map says. */
export type MapDoubt = { readonly id: string; readonly ratio: number; readonly line: readonly (readonly number[])[] }
/** What is doubted of the map: roads, places where drives leave them, and which of both is looked at. */
export type MapDoubts = { readonly roads: readonly MapDoubt[]; readonly places: readonly { readonly id: string; readonly lon: number; readonly lat: number; readonly why: string }[]; readonly chosen: string | null }
export const noDoubts: MapDoubts = { roads: [], places: [], chosen: null }

/** How far from the map, in three steps: by a third, by the double, by more. */
export const doubtRank = (ratio: number): 1 | 2 | 3 => (Math.abs(Math.log(ratio)) < Math.log(1.5) ? 1 : Math.abs(Math.log(ratio)) < Math.log(2) ? 2 : 3)

export const doubtFeatures = ({ roads, places, chosen }: MapDoubts): FeatureCollection =>
  collection([
    ...roads.map(({ id, ratio, line }): Feature => ({
      type: 'Feature',
      geometry: { type: 'LineString', coordinates: line.map((place) => [...place]) },
      properties: { id, kind: ratio > 1 ? 'slower' : 'faster', rank: doubtRank(ratio), chosen: id === chosen ? 1 : 0 },
    })),
    ...places.map(({ id, lon, lat, why }) => point([lon, lat], { id, kind: why, chosen: id === chosen ? 1 : 0 })),
  ])

/** Where a unit came from in the last minutes, in its colour of the moment. */
export type MapTrail = { readonly tone: Tone; readonly lines: readonly (readonly Place[])[] }

export const trailFeatures = (trails: readonly MapTrail[]): FeatureCollection =>
  collection(
    trails.flatMap(({ tone, lines }) => lines.map((line): Feature => ({ type: 'Feature', geometry: { type: 'LineString', coordinates: line.map((place) => [...place]) }, properties: { tone } }))),
  )

/** What is being drawn: points alone, a line through them, or an area. */
export function drawingFeatures(points: readonly Place[], as: 'points' | 'line' | 'area'): FeatureCollection {
  const features: Feature[] = points.map((place) => point(place, {}))
  const line = points.map((place) => [...place])
  if (as === 'points') return collection(features)
  if (as === 'area' && line.length > 2) features.push({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [[...line, line[0]!]] }, properties: {} })
  else if (line.length > 1) features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties: {} })
  return collection(features)
}

const radiusMeters = 6_371_008.8
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Meters along a line on the ground. Haversine is enough: its error is below what a mouse can point at. */
export function lengthMeters(line: readonly Place[]): number {
  let meters = 0
  for (let i = 1; i < line.length; i++) {
    const [lonA, latA] = line[i - 1]!
    const [lonB, latB] = line[i]!
    const a = Math.sin(radians(latB - latA) / 2) ** 2 + Math.cos(radians(latA)) * Math.cos(radians(latB)) * Math.sin(radians(lonB - lonA) / 2) ** 2
    meters += 2 * radiusMeters * Math.asin(Math.min(1, Math.sqrt(a)))
  }
  return meters
}

/** A round length for the scale bar that is at most `pixelsMax` long. */
export function scaleBar(metersPerPixel: number, pixelsMax: number): { readonly meters: number; readonly pixels: number } {
  const most = metersPerPixel * pixelsMax
  const power = 10 ** Math.floor(Math.log10(most))
  const meters = [5, 2, 1].map((step) => step * power).find((length) => length <= most) ?? power
  return { meters, pixels: meters / metersPerPixel }
}
