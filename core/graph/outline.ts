/**
 * The area around some roads, as polygons: distance to the nearest road at the corners of a grid, and the line where it is
 * a given width. Marching squares (Lorensen & Cline 1987, in the plane), saddles by their middle.
 *
 * Every road lies inside: the width is at least one and a half cells, so all four corners of a cell with a road in it are
 * within the width, also where bends of less than `BEND_CELLS` are drawn straight. Whatever is inside has a corner of its cell
 * within the width, or lies in a hole that was filled.
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
/** Points this near to a straight line are left out of it. With half a cell's diagonal √2 it stays below the width. */
const BEND_CELLS = 0.05
/** Cells around the roads: the width (1.5 cells at least), and one more so that no line meets the rim. */
const CELLS_AROUND = 3

/**
 * Outlines of nested sets of roads, each within the next.
 *
 * @param sets  ascending: each holds what the one before holds
 *
 * O(cells + corners within the width of the roads). 24 bytes a cell are kept between calls.
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
  /** Its square, as exact as the distances are kept. */
  readonly width2: number
  readonly columns: number
  readonly rows: number
}

/** [corners] squared distance to the nearest road where that is within the width, and the line that is so near. */
let distances = new Float32Array(0)
let nearestLine = new Uint32Array(0)
/** [4 × lines] where each straight line that was drawn begins and ends. */
let lines = new Float64Array(4096)
let lineCount = 0
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
    nearestLine = new Uint32Array(corners)
    nextOf = new Int32Array(2 * corners).fill(-1)
    ringOf = new Int32Array(2 * corners)
  }
  distances.fill(Infinity, 0, corners)
  if (drawnIn.length < edges) drawnIn = new Uint32Array(edges)
  calls++
  lineCount = 0
}

function frameOf({ shape, shapeStarts }: RoadGraph, { arc }: ReachedArcs, widthMeters: number, cellsMax: number): Frame {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < arc.length; i++) {
    const edge = arc[i]! >>> 1
    if (i > 0 && edge === arc[i - 1]! >>> 1) continue
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
  const width = Math.max(widthMeters / cell, CELLS_PER_WIDTH)
  return {
    west: west / 1e7 - CELLS_AROUND / cellsPerLon,
    south: south / 1e7 - CELLS_AROUND / cellsPerLat,
    cellsPerLon,
    cellsPerLat,
    cell,
    width,
    width2: Math.fround(width * width),
    columns: Math.ceil(across / cell) + 2 * CELLS_AROUND + 1,
    rows: Math.ceil(up / cell) + 2 * CELLS_AROUND + 1,
  }
}

/** [2 × points] of the road that is drawn, in cells. */
let road = new Float64Array(256)
let roadLength = 0

/** Bring the distances near some roads up to date. */
function draw(graph: RoadGraph, frame: Frame, set: ReachedArcs): void {
  const { edgeMillimeters, shape, shapeStarts } = graph
  const [kx, ky] = [frame.cellsPerLon / 1e7, frame.cellsPerLat / 1e7]
  const [west, south] = [frame.west * 1e7, frame.south * 1e7]
  let drawn = lineCount
  const put = (lon: number, lat: number) => {
    road[roadLength++] = (lon - west) * kx
    road[roadLength++] = (lat - south) * ky
  }
  eachRoad(graph, set, (edge, from, to) => {
    if (drawnIn[edge] === calls) return
    const first = 2 * shapeStarts[edge]!
    const end = 2 * shapeStarts[edge + 1]!
    if (road.length < end - first + 4) road = new Float64Array(2 * (end - first + 4))
    roadLength = 0
    if (from === 0 && to === edgeMillimeters[edge]) {
      drawnIn[edge] = calls
      for (let p = first; p < end; p += 2) {
        road[p - first] = (shape[p]! - west) * kx
        road[p - first + 1] = (shape[p + 1]! - south) * ky
      }
      roadLength = end - first
    } else tracePart(graph, edge, from, to, put)
    linesOfRoad()
  })
  for (; drawn < lineCount; drawn++) drawLine(frame, drawn)
}

/**
 * Few lines for the road. A run of points is one line while all lie within `BEND_CELLS` of it: the directions from its first
 * point that pass all others so near are a cone, which each point narrows (Williams 1978), and none lies nearer to the first
 * point than the one before.
 */
