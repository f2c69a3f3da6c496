/**
 * The area around some roads, as polygons: distance to the nearest road on a grid, and the line where it is a given width.
 *
 * Every road lies inside: the width is at least one and a half cells, so all four corners of a road's cell are within it. Nothing farther
 * away than the width and one and a half cells is inside, small holes aside. Marching squares (Lorensen & Cline 1987, in the plane), saddles by
 * their middle.
 */
import { METERS_PER_DEGREE } from '../geo/distance.ts'
import type { ReachedArcs } from './reached.ts'
import { shapeMillimeters } from './grid.ts'
import type { RoadGraph } from './road-graph.ts'

/** As in GeoJSON: polygons of rings (the outline counter-clockwise, holes clockwise) of lon, lat in degrees. */
export type MultiPolygon = [lon: number, lat: number][][][]

export type OutlineOptions = {
  /** How far around the road the area goes, metres; more where the map is so large that cells are larger. */
  readonly widthMeters?: number
  /** Cells along the longer side, at most. */
  readonly cellsMax?: number
}

/** Nothing is said about holes smaller than this share of a square of twice the width. */
const HOLE_SHARE_MIN = 1.5
const CELLS_PER_WIDTH = 1.5

/**
 * Outlines of nested sets of roads, each within the next.
 *
 * @param sets  ascending: each holds what the one before holds
 *
 * O(cells + cells near the roads). Room is kept between calls.
 */
export function outlinesOf(graph: RoadGraph, sets: readonly ReachedArcs[], { widthMeters = 50, cellsMax = 176 }: OutlineOptions = {}): MultiPolygon[] {
  const largest = sets.at(-1)
  if (!largest || largest.arc.length === 0) return sets.map(() => [])
  const frame = frameOf(graph, largest, widthMeters, cellsMax)
  const count = frame.columns * frame.rows
  if (distances.length < count) distances = new Float32Array(count)
  distances.fill(Infinity, 0, count)
  if (drawnWhole.length < graph.edgeCount) drawnWhole = new Uint8Array(graph.edgeCount)
  drawnWhole.fill(0, 0, graph.edgeCount)
  return sets.map((set) => {
    if (set.arc.length === 0) return []
    for (let i = 0; i < set.arc.length; i++) {
      const edge = set.arc[i]! >>> 1
      if (drawnWhole[edge] === 1) continue
      if (set.fromMm[i] === 0 && set.toMm[i] === graph.edgeMillimeters[edge]) drawnWhole[edge] = 1
      draw(graph, frame, set.arc[i]!, set.fromMm[i]!, set.toMm[i]!)
    }
    return polygonsOf(ringsOf(frame), frame)
  })
}

/** A grid of corners over the roads, in metres from its south-west one. */
type Frame = {
  readonly west: number
  readonly south: number
  readonly metersPerLon: number
  readonly cell: number
  readonly width: number
  readonly columns: number
  readonly rows: number
}

/** Squared distance of each corner to the nearest road drawn. */
let distances = new Float32Array(0)
let drawnWhole = new Uint8Array(0)
let nextOf = new Int32Array(0)

function frameOf({ shape, shapeStarts }: RoadGraph, { arc }: ReachedArcs, widthMeters: number, cellsMax: number): Frame {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < arc.length; i++) {
    const edge = arc[i]! >>> 1
    for (let p = 2 * shapeStarts[edge]!; p < 2 * shapeStarts[edge + 1]!; p += 2) {
      if (shape[p]! < west) west = shape[p]!
      if (shape[p]! > east) east = shape[p]!
      if (shape[p + 1]! < south) south = shape[p + 1]!
      if (shape[p + 1]! > north) north = shape[p + 1]!
    }
  }
  const metersPerLon = METERS_PER_DEGREE * Math.max(0.05, Math.cos((((south + north) / 2e7) * Math.PI) / 180))
  const [across, up] = [((east - west) / 1e7) * metersPerLon, ((north - south) / 1e7) * METERS_PER_DEGREE]
  const cell = Math.max(widthMeters / CELLS_PER_WIDTH, Math.max(across, up) / (cellsMax - 8))
  const width = Math.max(widthMeters, CELLS_PER_WIDTH * cell)
  const pad = width + 2 * cell
  return {
    west: west / 1e7 - pad / metersPerLon,
    south: south / 1e7 - pad / METERS_PER_DEGREE,
    metersPerLon,
    cell,
    width,
    columns: Math.ceil((across + 2 * pad) / cell) + 1,
    rows: Math.ceil((up + 2 * pad) / cell) + 1,
  }
}

