/**
 * The area around some roads, as polygons: distance to the nearest road at the corners of a grid, and the line where it is
 * a given width. Marching squares (Lorensen & Cline 1987, in the plane), saddles by their middle.
 *
 * Every road lies inside: the width is at least one and a half cells, so all four corners of a cell with a road in it are
 * within the width. Whatever is inside has a corner of its cell within the width, or lies in a hole that was filled.
 */
import { METERS_PER_DEGREE } from '../geo/distance.ts'
import type { ReachedArcs } from './reached.ts'
import { eachRoad, tracePart } from './reached-roads.ts'
import type { RoadGraph } from './road-graph.ts'

/** As in GeoJSON: polygons of rings (the outline counter-clockwise, holes clockwise) of lon, lat in degrees, to 1e-6. */
export type MultiPolygon = [lon: number, lat: number][][][]

export type OutlineOptions = {
  /** How far around the road the area goes, metres, at least 10; more where the map is so large that cells are larger. */
  readonly widthMeters?: number
  /** Cells along the longer side, at most. */
  readonly cellsMax?: number
  /** Holes below this are filled. Twice the width, squared, unless said: then nothing inside is farther than 3.1 widths from a road. */
  readonly holeSquareMetersMin?: number
}

const CELLS_PER_WIDTH = 1.5
/** Below this, places on the grid would be as near to each other as the last digit of a coordinate. */
const WIDTH_METERS_MIN = 10
/** Cells around the roads: the width (1.5 cells at least), and one more so that no line meets the rim. */
const CELLS_AROUND = 3

/**
 * Outlines of nested sets of roads, each within the next.
 *
 * @param sets  ascending: each holds what the one before holds
 *
 * O(cells + cells near the roads). 20 bytes a cell are kept between calls.
 */
export function outlinesOf(
  graph: RoadGraph,
  sets: readonly ReachedArcs[],
  { widthMeters = 50, cellsMax = 320, holeSquareMetersMin }: OutlineOptions = {},
): MultiPolygon[] {
  const largest = sets.at(-1)
  if (!largest || largest.arc.length === 0) return sets.map(() => [])
  const frame = frameOf(graph, largest, Math.max(WIDTH_METERS_MIN, widthMeters), cellsMax)
  makeRoom(frame.columns * frame.rows, graph.edgeCount)
  const holeCellsMin = holeSquareMetersMin === undefined ? 4 * frame.width * frame.width : holeSquareMetersMin / (frame.cell * frame.cell)
  return sets.map((set) => {
    draw(graph, frame, set)
    return polygonsOf(ringsOf(frame), holeCellsMin)
  })
}

/** A grid of corners over the roads. Lengths are in cells, places in cells from its south-west corner. */
type Frame = {
  readonly west: number
  readonly south: number
  readonly cellsPerLon: number
  readonly cellsPerLat: number
  /** Metres. */
  readonly cell: number
  readonly width: number
  readonly columns: number
  readonly rows: number
}

/** [corners] squared distance to the nearest road, as far as anybody asks. */
let distances = new Float32Array(0)
/** [2 × corners] by side of a cell, the side on which the line goes on; −1 where there is none, as everywhere between calls. */
let nextOf = new Int32Array(0)
/** [2 × corners] by side, the ring that runs through it. */
let ringOf = new Int32Array(0)
/** [edges] drawn as a whole in call number `calls`. */
let drawnIn = new Uint32Array(0)
let calls = 0

function makeRoom(corners: number, edges: number): void {
  if (distances.length < corners) {
    distances = new Float32Array(corners)
    nextOf = new Int32Array(2 * corners).fill(-1)
    ringOf = new Int32Array(2 * corners)
  }
  distances.fill(Infinity, 0, corners)
  if (drawnIn.length < edges) drawnIn = new Uint32Array(edges)
  calls++
}

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
  const cell = Math.max(widthMeters / CELLS_PER_WIDTH, Math.max(across, up) / Math.max(1, cellsMax - 2 * CELLS_AROUND - 1))
  const [cellsPerLon, cellsPerLat] = [metersPerLon / cell, METERS_PER_DEGREE / cell]
  return {
    west: west / 1e7 - CELLS_AROUND / cellsPerLon,
    south: south / 1e7 - CELLS_AROUND / cellsPerLat,
    cellsPerLon,
    cellsPerLat,
    cell,
    width: Math.max(widthMeters / cell, CELLS_PER_WIDTH),
    columns: Math.ceil(across / cell) + 2 * CELLS_AROUND + 1,
    rows: Math.ceil(up / cell) + 2 * CELLS_AROUND + 1,
  }
}

