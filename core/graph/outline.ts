/**
 * The area around some roads, as polygons: distance to the nearest road at the corners of a grid, and the line where it is
 * a given width. Marching squares (Lorensen & Cline 1987, in the plane), saddles by their middle.
 *
 * Every road lies inside: the width is at least one and a half cells, so all four corners of a cell with a road in it are
 * within the width, also where bends of less than `BEND_CELLS` are drawn straight. Whatever is inside has a corner of its cell
 * within the width, or lies in a hole that was filled.
 */
import { METERS_PER_DEGREE } from '../geo/distance.ts'
import { FAR, footprintsOf, NEAR_CELLS, PARTS, stamp, type Canvas, type Footprints } from './footprints.ts'
import type { ReachedArcs } from './reached.ts'
import { eachRoad } from './reached-roads.ts'
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

/** How far around a road the area goes, cells; footprints reach a cell farther, to where the next corner is. */
const WIDTH_CELLS = NEAR_CELLS - 1
/** Its square, as distances are kept. */
const WITHIN = WIDTH_CELLS * WIDTH_CELLS * PARTS
/** Below this, places on the grid would be as near to each other as the last digit of a coordinate. */
const WIDTH_METERS_MIN = 10
/** Cells around the roads: as far as footprints reach, and one more so that no line meets the rim. */
const CELLS_AROUND = 4
/** Sizes of cells from one to its double: few, so that footprints serve again. */
const SIZES_PER_DOUBLE = 4

/**
 * Outlines of nested sets of roads, each within the next.
 *
 * @param sets  ascending: each holds what the one before holds
 *
 * O(cells + corners near the roads). 18 bytes a cell are kept between calls.
 */
export function outlinesOf(
  graph: RoadGraph,
  sets: readonly ReachedArcs[],
  { widthMeters = 50, cellsMax = 320, holeSquareMetersMin }: OutlineOptions = {},
): MultiPolygon[] {
  const largest = sets.at(-1)
  if (!largest || largest.arc.length === 0) return sets.map(() => [])
  const bounds = boundsOf(graph, largest)
  const cell = cellMetersFor(bounds, Math.max(WIDTH_METERS_MIN, widthMeters), cellsMax)
  const footprints = footprintsOf(graph, cell)
  const frame = frameOf(footprints, bounds)
  makeRoom(frame.columns * frame.rows, graph.edgeCount)
  const holeCellsMin = holeSquareMetersMin === undefined ? 4 * WIDTH_CELLS * WIDTH_CELLS : holeSquareMetersMin / (footprints.cellMeters * footprints.cellMeters)
  return sets.map((set) => {
    draw(graph, footprints, frame, set)
    return polygonsOf(ringsOf(frame, footprints), holeCellsMin)
  })
}

/** Corners of a grid over the roads, `column` and `row` those of the first. */
type Frame = Omit<Canvas, 'distances'>

/** [corners] squared distance to the nearest road, in parts of a square cell, `FAR` where none is near. */
let distances = new Uint16Array(0)
/** [2 × corners] by side of a cell, the side on which the line goes on; −1 where there is none, as everywhere between calls. */
let nextOf = new Int32Array(0)
/** [2 × corners] by side, the ring that runs through it. */
let ringOf = new Int32Array(0)
/** [edges] drawn as a whole in call number `calls`. */
let drawnIn = new Uint32Array(0)
let calls = 0

function makeRoom(corners: number, edges: number): void {
  if (distances.length < corners) {
    distances = new Uint16Array(corners)
    nextOf = new Int32Array(2 * corners).fill(-1)
    ringOf = new Int32Array(2 * corners)
  }
  distances.fill(FAR, 0, corners)
  if (drawnIn.length < edges) drawnIn = new Uint32Array(edges)
  calls++
}

/** In 1e-7 degrees. */
type Bounds = { readonly west: number; readonly south: number; readonly east: number; readonly north: number }

function boundsOf({ shape, shapeStarts }: RoadGraph, { arc }: ReachedArcs): Bounds {
  let west = Infinity
  let south = Infinity
  let east = -Infinity
  let north = -Infinity
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
  return { west, south, east, north }
}

/** A cell as small as the width allows, larger where the roads would take more than so many. */
function cellMetersFor({ west, south, east, north }: Bounds, widthMeters: number, cellsMax: number): number {
  const metersPerLon = METERS_PER_DEGREE * Math.max(0.05, Math.cos((((south + north) / 2e7) * Math.PI) / 180))
  const longer = Math.max(((east - west) / 1e7) * metersPerLon, ((north - south) / 1e7) * METERS_PER_DEGREE)
  const least = widthMeters / WIDTH_CELLS
  const times = longer / Math.max(1, cellsMax - 2 * CELLS_AROUND - 1) / least
  return times <= 1 ? least : least * 2 ** (Math.ceil(Math.log2(times) * SIZES_PER_DOUBLE) / SIZES_PER_DOUBLE)
}

