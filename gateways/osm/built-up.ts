/**
 * Where a place is built up, so that a road without a signed limit is not taken for a country road.
 *
 * Three witnesses, any of which is enough: land drawn as built up; a settlement's name nearby; corners of streets and houses close
 * together. Many maps draw no land: of Guixi's residential streets 4 % lay on any, and it is a county town.
 */
import { coordinatesOf, isClosed, polygonsOf, type Polygon } from './areas.ts'
import type { NodeIndex } from './node-index.ts'
import type { OsmData, Tags } from './pbf.ts'

const landuses = new Set(['residential', 'commercial', 'retail', 'industrial', 'education', 'institutional', 'civic_admin', 'railway', 'construction', 'garages', 'military'])
const places = new Set(['suburb', 'neighbourhood', 'quarter', 'city_block', 'village', 'town', 'hamlet'])
const amenities = new Set(['university', 'college', 'school', 'hospital'])
const saysBuiltUp = (tags: Tags) => landuses.has(tags.landuse ?? '') || amenities.has(tags.amenity ?? '') || (places.has(tags.place ?? '') && tags.place !== undefined)
/** How far around the point that bears a settlement's name there are houses at least. */
const namedMeters: Readonly<Record<string, number>> = { city: 500, town: 500, suburb: 400, quarter: 300, neighbourhood: 250, village: 200, hamlet: 90 }
/** Streets whose corners make a town. Paths cross in woods, and ramps in the open country. */
const streets = new Set(['primary', 'secondary', 'tertiary', 'unclassified', 'residential', 'living_street', 'pedestrian', 'road'])

/** About the side of a cell. Land is drawn up to the kerb or to the middle of the road: a cell more on each side counts too. */
const CELL_METERS = 90
const CELLS_MAX = 4_000_000
/** So many corners of streets or houses within the nine cells around make a built-up place. */
const CORNERS_MIN = 6

export type BuiltUp = {
  /** @param places  of a way's points in the file's columns, −1 where the file lacks one; whether most lie in a built-up place */
  readonly isBuiltUp: (places: Int32Array) => boolean
  /** Whether land was drawn; where none was there are only names and density to go by. */
  readonly by: 'landuse' | 'road-density'
}

/** A road, with the places of its points in the file's columns. */
type Way = { readonly way: { readonly tags: Tags }; readonly points: Int32Array }

/** O(cells of the polygons + points). */
export function builtUpOf(data: OsmData, index: NodeIndex, ways: readonly Way[]): BuiltUp {
  const grid = gridOf(data.nodeLonLat)
  const polygons = landOf(data, index)
  const land = new Uint16Array(grid.columns * grid.rows)
  for (const polygon of polygons) fill(polygon, grid, land)
  for (const [node, tags] of data.nodeTags) if (tags.place !== undefined && tags.name) mark(node, namedMeters[tags.place] ?? 0, grid, land)
  const dense = new Uint16Array(land.length)
  for (const node of cornersOf(ways, data.nodeIds.length)) dense[grid.cellOf(node)]!++
  for (const { tags, refs } of data.ways) {
    if (!isHouse(tags)) continue
    const node = index.find(refs[0]!)
    if (node >= 0) dense[grid.cellOf(node)]!++
  }
  const [nearLand, near] = [aroundEach(land, grid), aroundEach(dense, grid)]
  const isTown = nearLand.map((count, cell) => (count > 0 || near[cell]! >= CORNERS_MIN ? 1 : 0))
  return {
    by: polygons.length > 0 ? 'landuse' : 'road-density',
    isBuiltUp(points) {
      let balance = 0
      for (let i = 0; i < points.length; i++) if (points[i]! >= 0) balance += isTown[grid.cellOf(points[i]!)] === 1 ? 1 : -1
      return balance > 0
    },
  }
}

/** What the road itself says of where it lies: "DE:urban", "CN:rural". */
export function toldBuiltUp(tags: Tags): boolean | undefined {
  for (const value of [tags['zone:traffic'], tags['maxspeed:type'], tags['source:maxspeed'], tags['zone:maxspeed']]) {
    if (value?.endsWith(':urban')) return true
    if (value?.endsWith(':rural')) return false
  }
  return undefined
}

const isHouse = ({ building }: Tags) => building !== undefined && building !== 'no' && building !== 'roof'

/** Places where streets meet or end. */
function* cornersOf(ways: readonly Way[], count: number): Generator<number> {
  const uses = new Uint8Array(count)
  for (const { way, points } of ways) {
    if (!streets.has(way.tags.highway ?? '')) continue
    for (let i = 0; i < points.length; i++) {
      const node = points[i]!
      if (node >= 0 && uses[node]! < 2) uses[node]! += i === 0 || i === points.length - 1 ? 2 : 1
    }
  }
  for (let node = 0; node < count; node++) if (uses[node]! >= 2) yield node
}

