/** From something drawn on the map to what it closes: cuts across roads, stretches along them, stretches inside an area. */
import { METERS_PER_DEGREE } from '../geo/distance.ts'
import { isInside } from '../geo/ring.ts'
import { edgesInBox, edgesNear, shapeMillimeters } from './grid.ts'
import type { TravelMode } from './graph-input.ts'
import type { RoadGraph } from './road-graph.ts'
import type { Closures, Stretch } from './streets.ts'

type Position = readonly number[]
export type Drawn =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }

/** A point closes the road it is put on. */
const POINT_METERS = 15
/** A line this near to a road, and in its direction, runs along it. */
const ALONG_METERS = 10
const ALONG_DEGREES = 30
const SAMPLE_METERS = 4

/**
 * @param modes  whose roads are meant
 * @returns by edge; empty where nothing is touched
 *
 * O(segments near what is drawn × its corners).
 */
export function closuresOf(graph: RoadGraph, drawn: Drawn, modes: readonly TravelMode[]): Closures {
  const closed = new Map<number, Stretch[]>()
  const close = (edge: number, from: number, to: number) => {
    const here = closed.get(edge)
    const stretch: Stretch = [Math.round(from), Math.round(to)]
    if (here) here.push(stretch)
    else closed.set(edge, [stretch])
  }
  const isMeant = (edge: number) => modes.some((mode) => graph.networks[mode].usable[edge] === 1)
  if (drawn.type === 'Point') closePoint(graph, drawn.coordinates, modes, close)
  else if (drawn.type === 'LineString') closeLine(graph, drawn.coordinates, modes, isMeant, close)
  else closeArea(graph, drawn.coordinates, isMeant, close)
  return new Map([...closed].map(([edge, stretches]) => [edge, merged(stretches)]))
}

type Close = (edge: number, from: number, to: number) => void

/** The nearest road; on a bridge over another one, only the one whose storey that is. */
function closePoint(graph: RoadGraph, [lon, lat]: Position, modes: readonly TravelMode[], close: Close): void {
  const near = modes.flatMap((mode) => edgesNear(graph, mode, lon!, lat!, { metersMax: POINT_METERS, countMax: 1 })).sort((a, b) => a.meters - b.meters || a.edge - b.edge)
  if (near[0]) close(near[0].edge, near[0].millimeters, near[0].millimeters)
}

function closeLine(graph: RoadGraph, line: readonly Position[], modes: readonly TravelMode[], isMeant: (edge: number) => boolean, close: Close): void {
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1]!, line[i]!]
    for (const edge of edgesInBox(graph, Math.min(a[0]!, b[0]!), Math.min(a[1]!, b[1]!), Math.max(a[0]!, b[0]!), Math.max(a[1]!, b[1]!))) {
      if (!isMeant(edge)) continue
      for (const mm of crossings(graph, edge, a, b)) close(edge, mm, mm)
    }
    closeAlong(graph, a, b, modes, close)
  }
}

/** Stretches that a straight line runs beside. */
function closeAlong(graph: RoadGraph, a: Position, b: Position, modes: readonly TravelMode[], close: Close): void {
  const perLon = METERS_PER_DEGREE * Math.cos((a[1]! * Math.PI) / 180)
  const [dx, dy] = [(b[0]! - a[0]!) * perLon, (b[1]! - a[1]!) * METERS_PER_DEGREE]
  const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) / SAMPLE_METERS))
  const direction = Math.atan2(dx, dy)
  const beside = new Map<number, [from: number, to: number]>()
  for (let k = 0; k <= steps; k++) {
    const [lon, lat] = [a[0]! + ((b[0]! - a[0]!) * k) / steps, a[1]! + ((b[1]! - a[1]!) * k) / steps]
    for (const mode of modes) {
      for (const { edge, millimeters } of edgesNear(graph, mode, lon, lat, { metersMax: ALONG_METERS, countMax: 4 })) {
        const turned = Math.abs(Math.sin(direction - directionAt(graph, edge, millimeters)))
        if (turned > Math.sin((ALONG_DEGREES * Math.PI) / 180)) continue
        const known = beside.get(edge)
        beside.set(edge, known ? [Math.min(known[0], millimeters), Math.max(known[1], millimeters)] : [millimeters, millimeters])
      }
    }
  }
  for (const [edge, [from, to]] of beside) if (to - from > 2 * SAMPLE_METERS * 1000) close(edge, from, to)
}