/** Bring the distances near some roads up to date. */
function draw(graph: RoadGraph, frame: Frame, set: ReachedArcs): void {
  const { edgeMillimeters } = graph
  const [kx, ky] = [frame.cellsPerLon / 1e7, frame.cellsPerLat / 1e7]
  const [west, south] = [frame.west * 1e7, frame.south * 1e7]
  let isFirst = true
  let lastX = 0
  let lastY = 0
  const lineTo = (lon: number, lat: number) => {
    const x = (lon - west) * kx
    const y = (lat - south) * ky
    if (!isFirst) drawLine(frame, lastX, lastY, x, y)
    isFirst = false
    lastX = x
    lastY = y
  }
  eachRoad(graph, set, (edge, begin, end) => {
    if (drawnIn[edge] === calls) return
    if (begin === 0 && end === edgeMillimeters[edge]) drawnIn[edge] = calls
    isFirst = true
    tracePart(graph, edge, begin, end, lineTo)
  })
}

function drawLine({ width, columns, rows }: Frame, ax: number, ay: number, bx: number, by: number): void {
  // a line crosses a side only where one end is within the width, so the other end is within this
  const near = width + 1
  const dx = bx - ax
  const dy = by - ay
  const length2 = dx * dx + dy * dy
  const perLength2 = length2 > 0 ? 1 / length2 : 0
  const perDy = dy !== 0 ? 1 / dy : 0
  const halfStrip = near * Math.sqrt(length2) * Math.abs(perDy)
  const firstRow = Math.max(0, Math.ceil(Math.min(ay, by) - near))
  const lastRow = Math.min(rows - 1, Math.floor(Math.max(ay, by) + near))
  for (let row = firstRow; row <= lastRow; row++) {
    // the part of the line within reach of this row, and as wide as the strip around the line is here
    let left = Math.min(ax, bx) - near
    let right = Math.max(ax, bx) + near
    if (perDy !== 0) {
      const u = (row - near - ay) * perDy
      const v = (row + near - ay) * perDy
      const t0 = Math.max(0, Math.min(u, v))
      const t1 = Math.min(1, Math.max(u, v))
      const x0 = ax + t0 * dx
      const x1 = ax + t1 * dx
      const middle = ax + (row - ay) * perDy * dx
      left = Math.max(Math.min(x0, x1) - near, middle - halfStrip)
      right = Math.min(Math.max(x0, x1) + near, middle + halfStrip)
    }
    const first = Math.max(0, Math.ceil(left))
    const last = Math.min(columns - 1, Math.floor(right))
    const ey0 = row - ay
    const base = row * columns
    for (let column = first; column <= last; column++) {
      const ex0 = column - ax
      let t = (ex0 * dx + ey0 * dy) * perLength2
      t = t < 0 ? 0 : t > 1 ? 1 : t
      const ex = ex0 - t * dx
      const ey = ey0 - t * dy
      const distance2 = ex * ex + ey * ey
      if (distance2 < distances[base + column]!) distances[base + column] = distance2
    }
  }
}

/**
 * How the line runs through a cell, by the corners that are inside: 1 south-west, 2 south-east, 4 north-east, 8 north-west.
 * Pairs of sides, from and to, inside to the left. The saddles twice: apart, and (+ 16) joined.
 */
const SOUTH = 0
const EAST = 1
const NORTH = 2
const WEST = 3
const runs: readonly (readonly number[])[] = [
  [], [SOUTH, WEST], [EAST, SOUTH], [EAST, WEST], [NORTH, EAST], [SOUTH, WEST, NORTH, EAST], [NORTH, SOUTH], [NORTH, WEST],
  [WEST, NORTH], [SOUTH, NORTH], [EAST, SOUTH, WEST, NORTH], [EAST, NORTH], [WEST, EAST], [SOUTH, EAST], [WEST, SOUTH], [],
  [], [], [], [], [], [NORTH, WEST, SOUTH, EAST], [], [], [], [], [WEST, SOUTH, EAST, NORTH],
]

type Ring = {
  readonly points: [lon: number, lat: number][]
  /** Square cells, positive for outlines, negative for holes. */
  readonly area: number
  /** The ring just around it, −1 for none. */
  within: number
}