type Grid = {
  readonly west: number
  readonly south: number
  /** Degrees. */
  readonly cellLon: number
  readonly cellLat: number
  readonly columns: number
  readonly rows: number
  /** The cell of a place in the file's columns. */
  readonly cellOf: (node: number) => number
}

function gridOf(nodeLonLat: Int32Array): Grid {
  let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < nodeLonLat.length; i += 2) {
    const [lon, lat] = [nodeLonLat[i]!, nodeLonLat[i + 1]!]
    if (lon < w) w = lon
    if (lon > e) e = lon
    if (lat < s) s = lat
    if (lat > n) n = lat
  }
  if (nodeLonLat.length === 0) [w, s, e, n] = [0, 0, 0, 0]
  const [west, south, east, north] = [w / 1e7, s / 1e7, e / 1e7, n / 1e7]
  const cos = Math.max(0.05, Math.cos((((south + north) / 2) * Math.PI) / 180))
  let cellLat = CELL_METERS / METERS_PER_DEGREE
  const cells = ((east - west) * cos * (north - south)) / (cellLat * cellLat)
  if (cells > CELLS_MAX) cellLat *= Math.sqrt(cells / CELLS_MAX)
  const cellLon = cellLat / cos
  const columns = Math.floor((east - west) / cellLon) + 1
  const rows = Math.floor((north - south) / cellLat) + 1
  const [perLon, perLat] = [1 / (cellLon * 1e7), 1 / (cellLat * 1e7)]
  // the far edge belongs to the last cell, whatever the rounding
  const cellOf = (node: number) =>
    Math.min(rows - 1, Math.floor((nodeLonLat[2 * node + 1]! - s) * perLat)) * columns + Math.min(columns - 1, Math.floor((nodeLonLat[2 * node]! - w) * perLon))
  return { west, south, cellLon, cellLat, columns, rows, cellOf }
}
const METERS_PER_DEGREE = 111_195

/** Mark the cells around a point. */
function mark(node: number, meters: number, { cellLat, columns, rows, cellOf }: Grid, counts: Uint16Array): void {
  const reach = Math.floor(meters / (cellLat * METERS_PER_DEGREE))
  if (meters === 0) return
  const [row, column] = [Math.floor(cellOf(node) / columns), cellOf(node) % columns]
  for (let y = Math.max(0, row - reach); y <= Math.min(rows - 1, row + reach); y++) {
    for (let x = Math.max(0, column - reach); x <= Math.min(columns - 1, column + reach); x++) if (Math.hypot(x - column, y - row) <= reach) counts[y * columns + x] = 1
  }
}

function landOf(data: OsmData, index: NodeIndex): Polygon[] {
  const points = coordinatesOf(data, index)
  const polygons: Polygon[] = []
  for (const way of data.ways) if (isClosed(way) && saysBuiltUp(way.tags)) polygons.push([points(way.refs)])
  const relations = data.relations.filter(({ tags }) => tags.type === 'multipolygon' && saysBuiltUp(tags))
  if (relations.length > 0) {
    const wayById = new Map(data.ways.map((way) => [way.id, way]))
    for (const relation of relations) polygons.push(...polygonsOf(relation, wayById, points))
  }
  return polygons
}

/** Mark the cells whose middle lies in a polygon, row by row between its crossings; and those its outline runs through. */
function fill(polygon: Polygon, { west, south, cellLon, cellLat, columns, rows }: Grid, counts: Uint16Array): void {
  const rings = polygon.map((ring) => ring.map(([lon, lat]): [number, number] => [(lon - west) / cellLon, (lat - south) / cellLat]))
  for (const [x, y] of rings[0] ?? []) {
    const [column, row] = [Math.floor(x), Math.floor(y)]
    if (column >= 0 && row >= 0 && column < columns && row < rows) counts[row * columns + column] = 1
  }
  const ys = (rings[0] ?? []).map(([, y]) => y)
  const first = Math.max(0, Math.floor(Math.min(...ys)))
  const last = Math.min(rows - 1, Math.floor(Math.max(...ys)))
  for (let row = first; row <= last; row++) {
    const y = row + 0.5
    const crossings: number[] = []
    for (const ring of rings) {
      for (let i = 1; i < ring.length; i++) {
        const [ax, ay] = ring[i - 1]!
        const [bx, by] = ring[i]!
        if (ay > y !== by > y) crossings.push(ax + ((bx - ax) * (y - ay)) / (by - ay))
      }
    }
    crossings.sort((a, b) => a - b)
    for (let i = 1; i < crossings.length; i += 2) {
      const end = Math.min(columns - 1, Math.floor(crossings[i]! - 0.5))
      for (let column = Math.max(0, Math.ceil(crossings[i - 1]! - 0.5)); column <= end; column++) counts[row * columns + column] = 1
    }
  }
}

/** The sum over the nine cells around each. */
function aroundEach(counts: Uint16Array, { columns, rows }: Grid): Uint16Array {
  const sums = new Uint16Array(counts.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = counts[row * columns + column]!
      if (value === 0) continue
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) sums[y * columns + x]! += value
      }
    }
  }
  return sums
}
