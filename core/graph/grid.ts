/** Which road is nearest to a point: a plain grid over all pieces of shape. */
import { METERS_PER_DEGREE } from '../geo/distance.ts'
import type { TravelMode } from './graph-input.ts'
import { boundsOf, type RoadGraph } from './road-graph.ts'

/** About the side of a cell. Blocks are of this size, so a cell holds a handful of segments. */
const CELL_METERS = 120
const CELLS_MAX = 4_000_000

type Shapes = Pick<RoadGraph, 'shape' | 'shapeStarts' | 'edgeCount'>

/** Cells with the segments that pass through them. O(segments + cells). */
export function buildGrid(roads: Shapes): Pick<RoadGraph, 'gridFrame' | 'gridStarts' | 'gridSegments'> {
  const { shape } = roads
  const [west, south, east, north] = shape.length === 0 ? [0, 0, 0, 0] : boundsOf(roads)
  const cos = Math.max(0.05, Math.cos((((south + north) / 2) * Math.PI) / 180))
  let cellLat = CELL_METERS / METERS_PER_DEGREE
  // A very large map gets larger cells rather than a larger table.
  const cells = ((east - west) * cos * (north - south)) / (cellLat * cellLat)
  if (cells > CELLS_MAX) cellLat *= Math.sqrt(cells / CELLS_MAX)
  const cellLon = cellLat / cos
  const columns = Math.floor((east - west) / cellLon) + 1
  const rows = Math.floor((north - south) / cellLat) + 1

  const visit = (each: (cell: number, segment: number) => void) => {
    for (let edge = 0; edge < roads.edgeCount; edge++) {
      for (let p = roads.shapeStarts[edge]!; p + 1 < roads.shapeStarts[edge + 1]!; p++) {
        let [ax, ay] = [(shape[2 * p]! / 1e7 - west) / cellLon, (shape[2 * p + 1]! / 1e7 - south) / cellLat]
        let [bx, by] = [(shape[2 * p + 2]! / 1e7 - west) / cellLon, (shape[2 * p + 3]! / 1e7 - south) / cellLat]
        if (ay > by) [ax, ay, bx, by] = [bx, by, ax, ay]
        for (let row = Math.floor(ay); row <= Math.floor(by) && row < rows; row++) {
          // where the segment enters and leaves this row
          const from = by > ay ? Math.max(0, (row - ay) / (by - ay)) : 0
          const to = by > ay ? Math.min(1, (row + 1 - ay) / (by - ay)) : 1
          const left = ax + (bx - ax) * (bx > ax ? from : to)
          const right = ax + (bx - ax) * (bx > ax ? to : from)
          // a hair's breadth wider, so that rounding never leaves a cell out
          const last = Math.min(columns - 1, Math.floor(right + 1e-9))
          for (let column = Math.max(0, Math.floor(left - 1e-9)); column <= last; column++) each(row * columns + column, p)
        }
      }
    }
  }
  const gridStarts = new Uint32Array(columns * rows + 1)
  visit((cell) => gridStarts[cell + 1]!++)
  for (let cell = 0; cell < columns * rows; cell++) gridStarts[cell + 1]! += gridStarts[cell]!
  const gridSegments = new Uint32Array(gridStarts[columns * rows]!)
  const fill = gridStarts.slice()
  visit((cell, segment) => (gridSegments[fill[cell]!++] = segment))
  return { gridFrame: Float64Array.of(west, south, cellLon, cellLat, columns, rows), gridStarts, gridSegments }
}

/** A point put on the road: which edge, how far along its shape, how far from where it really is. */
export type Snap = {
  readonly edge: number
  /** From the beginning of the edge's shape, 0 … its length. */
  readonly millimeters: number
  /** Between the point and the road. */
  readonly meters: number
  readonly lon: number
  readonly lat: number
}

/** Farther than this from any road, a point is not on the map. */
export const SNAP_METERS_MAX = 1_000