function frameOf(footprints: Footprints, { west, south, east, north }: Bounds): Frame {
  const column = Math.floor((west / 1e7 - footprints.west) * footprints.cellsPerLon) - CELLS_AROUND
  const row = Math.floor((south / 1e7 - footprints.south) * footprints.cellsPerLat) - CELLS_AROUND
  return {
    column,
    row,
    columns: Math.ceil((east / 1e7 - footprints.west) * footprints.cellsPerLon) + CELLS_AROUND - column + 1,
    rows: Math.ceil((north / 1e7 - footprints.south) * footprints.cellsPerLat) + CELLS_AROUND - row + 1,
  }
}

/** Bring the distances near some roads up to date. */
function draw(graph: RoadGraph, footprints: Footprints, frame: Frame, set: ReachedArcs): void {
  const canvas = { ...frame, distances }
  eachRoad(graph, set, (edge, from, to) => {
    if (drawnIn[edge] === calls) return
    if (from === 0 && to === graph.edgeMillimeters[edge]) drawnIn[edge] = calls
    stamp(graph, footprints, edge, from, to, canvas)
  })
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
function ringsOf(frame: Frame, footprints: Footprints): Ring[] {
  const { columns, rows } = frame
  const starts: number[] = []
  /** Sides along a row that are crossed, row by row from the west. */
  const crossed: number[] = []
  for (let row = 0; row + 1 < rows; row++) {
    const base = row * columns
    let west = (distances[base]! < WITHIN ? 1 : 0) | (distances[base + columns]! < WITHIN ? 8 : 0)
    for (let column = 0; column + 1 < columns; column++) {
      const sw = base + column
      const east = (distances[sw + 1]! < WITHIN ? 2 : 0) | (distances[sw + columns + 1]! < WITHIN ? 4 : 0)
      const kind = west | east
      west = (east >> 1 & 1) | (east << 1 & 8)
      if (kind === 0 || kind === 15) continue
      const isJoined = (kind === 5 || kind === 10) && away(sw) + away(sw + 1) + away(sw + columns) + away(sw + columns + 1) < 4 * WIDTH_CELLS
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
  for (const start of starts) if (nextOf[start]! >= 0) rings.push(ringFrom(frame, footprints, start, rings.length))
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

/** [2 × points] of the ring that is followed, in cells. */
let places = new Float64Array(1024)

function ringFrom(frame: Frame, { west, south, cellsPerLon, cellsPerLat }: Footprints, start: number, ring: number): Ring {
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
function followRing({ column, row, columns }: Frame, start: number, ring: number): number {
  let end = 0
  for (let side = start; nextOf[side]! >= 0; ) {
    const corner = side >> 1
    const a = away(corner)
    const b = away(side & 1 ? corner + columns : corner + 1)
    // not quite at a corner, so that no two lines touch there
    const share = Math.min(0.98, Math.max(0.02, (WIDTH_CELLS - a) / (b - a)))
    if (end === places.length) {
      const before = places
      places = new Float64Array(2 * end)
      places.set(before)
    }
    const up = Math.floor(corner / columns)
    places[end++] = column + corner - up * columns + (side & 1 ? 0 : share)
    places[end++] = row + up + (side & 1 ? share : 0)
    ringOf[side] = ring
    const next = nextOf[side]!
    nextOf[side] = -1
    side = next
  }
  return end
}

/** A corner's distance from the nearest road, cells. */
const away = (corner: number): number => Math.sqrt(distances[corner]! / PARTS)

/** Outlines with their holes, the largest first. What lies in a filled hole is part of the area around it. */
function polygonsOf(rings: readonly Ring[], holeCellsMin: number): MultiPolygon {
  const isFilled = (ring: number): boolean => ring >= 0 && ((rings[ring]!.area < 0 && -rings[ring]!.area < holeCellsMin) || isFilled(rings[ring]!.within))
  const polygons = new Map<number, MultiPolygon[number]>()
  for (const [i, { area, points }] of rings.entries()) if (area > 0 && !isFilled(i)) polygons.set(i, [points])
  for (const [i, { area, points, within }] of rings.entries()) if (area <= 0 && !isFilled(i)) polygons.get(within)!.push(points)
  return [...polygons].sort(([a], [b]) => rings[b]!.area - rings[a]!.area || a - b).map(([, polygon]) => polygon)
}