/** Bring the distances near a stretch of road up to date. */
function draw(graph: RoadGraph, frame: Frame, arc: number, fromMm: number, toMm: number): void {
  const { shape, shapeStarts, edgeMillimeters } = graph
  const edge = arc >>> 1
  const whole = edgeMillimeters[edge]!
  const [begin, end] = arc & 1 ? [whole - toMm, whole - fromMm] : [fromMm, toMm]
  const first = shapeStarts[edge]!
  const points = shapeStarts[edge + 1]! - first
  const isWhole = begin === 0 && end === whole
  const marks = isWhole ? undefined : shapeMillimeters(graph, edge)
  for (let k = 0; k + 1 < points; k++) {
    const p = 2 * (first + k)
    let [a, b] = [0, 1]
    if (marks) {
      const span = marks[k + 1]! - marks[k]!
      if (marks[k + 1]! < begin || marks[k]! > end) continue
      a = span > 0 ? Math.max(0, (begin - marks[k]!) / span) : 0
      b = span > 0 ? Math.min(1, (end - marks[k]!) / span) : 1
    }
    const ax = (shape[p]! / 1e7 - frame.west) * frame.metersPerLon
    const ay = (shape[p + 1]! / 1e7 - frame.south) * METERS_PER_DEGREE
    const dx = ((shape[p + 2]! - shape[p]!) / 1e7) * frame.metersPerLon
    const dy = ((shape[p + 3]! - shape[p + 1]!) / 1e7) * METERS_PER_DEGREE
    drawLine(frame, ax + a * dx, ay + a * dy, ax + b * dx, ay + b * dy)
  }
}

function drawLine({ cell, width, columns, rows }: Frame, ax: number, ay: number, bx: number, by: number): void {
  // the line lies between corners one cell apart: farther ones need no distance
  const near = width + cell
  const dx = bx - ax
  const dy = by - ay
  const length2 = dx * dx + dy * dy
  const firstRow = Math.max(0, Math.ceil((Math.min(ay, by) - near) / cell))
  const lastRow = Math.min(rows - 1, Math.floor((Math.max(ay, by) + near) / cell))
  for (let row = firstRow; row <= lastRow; row++) {
    const y = row * cell
    // the part of the line within reach of this row
    let t0 = 0
    let t1 = 1
    if (dy !== 0) {
      const u = (y - near - ay) / dy
      const v = (y + near - ay) / dy
      t0 = Math.max(0, Math.min(u, v))
      t1 = Math.min(1, Math.max(u, v))
      if (t0 > t1) continue
    }
    const x0 = ax + t0 * dx
    const x1 = ax + t1 * dx
    const lastColumn = Math.min(columns - 1, Math.floor((Math.max(x0, x1) + near) / cell))
    for (let column = Math.max(0, Math.ceil((Math.min(x0, x1) - near) / cell)); column <= lastColumn; column++) {
      const x = column * cell
      let t = length2 > 0 ? ((x - ax) * dx + (y - ay) * dy) / length2 : 0
      t = t < 0 ? 0 : t > 1 ? 1 : t
      const ex = ax + t * dx - x
      const ey = ay + t * dy - y
      const distance2 = ex * ex + ey * ey
      const at = row * columns + column
      if (distance2 < distances[at]!) distances[at] = distance2
    }
  }
}

/** Where the line crosses the sides of a cell, by the corners that are inside: 1 south-west, 2 south-east, 4 north-east, 8 north-west. Inside is to the left. */
const SOUTH = 0
const EAST = 1
const NORTH = 2
const WEST = 3
const lines: readonly (readonly (readonly [from: number, to: number])[])[] = [
  [], [[SOUTH, WEST]], [[EAST, SOUTH]], [[EAST, WEST]], [[NORTH, EAST]], [[SOUTH, WEST], [NORTH, EAST]], [[NORTH, SOUTH]], [[NORTH, WEST]],
  [[WEST, NORTH]], [[SOUTH, NORTH]], [[EAST, SOUTH], [WEST, NORTH]], [[EAST, NORTH]], [[WEST, EAST]], [[SOUTH, EAST]], [[WEST, SOUTH]], [],
]
/** The two saddles when their middle is inside. */
const joined = { 5: [[NORTH, WEST], [SOUTH, EAST]], 10: [[WEST, SOUTH], [EAST, NORTH]] } as const