/** What a segment may lie beyond its cell by rounding, and more. */
const ROUNDING_METERS = 0.01

/** The edge nearest to a point that this traveller may use; undefined when none is within `metersMax`. */
export function nearestEdge(
  graph: RoadGraph,
  mode: TravelMode,
  lon: number,
  lat: number,
  metersMax = SNAP_METERS_MAX,
): Snap | undefined {
  const { usable } = graph.networks[mode]
  return nearestEdgeWhere(graph, lon, lat, (edge) => usable[edge] === 1, metersMax)
}

/**
 * The nearest of the edges that are wanted. Ties go to the edge, then the segment, that comes first.
 *
 * Rings of cells around the point, until the next ring cannot be nearer than what was found; of a ring only the cells that
 * can. Distances are on the flat map around the point, in which the bound for a cell is exact.
 */
export function nearestEdgeWhere(
  graph: RoadGraph,
  lon: number,
  lat: number,
  wanted: (edge: number) => boolean,
  metersMax: number,
): Snap | undefined {
  const { shape, shapeStarts, gridFrame, gridStarts, gridSegments } = graph
  const [west, south, cellLon, cellLat, columns, rows] = gridFrame as unknown as [number, number, number, number, number, number]
  const column = Math.floor((lon - west) / cellLon)
  const row = Math.floor((lat - south) / cellLat)
  const metersPerLon = METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)
  const cellWidth = cellLon * metersPerLon
  const cellHeight = cellLat * METERS_PER_DEGREE
  const narrow = Math.min(cellWidth, cellHeight)

  let best = -1
  let bestShare = 0
  let bestMeters = metersMax
  const look = (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= columns || y >= rows) return
    const aside = x < column ? lon - (west + (x + 1) * cellLon) : x > column ? west + x * cellLon - lon : 0
    const above = y < row ? lat - (south + (y + 1) * cellLat) : y > row ? south + y * cellLat - lat : 0
    if (Math.max(aside * metersPerLon, above * METERS_PER_DEGREE) > bestMeters + ROUNDING_METERS) return
    const cell = y * columns + x
    for (let k = gridStarts[cell]!; k < gridStarts[cell + 1]!; k++) {
      const p = gridSegments[k]!
      // `nearestOnSegment` of core/geo, written out: this is where snapping spends its time
      const ax = (shape[2 * p]! / 1e7 - lon) * metersPerLon
      const ay = (shape[2 * p + 1]! / 1e7 - lat) * METERS_PER_DEGREE
      const dx = ((shape[2 * p + 2]! - shape[2 * p]!) / 1e7) * metersPerLon
      const dy = ((shape[2 * p + 3]! - shape[2 * p + 1]!) / 1e7) * METERS_PER_DEGREE
      const length2 = dx * dx + dy * dy
      let share = length2 > 0 ? -(ax * dx + ay * dy) / length2 : 0
      share = share < 0 ? 0 : share > 1 ? 1 : share
      const x2 = ax + share * dx
      const y2 = ay + share * dy
      const meters = Math.sqrt(x2 * x2 + y2 * y2)
      if (meters > bestMeters || (meters === bestMeters && best >= 0 && p >= best)) continue
      if (!wanted(edgeOfPoint(shapeStarts, p))) continue
      best = p
      bestShare = share
      bestMeters = meters
    }
  }
  for (let ring = 0; (ring - 1) * narrow <= bestMeters; ring++) {
    if (ring === 0) look(column, row)
    else {
      for (let x = column - ring; x <= column + ring; x++) {
        look(x, row - ring)
        look(x, row + ring)
      }
      for (let y = row - ring + 1; y < row + ring; y++) {
        look(column - ring, y)
        look(column + ring, y)
      }
    }
  }
  if (best < 0) return undefined
  return snapAt(graph, best, bestShare, bestMeters)
}