function linesOfRoad(): void {
  let at = 4 * lineCount
  if (lines.length < at + 2 * roadLength) {
    const before = lines
    lines = new Float64Array(2 * (at + 2 * roadLength))
    lines.set(before)
  }
  const bend2 = BEND_CELLS * BEND_CELLS
  let firstX = road[0]!
  let firstY = road[1]!
  let lastX = firstX
  let lastY = firstY
  /** Squared length of the line so far. */
  let length2 = 0
  /** The sides of the cone; all directions while `isOpen`. */
  let isOpen = true
  let leftX = 0
  let leftY = 0
  let rightX = 0
  let rightY = 0
  for (let p = 2; p < roadLength; p += 2) {
    const x = road[p]!
    const y = road[p + 1]!
    let dx = x - firstX
    let dy = y - firstY
    let away2 = dx * dx + dy * dy
    if (away2 < length2 || (!isOpen && (leftX * dy - leftY * dx > 0 || rightX * dy - rightY * dx < 0))) {
      lines[at++] = firstX
      lines[at++] = firstY
      lines[at++] = lastX
      lines[at++] = lastY
      firstX = lastX
      firstY = lastY
      isOpen = true
      dx = x - firstX
      dy = y - firstY
      away2 = dx * dx + dy * dy
    }
    lastX = x
    lastY = y
    length2 = away2
    if (away2 <= bend2 || p + 2 === roadLength) continue
    const sine = Math.sqrt(bend2 / away2)
    const cosine = Math.sqrt(1 - bend2 / away2)
    const lx = dx * cosine - dy * sine
    const ly = dy * cosine + dx * sine
    const rx = dx * cosine + dy * sine
    const ry = dy * cosine - dx * sine
    if (isOpen || leftX * ly - leftY * lx < 0) {
      leftX = lx
      leftY = ly
    }
    if (isOpen || rightX * ry - rightY * rx > 0) {
      rightX = rx
      rightY = ry
    }
    isOpen = false
  }
  lines[at++] = firstX
  lines[at++] = firstY
  lines[at++] = lastX
  lines[at++] = lastY
  lineCount = at / 4
}

/** Below this length, cells, to look at all corners of a box is cheaper than to know which of them matter. */
const SHORT = 1.5

/** Bring the corners within the width of a line up to date. */
function drawLine({ width, columns, rows }: Frame, line: number): void {
  const ax = lines[4 * line]!
  const ay = lines[4 * line + 1]!
  const bx = lines[4 * line + 2]!
  const by = lines[4 * line + 3]!
  const dx = bx - ax
  const dy = by - ay
  const length2 = dx * dx + dy * dy
  const perLength2 = length2 > 0 ? 1 / length2 : 0
  const px = dx * perLength2
  const perDy = dy !== 0 ? 1 / dy : 0
  const halfStrip = width * Math.sqrt(length2) * Math.abs(perDy)
  const firstRow = Math.max(0, Math.ceil(Math.min(ay, by) - width))
  const lastRow = Math.min(rows - 1, Math.floor(Math.max(ay, by) + width))
  for (let row = firstRow; row <= lastRow; row++) {
    // of a longer line the part within reach of this row, as wide as the strip around the line is here
    let left = Math.min(ax, bx) - width
    let right = Math.max(ax, bx) + width
    if (perDy !== 0 && length2 > SHORT * SHORT) {
      const u = (row - width - ay) * perDy
      const v = (row + width - ay) * perDy
      const t0 = Math.max(0, Math.min(u, v))
      const t1 = Math.min(1, Math.max(u, v))
      const x0 = ax + t0 * dx
      const x1 = ax + t1 * dx
      const middle = ax + (row - ay) * perDy * dx
      left = Math.max(Math.min(x0, x1) - width, middle - halfStrip)
      right = Math.min(Math.max(x0, x1) + width, middle + halfStrip)
    }
    const first = Math.max(0, Math.ceil(left))
    const last = Math.min(columns - 1, Math.floor(right))
    const ey0 = row - ay
    const along = ey0 * dy * perLength2
    const base = row * columns
    for (let column = first; column <= last; column++) {
      const ex0 = column - ax
      const t = Math.min(1, Math.max(0, ex0 * px + along))
      const ex = ex0 - t * dx
      const ey = ey0 - t * dy
      const distance2 = ex * ex + ey * ey
      if (distance2 < distances[base + column]!) {
        distances[base + column] = distance2
        nearestLine[base + column] = line
      }
    }
  }
}