/** The closed lines, each with the one around it. */
function ringsOf(frame: Frame): Ring[] {
  const { columns, rows, width } = frame
  const width2 = Math.fround(width * width)
  const starts: number[] = []
  /** Sides along a row that are crossed, row by row from the west. */
  const crossed: number[] = []
  for (let row = 0; row + 1 < rows; row++) {
    const base = row * columns
    let west = (distances[base]! < width2 ? 1 : 0) | (distances[base + columns]! < width2 ? 8 : 0)
    for (let column = 0; column + 1 < columns; column++) {
      const sw = base + column
      const east = (distances[sw + 1]! < width2 ? 2 : 0) | (distances[sw + columns + 1]! < width2 ? 4 : 0)
      const kind = west | east
      west = (east >> 1 & 1) | (east << 1 & 8)
      if (kind === 0 || kind === 15) continue
      const isJoined = (kind === 5 || kind === 10) && away(sw) + away(sw + 1) + away(sw + columns) + away(sw + columns + 1) < 4 * width
      const run = runs[isJoined ? kind + 16 : kind]!
      for (let k = 0; k < run.length; k += 2) {
        const from = sideOf(sw, run[k]!)
        nextOf[from] = sideOf(sw, run[k + 1]!)
        starts.push(from)
      }
      if ((kind & 1) !== (kind >> 1 & 1)) crossed.push(2 * sw)
    }
  }
  const rings: Ring[] = []
  for (const start of starts) if (nextOf[start]! >= 0) rings.push(ringFrom(start, rings.length))
  // rings do not cross: along a row, whoever is entered inside another lies within it
  let inside = -1
  for (const side of crossed) {
    const ring = ringOf[side]!
    if (ring === inside) inside = rings[ring]!.within
    else {
      rings[ring]!.within = inside
      inside = ring
    }
  }
  return rings

  /** Sides are numbered by the corner they begin at: 2 × corner along the row, 2 × corner + 1 up the column. */
  function sideOf(sw: number, side: number): number {
    return side === SOUTH ? 2 * sw : side === EAST ? 2 * sw + 3 : side === NORTH ? 2 * (sw + columns) : 2 * sw + 1
  }

  function ringFrom(start: number, ring: number): Ring {
    const points: [number, number][] = []
    let twice = 0
    let firstX = 0
    let firstY = 0
    let beforeX = 0
    let beforeY = 0
    for (let side = start; nextOf[side]! >= 0; ) {
      const corner = side >> 1
      const a = away(corner)
      const b = away(side & 1 ? corner + columns : corner + 1)
      // not quite at a corner, so that no two lines touch there
      const share = Math.min(0.98, Math.max(0.02, (width - a) / (b - a)))
      const row = Math.floor(corner / columns)
      const x = corner - row * columns + (side & 1 ? 0 : share)
      const y = row + (side & 1 ? share : 0)
      if (points.length === 0) [firstX, firstY] = [x, y]
      else twice += beforeX * y - x * beforeY
      beforeX = x
      beforeY = y
      points.push([Math.round((frame.west + x / frame.cellsPerLon) * 1e6) / 1e6, Math.round((frame.south + y / frame.cellsPerLat) * 1e6) / 1e6])
      ringOf[side] = ring
      const next = nextOf[side]!
      nextOf[side] = -1
      side = next
    }
    twice += beforeX * firstY - firstX * beforeY
    points.push([...points[0]!])
    return { points, area: twice / 2, within: -1 }
  }
}

/** A corner's distance from the nearest road, cells. */
const away = (corner: number): number => Math.sqrt(distances[corner]!)

/** Outlines with their holes, the largest first. What lies in a filled hole is part of the area around it. */
function polygonsOf(rings: readonly Ring[], holeCellsMin: number): MultiPolygon {
  const isFilled = (ring: number): boolean => ring >= 0 && ((rings[ring]!.area < 0 && -rings[ring]!.area < holeCellsMin) || isFilled(rings[ring]!.within))
  const polygons = new Map<number, MultiPolygon[number]>()
  for (const [i, { area, points }] of rings.entries()) if (area > 0 && !isFilled(i)) polygons.set(i, [points])
  for (const [i, { area, points, within }] of rings.entries()) if (area <= 0 && !isFilled(i)) polygons.get(within)!.push(points)
  return [...polygons].sort(([a], [b]) => rings[b]!.area - rings[a]!.area || a - b).map(([, polygon]) => polygon)
}