/** Edges with a segment in a cell that a box touches, ascending. O(segments in those cells). */
export function edgesInBox({ gridFrame, gridStarts, gridSegments, shapeStarts }: RoadGraph, west: number, south: number, east: number, north: number): number[] {
  const [left, bottom, cellLon, cellLat, columns, rows] = gridFrame as unknown as [number, number, number, number, number, number]
  const edges = new Set<number>()
  const lastColumn = Math.min(columns - 1, Math.floor((east - left) / cellLon))
  const lastRow = Math.min(rows - 1, Math.floor((north - bottom) / cellLat))
  for (let row = Math.max(0, Math.floor((south - bottom) / cellLat)); row <= lastRow; row++) {
    for (let column = Math.max(0, Math.floor((west - left) / cellLon)); column <= lastColumn; column++) {
      const cell = row * columns + column
      for (let k = gridStarts[cell]!; k < gridStarts[cell + 1]!; k++) edges.add(edgeOfPoint(shapeStarts, gridSegments[k]!))
    }
  }
  return [...edges].sort((a, b) => a - b)
}

/** The edge whose shape a point belongs to. */
export function edgeOfPoint(shapeStarts: Uint32Array, point: number): number {
  let low = 0
  let high = shapeStarts.length - 1
  while (low + 1 < high) {
    const middle = (low + high) >>> 1
    if (shapeStarts[middle]! <= point) low = middle
    else high = middle
  }
  return low
}

function snapAt(graph: RoadGraph, p: number, share: number, meters: number): Snap {
  const edge = edgeOfPoint(graph.shapeStarts, p)
  const millimeters = shapeMillimeters(graph, edge)
  const k = p - graph.shapeStarts[edge]!
  const along = millimeters[k]! + (millimeters[k + 1]! - millimeters[k]!) * share
  const { shape } = graph
  return {
    edge,
    millimeters: Math.round(along),
    meters,
    lon: (shape[2 * p]! + (shape[2 * p + 2]! - shape[2 * p]!) * share) / 1e7,
    lat: (shape[2 * p + 1]! + (shape[2 * p + 3]! - shape[2 * p + 1]!) * share) / 1e7,
  }
}

/** The point of an edge so many millimetres along its shape. */
export function pointOnEdge(graph: RoadGraph, edge: number, millimeters: number): Snap {
  const marks = shapeMillimeters(graph, edge)
  const along = Math.min(Math.max(0, Math.round(millimeters)), graph.edgeMillimeters[edge]!)
  let k = 0
  while (k + 2 < marks.length && marks[k + 1]! < along) k++
  const span = marks[k + 1]! - marks[k]!
  const share = span > 0 ? (along - marks[k]!) / span : 0
  const p = 2 * (graph.shapeStarts[edge]! + k)
  const { shape } = graph
  const lon = (shape[p]! + (shape[p + 2]! - shape[p]!) * share) / 1e7
  const lat = (shape[p + 1]! + (shape[p + 3]! - shape[p + 1]!) * share) / 1e7
  return { edge, millimeters: along, meters: 0, lon, lat }
}

/** How far along its edge each shape point lies; the last is the edge's own length, to the millimetre. */
export function shapeMillimeters(graph: RoadGraph, edge: number): Float64Array {
  const first = graph.shapeStarts[edge]!
  const count = graph.shapeStarts[edge + 1]! - first
  const millimeters = new Float64Array(count)
  for (let k = 1; k < count; k++) {
    const p = first + k - 1
    const { shape } = graph
    // flat is enough within one edge: it is scaled to the true length below
    const cos = Math.cos(((shape[2 * p + 1]! / 1e7) * Math.PI) / 180)
    const dx = (shape[2 * p + 2]! - shape[2 * p]!) * cos
    const dy = shape[2 * p + 3]! - shape[2 * p + 1]!
    millimeters[k] = millimeters[k - 1]! + Math.hypot(dx, dy)
  }
  const total = millimeters[count - 1]!
  const scale = total > 0 ? graph.edgeMillimeters[edge]! / total : 0
  for (let k = 1; k < count; k++) millimeters[k]! *= scale
  millimeters[count - 1] = graph.edgeMillimeters[edge]!
  return millimeters
}