/** The closed lines, each as x, y, x, y … in metres, without the first point again. */
function ringsOf({ columns, rows, width, cell }: Frame): number[][] {
  const sides = 2 * columns * rows
  if (nextOf.length < sides) nextOf = new Int32Array(sides)
  nextOf.fill(-1, 0, sides)
  const starts: number[] = []
  const width2 = width * width
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const sw = row * columns + column
      const se = sw + 1
      const nw = sw + columns
      const kind = (distances[sw]! < width2 ? 1 : 0) | (distances[se]! < width2 ? 2 : 0) | (distances[nw + 1]! < width2 ? 4 : 0) | (distances[nw]! < width2 ? 8 : 0)
      if (kind === 0 || kind === 15) continue
      // sides are numbered by the corner they begin at: 2 × corner along the row, 2 × corner + 1 up the column
      const sideOf = (side: number) => (side === SOUTH ? 2 * sw : side === EAST ? 2 * se + 1 : side === NORTH ? 2 * nw : 2 * sw + 1)
      const isSaddle = kind === 5 || kind === 10
      const middle = isSaddle && capped(sw) + capped(se) + capped(nw) + capped(nw + 1) < 4 * width
      for (const [from, to] of isSaddle && middle ? joined[kind] : lines[kind]!) {
        nextOf[sideOf(from)] = sideOf(to)
        starts.push(sideOf(from))
      }
    }
  }
  const rings: number[][] = []
  for (const start of starts) {
    if (nextOf[start]! < 0) continue
    const ring: number[] = []
    for (let side = start; nextOf[side]! >= 0; ) {
      const corner = side >> 1
      const other = side & 1 ? corner + columns : corner + 1
      const [a, b] = [capped(corner), capped(other)]
      // not quite at a corner, so that no two lines touch there
      const share = Math.min(0.98, Math.max(0.02, (width - a) / (b - a)))
      const [x, y] = [corner % columns, Math.floor(corner / columns)]
      ring.push((x + (side & 1 ? 0 : share)) * cell, (y + (side & 1 ? share : 0)) * cell)
      const next = nextOf[side]!
      nextOf[side] = -1
      side = next
    }
    rings.push(ring)
  }
  return rings

  /** Far corners have no distance: they count as just beyond. */
  function capped(at: number): number {
    return Math.min(Math.sqrt(distances[at]!), width + cell)
  }
}

function polygonsOf(rings: readonly number[][], frame: Frame): MultiPolygon {
  const outers: { ring: number[]; area: number; holes: number[][] }[] = []
  const holes: { ring: number[]; area: number }[] = []
  for (const ring of rings) {
    const area = areaOf(ring)
    if (area > 0) outers.push({ ring, area, holes: [] })
    else if (-area > HOLE_SHARE_MIN * (2 * frame.width) ** 2) holes.push({ ring, area: -area })
  }
  outers.sort((a, b) => a.area - b.area)
  for (const { ring, area } of holes) outers.find((outer) => outer.area > area && contains(outer.ring, ring[0]!, ring[1]!))?.holes.push(ring)
  const degrees = (ring: readonly number[]): [number, number][] => {
    const points: [number, number][] = []
    for (let i = 0; i < ring.length; i += 2) {
      const lon = Math.round((frame.west + ring[i]! / frame.metersPerLon) * 1e6) / 1e6
      const lat = Math.round((frame.south + ring[i + 1]! / METERS_PER_DEGREE) * 1e6) / 1e6
      points.push([lon, lat])
    }
    points.push(points[0]!)
    return points
  }
  return outers.reverse().map(({ ring, holes }) => [degrees(ring), ...holes.map(degrees)])
}

/** Square metres, positive counter-clockwise. */
function areaOf(ring: readonly number[]): number {
  let twice = 0
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) twice += ring[j]! * ring[i + 1]! - ring[i]! * ring[j + 1]!
  return twice / 2
}

function contains(ring: readonly number[], x: number, y: number): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [ring[i]!, ring[i + 1]!, ring[j]!, ring[j + 1]!]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}
