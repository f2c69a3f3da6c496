/** Where a place is built up, so that a road without a signed limit is not taken for a country road. */
import { coordinatesOf, isClosed, polygonsOf, type Polygon } from './areas.ts'
import type { NodeIndex } from './node-index.ts'
import type { OsmData, Tags } from './pbf.ts'

const landuses = new Set(['residential', 'commercial', 'retail', 'industrial', 'education', 'institutional', 'civic_admin', 'railway', 'construction', 'garages', 'military'])
const places = new Set(['suburb', 'neighbourhood', 'quarter', 'city_block', 'village', 'town', 'hamlet'])
const amenities = new Set(['university', 'college', 'school', 'hospital'])
const saysBuiltUp = (tags: Tags) => landuses.has(tags.landuse ?? '') || amenities.has(tags.amenity ?? '') || (places.has(tags.place ?? '') && tags.place !== undefined)

/** About the side of a cell. Land is drawn up to the kerb or to the middle of the road: a cell more on each side counts too. */
const CELL_METERS = 60
const CELLS_MAX = 4_000_000
/** Without drawn land: so many corners of roads within the nine cells around make a built-up place. */
const CORNERS_MIN = 6

export type BuiltUp = {
  /** Whether most of a way's points lie in a built-up place. */
  readonly isBuiltUp: (refs: Float64Array) => boolean
  /** By drawn land, or, where the map has none, by how close to each other the corners of its roads are. */
  readonly by: 'landuse' | 'road-density'
}

/**
 * @param roadEnds  places in the file's columns where roads meet or end
 *
 * O(cells of the polygons + points).
 */
export function builtUpOf(data: OsmData, index: NodeIndex, roadEnds: Iterable<number>): BuiltUp {
  const polygons = landOf(data, index)
  const { nodeLonLat } = data
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < nodeLonLat.length; i += 2) {
    west = Math.min(west, nodeLonLat[i]! / 1e7)
    east = Math.max(east, nodeLonLat[i]! / 1e7)
    south = Math.min(south, nodeLonLat[i + 1]! / 1e7)
    north = Math.max(north, nodeLonLat[i + 1]! / 1e7)
  }
  if (nodeLonLat.length === 0) [west, south, east, north] = [0, 0, 0, 0]
  const cos = Math.max(0.05, Math.cos((((south + north) / 2) * Math.PI) / 180))
  let cellLat = CELL_METERS / 111_195
  const cells = ((east - west) * cos * (north - south)) / (cellLat * cellLat)
  if (cells > CELLS_MAX) cellLat *= Math.sqrt(cells / CELLS_MAX)
  const cellLon = cellLat / cos
  const columns = Math.floor((east - west) / cellLon) + 1
  const rows = Math.floor((north - south) / cellLat) + 1
  const cellOf = (node: number) =>
    Math.floor((nodeLonLat[2 * node + 1]! / 1e7 - south) / cellLat) * columns + Math.floor((nodeLonLat[2 * node]! / 1e7 - west) / cellLon)

  const counts = new Uint16Array(columns * rows)
  if (polygons.length > 0) for (const polygon of polygons) fill(polygon, west, south, cellLon, cellLat, columns, rows, counts)
  else for (const node of roadEnds) counts[cellOf(node)]!++
  const near = aroundEach(counts, columns, rows)
  const enough = polygons.length > 0 ? 1 : CORNERS_MIN
  return {
    by: polygons.length > 0 ? 'landuse' : 'road-density',
    isBuiltUp(refs) {
      let inside = 0
      let known = 0
      for (const ref of refs) {
        const node = index.find(ref)
        if (node < 0) continue
        known++
        if (near[cellOf(node)]! >= enough) inside++
      }
      return 2 * inside > known
    },
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
function fill(polygon: Polygon, west: number, south: number, cellLon: number, cellLat: number, columns: number, rows: number, counts: Uint16Array): void {
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
function aroundEach(counts: Uint16Array, columns: number, rows: number): Uint16Array {
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