/** Direction of an edge at a place, radians from north. */
function directionAt(graph: RoadGraph, edge: number, millimeters: number): number {
  const marks = shapeMillimeters(graph, edge)
  let k = 0
  while (k + 2 < marks.length && marks[k + 1]! < millimeters) k++
  const p = 2 * (graph.shapeStarts[edge]! + k)
  const { shape } = graph
  return Math.atan2((shape[p + 2]! - shape[p]!) * Math.cos(((shape[p + 1]! / 1e7) * Math.PI) / 180), shape[p + 3]! - shape[p + 1]!)
}

/** Where along an edge a straight line crosses it, millimetres. */
function crossings(graph: RoadGraph, edge: number, a: Position, b: Position): number[] {
  const { shape, shapeStarts } = graph
  const marks = shapeMillimeters(graph, edge)
  const found: number[] = []
  for (let k = 0; k + 1 < marks.length; k++) {
    const p = 2 * (shapeStarts[edge]! + k)
    const [cx, cy, dx, dy] = [shape[p]! / 1e7, shape[p + 1]! / 1e7, shape[p + 2]! / 1e7, shape[p + 3]! / 1e7]
    const [rx, ry, sx, sy] = [dx - cx, dy - cy, b[0]! - a[0]!, b[1]! - a[1]!]
    const cross = rx * sy - ry * sx
    if (cross === 0) continue
    const t = ((a[0]! - cx) * sy - (a[1]! - cy) * sx) / cross
    const u = ((a[0]! - cx) * ry - (a[1]! - cy) * rx) / cross
    if (t >= 0 && t <= 1 && u >= 0 && u <= 1) found.push(marks[k]! + (marks[k + 1]! - marks[k]!) * t)
  }
  return found
}

function closeArea(graph: RoadGraph, rings: readonly (readonly Position[])[], isMeant: (edge: number) => boolean, close: Close): void {
  const outer = rings[0] ?? []
  const [lons, lats] = [outer.map(([lon]) => lon!), outer.map(([, lat]) => lat!)]
  if (outer.length < 3) return
  for (const edge of edgesInBox(graph, Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats))) {
    if (!isMeant(edge)) continue
    const whole = graph.edgeMillimeters[edge]!
    const cuts = [0, whole]
    for (const ring of rings) for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) cuts.push(...crossings(graph, edge, ring[j]!, ring[i]!))
    cuts.sort((a, b) => a - b)
    const marks = shapeMillimeters(graph, edge)
    for (let i = 1; i < cuts.length; i++) {
      const [from, to] = [cuts[i - 1]!, cuts[i]!]
      if (to - from < 1) continue
      const [lon, lat] = placeAt(graph, edge, marks, (from + to) / 2)
      if (rings.filter((ring) => isInside(ring, lon, lat)).length % 2 === 1) close(edge, from, to)
    }
  }
}

function placeAt({ shape, shapeStarts }: RoadGraph, edge: number, marks: Float64Array, mm: number): [number, number] {
  let k = 0
  while (k + 2 < marks.length && marks[k + 1]! < mm) k++
  const p = 2 * (shapeStarts[edge]! + k)
  const span = marks[k + 1]! - marks[k]!
  const t = span > 0 ? (mm - marks[k]!) / span : 0
  return [(shape[p]! + (shape[p + 2]! - shape[p]!) * t) / 1e7, (shape[p + 1]! + (shape[p + 3]! - shape[p + 1]!) * t) / 1e7]
}

/** Overlapping stretches as one; cuts inside a stretch say nothing more. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const found: [number, number][] = []
  for (const [from, to] of stretches.toSorted((a, b) => a[0] - b[0] || b[1] - a[1])) {
    const last = found.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else found.push([from, to])
  }
  return found
}

/** Several closures as one. */
export function allClosures(parts: readonly Closures[]): Closures {
  const all = new Map<number, Stretch[]>()
  for (const part of parts) for (const [edge, stretches] of part) all.set(edge, [...(all.get(edge) ?? []), ...stretches])
  return new Map([...all].map(([edge, stretches]) => [edge, merged(stretches)]))
}
