/**
 * Which corners of a grid lie near a road, and how near. What was found of a whole edge is kept: towns are asked about the same
 * roads again and again, and to read it costs a fifth of finding it.
 */
import { METERS_PER_DEGREE } from '../geo/distance.ts'
import { tracePart } from './reached-roads.ts'
import { boundsOf, type RoadGraph } from './road-graph.ts'

/** Farther than this from a road, cells, nobody asks. */
export const NEAR_CELLS = 2.5
/** Points this near to a straight line are left out of it, cells. */
export const BEND_CELLS = 0.05
/** Squared distances are kept in whole parts of a square cell; the farthest that is asked for fits in 16 bits. */
export const PARTS = 8192
export const FAR = 0xffff
/** Cells along a side of the map: a place is two numbers of 16 bits. */
const CELLS_MAX = 65_000

/** Lengths are in cells, places in cells from the south-west of the map. */
export type Footprints = {
  /** Side of a cell as it was asked for, and as it is: a map beyond `CELLS_MAX` has larger ones. */
  readonly askedMeters: number
  readonly cellMeters: number
  readonly west: number
  readonly south: number
  readonly cellsPerLon: number
  readonly cellsPerLat: number
  /** [edges] where each begins below, −1 while it is not known, and where it ends. */
  readonly begins: Int32Array
  readonly ends: Uint32Array
  /** Row × 65,536 + column of each corner, and its squared distance from the edge. */
  corners: Uint32Array
  distances: Uint16Array
  used: number
}

/** A part of the grid with squared distances, `FAR` where no road is near. */
export type Canvas = {
  readonly distances: Uint16Array
  /** The first corner's place, corners from west to east, and from south to north. */
  readonly column: number
  readonly row: number
  readonly columns: number
  readonly rows: number
}

/** Cell sizes of a map whose footprints are kept, the last one asked for last. */
const kept = new WeakMap<RoadGraph, Footprints[]>()
const SIZES_KEPT = 3
/** More corners than this, and what is known is forgotten: 6 bytes each, some 35 an edge. */
const CORNERS_KEPT = 6_000_000

/** The footprints of a map's roads for one size of cells. 8 bytes an edge, and some 200 for each that was drawn. */
export function footprintsOf(graph: RoadGraph, askedMeters: number): Footprints {
  const known = kept.get(graph) ?? []
  const at = known.findIndex((each) => each.askedMeters === askedMeters)
  const found = at >= 0 ? known.splice(at, 1)[0]! : emptyFootprints(graph, askedMeters)
  known.push(found)
  kept.set(graph, known.slice(-SIZES_KEPT))
  return found
}

function emptyFootprints(graph: RoadGraph, askedMeters: number): Footprints {
  const [west, south, east, north] = boundsOf(graph)
  const metersPerLon = METERS_PER_DEGREE * Math.max(0.05, Math.cos((((south + north) / 2) * Math.PI) / 180))
  const cellMeters = Math.max(askedMeters, ((east - west) * metersPerLon) / CELLS_MAX, ((north - south) * METERS_PER_DEGREE) / CELLS_MAX)
  const [cellsPerLon, cellsPerLat] = [metersPerLon / cellMeters, METERS_PER_DEGREE / cellMeters]
  return {
    askedMeters,
    cellMeters,
    west: west - AROUND / cellsPerLon,
    south: south - AROUND / cellsPerLat,
    cellsPerLon,
    cellsPerLat,
    begins: new Int32Array(graph.edgeCount).fill(-1),
    ends: new Uint32Array(graph.edgeCount),
    corners: new Uint32Array(4096),
    distances: new Uint16Array(4096),
    used: 0,
  }
}
/** Cells left free around the map, so that no place is negative. */
const AROUND = 8

/** Bring the corners near a part of an edge up to date. */
export function stamp(graph: RoadGraph, footprints: Footprints, edge: number, begin: number, end: number, canvas: Canvas): void {
  const isWhole = begin === 0 && end === graph.edgeMillimeters[edge]
  let to = 0
  if (!isWhole || footprints.begins[edge]! < 0) {
    place(graph, footprints, edge, begin, end, isWhole)
    find()
    const found = keep(footprints)
    if (isWhole) {
      footprints.begins[edge] = footprints.used
      footprints.ends[edge] = footprints.used = found
    } else to = found
  }
  const from = isWhole ? footprints.begins[edge]! : footprints.used
  if (isWhole) to = footprints.ends[edge]!
  const { corners, distances } = footprints
  const onto = canvas.distances
  const { columns } = canvas
  const first = canvas.row * columns + canvas.column
  for (let k = from; k < to; k++) {
    const corner = corners[k]!
    const at = (corner >>> 16) * columns + (corner & 0xffff) - first
    if (distances[k]! < onto[at]!) onto[at] = distances[k]!
  }
}

/** [2 × points] of the road that is looked at, in cells. */
let road = new Float64Array(256)
let roadLength = 0