/** From a corner to a line, cells. */
function distanceToLine(x: number, y: number, line: number): number {
  const ax = lines[4 * line]!
  const ay = lines[4 * line + 1]!
  const dx = lines[4 * line + 2]! - ax
  const dy = lines[4 * line + 3]! - ay
  const length2 = dx * dx + dy * dy
  const t = length2 > 0 ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length2)) : 0
  const ex = x - ax - t * dx
  const ey = y - ay - t * dy
  return Math.sqrt(ex * ex + ey * ey)
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
  const { columns, rows, width2 } = frame
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
      const isJoined = (kind === 5 || kind === 10) && isMiddleInside(frame, sw, kind === 5)
      const run = runs[isJoined ? kind + 16 : kind]!
      for (let k = 0; k < run.length; k += 2) {
        const from = sideOf(columns, sw, run[k]!)
        nextOf[from] = sideOf(columns, sw, run[k + 1]!)
        starts.push(from)
      }
      if ((kind & 1) !== (kind >> 1 & 1)) crossed.push(2 * sw)
    }
  }
  const rings: Ring[] = []
  for (const start of starts) if (nextOf[start]! >= 0) rings.push(ringFrom(frame, start, rings.length))
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
}

/** Sides are numbered by the corner they begin at: 2 × corner along the row, 2 × corner + 1 up the column. */
const sideOf = (columns: number, sw: number, side: number): number =>
  side === SOUTH ? 2 * sw : side === EAST ? 2 * sw + 3 : side === NORTH ? 2 * (sw + columns) : 2 * sw + 1

/** Two opposite corners inside: whether the mean of all four distances is within the width. */
function isMiddleInside({ columns, width }: Frame, sw: number, isRising: boolean): boolean {
  const [a, b, c, d] = isRising ? [sw, sw + columns + 1, sw + 1, sw + columns] : [sw + 1, sw + columns, sw, sw + columns + 1]
  const beyond = (corner: number) => Math.min(awayOver(columns, width, corner, a), awayOver(columns, width, corner, b))
  return away(a) + away(b) + beyond(c) + beyond(d) < 4 * width
}

/** How far a corner beyond the width is from the line that is nearest to a neighbour within it. */
function awayOver(columns: number, width: number, corner: number, inside: number): number {
  const row = Math.floor(corner / columns)
  return Math.max(width, distanceToLine(corner - row * columns, row, nearestLine[inside]!))
}

/** [2 × points] of the ring that is followed, in cells. */
let places = new Float64Array(1024)

function ringFrom(frame: Frame, start: number, ring: number): Ring {
  const { west, south, cellsPerLon, cellsPerLat } = frame
  const end = followRing(frame, start, ring)
  const points: [number, number][] = []
  let twice = 0
  let beforeX = places[end - 2]!
  let beforeY = places[end - 1]!
  for (let p = 0; p < end; p += 2) {
    const x = places[p]!
    const y = places[p + 1]!
    twice += beforeX * y - x * beforeY
    beforeX = x
    beforeY = y
    points.push([Math.round((west + x / cellsPerLon) * 1e6) / 1e6, Math.round((south + y / cellsPerLat) * 1e6) / 1e6])
  }
  points.push([...points[0]!])
  return { points, area: twice / 2, within: -1 }
}

/** From side to side round to the first; says in `ringOf` where it was. */
function followRing({ columns, width, width2 }: Frame, start: number, ring: number): number {
  let end = 0
  for (let side = start; nextOf[side]! >= 0; ) {
    const corner = side >> 1
    const other = side & 1 ? corner + columns : corner + 1
    const isOut = distances[corner]! >= width2
    const a = isOut ? awayOver(columns, width, corner, other) : away(corner)
    const b = isOut ? away(other) : awayOver(columns, width, other, corner)
    // not quite at a corner, so that no two lines touch there
    const share = Math.min(0.98, Math.max(0.02, (width - a) / (b - a)))
    if (end === places.length) {
      const before = places
      places = new Float64Array(2 * end)
      places.set(before)
    }
    const row = Math.floor(corner / columns)
    places[end++] = corner - row * columns + (side & 1 ? 0 : share)
    places[end++] = row + (side & 1 ? share : 0)
    ringOf[side] = ring
    const next = nextOf[side]!
    nextOf[side] = -1
    side = next
  }
  return end
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