/** A road near a point: the nearest place on it, and on which side of it the point lies. */
export type Near = Snap & {
  /** `meters` with a sign: positive on the left of the edge's direction, negative on the right. */
  readonly leftMeters: number
  /** Direction of the edge's shape there, degrees clockwise from north. */
  readonly bearingDegrees: number
}

export type NearLimits = {
  readonly metersMax: number
  readonly countMax: number
  /** Only edges on this storey; all when absent. */
  readonly level?: number
}

/** The edges near a point, nearest first, each once; ties go to the lower edge. O(segments in the cells around). */
export function edgesNear(graph: RoadGraph, mode: TravelMode, lon: number, lat: number, limits: NearLimits): Near[] {
  let nearby = nearbyOf.get(graph)
  if (!nearby) nearbyOf.set(graph, (nearby = createNearby(graph)))
  nearby.look(graph.networks[mode].usable, lon, lat, limits.metersMax, limits.countMax, limits.level)
  const { edge, point, share, meters, leftMeters } = nearby
  const { shape } = graph
  return Array.from({ length: nearby.count() }, (_, i) => {
    const p = 2 * point[i]!
    return {
      edge: edge[i]!,
      millimeters: Math.round(nearby.alongOf(i)),
      meters: meters[i]!,
      lon: (shape[p]! + (shape[p + 2]! - shape[p]!) * share[i]!) / 1e7,
      lat: (shape[p + 1]! + (shape[p + 3]! - shape[p + 1]!) * share[i]!) / 1e7,
      leftMeters: leftMeters[i]!,
      bearingDegrees: nearby.bearingOf(i),
    }
  })
}
const nearbyOf = new WeakMap<RoadGraph, Nearby>()

/** The found roads in arrays, nearest first, valid until the next look. */
export type Nearby = {
  /** @param usable  [edges] 1 where an edge may be found */
  readonly look: (usable: Uint8Array, lon: number, lat: number, metersMax: number, countMax: number, level?: number) => number
  readonly count: () => number
  readonly edge: Uint32Array
  /** First shape point of the nearest segment, and how far along that segment, 0…1. */
  readonly point: Uint32Array
  readonly share: Float64Array
  readonly meters: Float64Array
  readonly leftMeters: Float64Array
  /** Millimetres along the edge. */
  readonly alongOf: (index: number) => number
  readonly bearingOf: (index: number) => number
}

/** More roads than this are never wanted of one look. */
export const NEAR_COUNT_MAX = 64