function place(graph: RoadGraph, footprints: Footprints, edge: number, begin: number, end: number, isWhole: boolean): void {
  const { shape, shapeStarts } = graph
  const [kx, ky] = [footprints.cellsPerLon / 1e7, footprints.cellsPerLat / 1e7]
  const [west, south] = [footprints.west * 1e7, footprints.south * 1e7]
  const first = 2 * shapeStarts[edge]!
  const last = 2 * shapeStarts[edge + 1]!
  if (road.length < last - first + 4) road = new Float64Array(2 * (last - first + 4))
  roadLength = 0
  if (isWhole) {
    for (let p = first; p < last; p += 2) {
      road[p - first] = (shape[p]! - west) * kx
      road[p - first + 1] = (shape[p + 1]! - south) * ky
    }
    roadLength = last - first
    return
  }
  tracePart(graph, edge, begin, end, (lon, lat) => {
    road[roadLength++] = (lon - west) * kx
    road[roadLength++] = (lat - south) * ky
  })
}

/** The box around the road that is looked at: squared distances, from its south-west corner. */
let box = new Float32Array(1024)
let boxColumn = 0
let boxRow = 0
let boxColumns = 0
let boxRows = 0

function find(): void {
  let west = Infinity
  let south = Infinity
  let east = -Infinity
  let north = -Infinity
  for (let p = 0; p < roadLength; p += 2) {
    if (road[p]! < west) west = road[p]!
    if (road[p]! > east) east = road[p]!
    if (road[p + 1]! < south) south = road[p + 1]!
    if (road[p + 1]! > north) north = road[p + 1]!
  }
  boxColumn = Math.ceil(west - NEAR_CELLS)
  boxRow = Math.ceil(south - NEAR_CELLS)
  boxColumns = Math.floor(east + NEAR_CELLS) - boxColumn + 1
  boxRows = Math.floor(north + NEAR_CELLS) - boxRow + 1
  if (box.length < boxColumns * boxRows) box = new Float32Array(2 * boxColumns * boxRows)
  box.fill(Infinity, 0, boxColumns * boxRows)
  drawRoad()
}

/**
 * The road by few lines. A run of points is one line while all lie within `BEND_CELLS` of it: the directions from its first
 * point that pass all others so near are a cone, which each point narrows (Williams 1978), and none lies nearer to the first
 * point than the one before.
 */
function drawRoad(): void {
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
      drawLine(firstX, firstY, lastX, lastY)
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
  drawLine(firstX, firstY, lastX, lastY)
}

/** Bring the corners of the box near a line up to date: in each row, those as far along as the line's part within reach of it. */
function drawLine(ax: number, ay: number, bx: number, by: number): void {
  const dx = bx - ax
  const dy = by - ay
  const length2 = dx * dx + dy * dy
  const perLength2 = length2 > 0 ? 1 / length2 : 0
  const perDy = dy !== 0 ? 1 / dy : 0
  const firstRow = Math.ceil(Math.min(ay, by) - NEAR_CELLS)
  const lastRow = Math.floor(Math.max(ay, by) + NEAR_CELLS)
  for (let row = firstRow; row <= lastRow; row++) {
    let x0 = ax
    let x1 = bx
    if (perDy !== 0) {
      const u = (row - NEAR_CELLS - ay) * perDy
      const v = (row + NEAR_CELLS - ay) * perDy
      x0 = ax + Math.max(0, Math.min(u, v)) * dx
      x1 = ax + Math.min(1, Math.max(u, v)) * dx
    }
    const first = Math.max(boxColumn, Math.ceil(Math.min(x0, x1) - NEAR_CELLS))
    const last = Math.min(boxColumn + boxColumns - 1, Math.floor(Math.max(x0, x1) + NEAR_CELLS))
    const ey0 = row - ay
    const base = (row - boxRow) * boxColumns - boxColumn
    for (let column = first; column <= last; column++) {
      const ex0 = column - ax
      let t = (ex0 * dx + ey0 * dy) * perLength2
      t = t < 0 ? 0 : t > 1 ? 1 : t
      const ex = ex0 - t * dx
      const ey = ey0 - t * dy
      const distance2 = ex * ex + ey * ey
      if (distance2 < box[base + column]!) box[base + column] = distance2
    }
  }
}

/** Put what is near in the box behind what is kept; says where it ends. */
function keep(footprints: Footprints): number {
  const size = boxColumns * boxRows
  if (footprints.used + size > CORNERS_KEPT) {
    footprints.used = 0
    footprints.begins.fill(-1)
  }
  if (footprints.used + size > footprints.corners.length) {
    const { corners, distances } = footprints
    footprints.corners = new Uint32Array(2 * (footprints.used + size))
    footprints.corners.set(corners)
    footprints.distances = new Uint16Array(2 * (footprints.used + size))
    footprints.distances.set(distances)
  }
  const { corners, distances } = footprints
  let end = footprints.used
  for (let row = 0; row < boxRows; row++) {
    for (let column = 0; column < boxColumns; column++) {
      const distance2 = box[row * boxColumns + column]!
      if (distance2 > NEAR_CELLS * NEAR_CELLS) continue
      corners[end] = (boxRow + row) * 0x1_0000 + boxColumn + column
      distances[end++] = Math.round(distance2 * PARTS)
    }
  }
  return end
}