/** What looks for edges many times: 12 bytes a shape point and 8 an edge, once. Nothing is allocated in a look. */
export function createNearby(graph: RoadGraph): Nearby {
  const { shape, shapeStarts, gridFrame, gridStarts, gridSegments, edgeCount, edgeLevel } = graph
  const edgeOf = new Uint32Array(shape.length / 2)
  const marks = new Float64Array(shape.length / 2)
  for (let e = 0; e < edgeCount; e++) {
    edgeOf.fill(e, shapeStarts[e]!, shapeStarts[e + 1]!)
    marks.set(shapeMillimeters(graph, e), shapeStarts[e]!)
  }
  const [west, south, cellLon, cellLat, columns, rows] = gridFrame as unknown as [number, number, number, number, number, number]
  const edge = new Uint32Array(NEAR_COUNT_MAX)
  const point = new Uint32Array(NEAR_COUNT_MAX)
  const share = new Float64Array(NEAR_COUNT_MAX)
  const meters = new Float64Array(NEAR_COUNT_MAX)
  const leftMeters = new Float64Array(NEAR_COUNT_MAX)
  let count = 0

  /** Put in its place by distance, then edge; an edge that is there already stays only where it is nearer. */
  const put = (e: number, p: number, s: number, d: number, left: number, countMax: number) => {
    let at = 0
    while (at < count && edge[at] !== e) at++
    if (at < count) {
      const tie = d === meters[at]!
      // at a bend both segments are equally near: the one seen more from the side knows the side
      if (d > meters[at]! || (tie && (Math.abs(left) < Math.abs(leftMeters[at]!) || (Math.abs(left) === Math.abs(leftMeters[at]!) && p >= point[at]!)))) return
    } else if (count < countMax) at = count++
    else {
      at = count - 1
      if (d > meters[at]! || (d === meters[at]! && e > edge[at]!)) return
    }
    while (at > 0 && (d < meters[at - 1]! || (d === meters[at - 1]! && e < edge[at - 1]!))) {
      edge[at] = edge[at - 1]!
      point[at] = point[at - 1]!
      share[at] = share[at - 1]!
      meters[at] = meters[at - 1]!
      leftMeters[at] = leftMeters[at - 1]!
      at--
    }
    edge[at] = e
    point[at] = p
    share[at] = s
    meters[at] = d
    leftMeters[at] = left
  }
  return {
    edge,
    point,
    share,
    meters,
    leftMeters,
    count: () => count,
    look(usable, lon, lat, metersMax, countWanted, level) {
      count = 0
      const countMax = Math.min(countWanted, NEAR_COUNT_MAX)
      if (countMax < 1) return 0
      const perLon = METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)
      const reachLon = metersMax / perLon
      const reachLat = metersMax / METERS_PER_DEGREE
      const left = Math.max(0, Math.floor((lon - reachLon - west) / cellLon))
      const right = Math.min(columns - 1, Math.floor((lon + reachLon - west) / cellLon))
      const bottom = Math.max(0, Math.floor((lat - reachLat - south) / cellLat))
      const top = Math.min(rows - 1, Math.floor((lat + reachLat - south) / cellLat))
      const [x1, y1] = [perLon / 1e7, METERS_PER_DEGREE / 1e7]
      const [x0, y0] = [lon * 1e7, lat * 1e7]
      for (let row = bottom; row <= top; row++) {
        for (let column = left; column <= right; column++) {
          const cell = row * columns + column
          for (let k = gridStarts[cell]!; k < gridStarts[cell + 1]!; k++) {
            const p = gridSegments[k]!
            const ax = (shape[2 * p]! - x0) * x1
            const ay = (shape[2 * p + 1]! - y0) * y1
            const dx = (shape[2 * p + 2]! - shape[2 * p]!) * x1
            const dy = (shape[2 * p + 3]! - shape[2 * p + 1]!) * y1
            const length2 = dx * dx + dy * dy
            let s = length2 > 0 ? -(ax * dx + ay * dy) / length2 : 0
            s = s < 0 ? 0 : s > 1 ? 1 : s
            const [nx, ny] = [ax + s * dx, ay + s * dy]
            const d = Math.sqrt(nx * nx + ny * ny)
            if (d > metersMax || (count === countMax && d > meters[count - 1]!)) continue
            const e = edgeOf[p]!
            if (usable[e] !== 1 || (level !== undefined && edgeLevel[e] !== level)) continue
            // how far the segment's line passes from the point; kept with its sign until all are found
            const across = length2 > 0 ? (ax * dy - ay * dx) / Math.sqrt(length2) : 0
            put(e, p, s, d, across, countMax)
          }
        }
      }
      for (let i = 0; i < count; i++) leftMeters[i] = leftMeters[i]! < 0 ? -meters[i]! : meters[i]!
      return count
    },
    alongOf: (i) => marks[point[i]!]! + (marks[point[i]! + 1]! - marks[point[i]!]!) * share[i]!,
    bearingOf(i) {
      const p = 2 * point[i]!
      const cos = Math.cos((shape[p + 1]! * Math.PI) / 180e7)
      return ((Math.atan2((shape[p + 2]! - shape[p]!) * cos, shape[p + 3]! - shape[p + 1]!) * 180) / Math.PI + 360) % 360
    },
  }
}
