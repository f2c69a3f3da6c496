/** Reached stretches as pieces of road: each piece once, whichever way it is travelled. */
import { shapeMillimeters } from './grid.ts'
import type { ReachedArcs } from './reached.ts'
import type { RoadGraph } from './road-graph.ts'

/** Visit every piece of road that lies in some stretch: an edge, and from where to where along its shape, millimetres. */
export function eachRoad(graph: RoadGraph, { arc, fromMm, toMm }: ReachedArcs, visit: (edge: number, begin: number, end: number) => void): void {
  const { edgeMillimeters } = graph
  for (let i = 0; i < arc.length; ) {
    const edge = arc[i]! >>> 1
    const whole = edgeMillimeters[edge]!
    if (fromMm[i] === 0 && toMm[i] === whole) {
      // all of it, whatever else is said of it
      do i++
      while (i < arc.length && arc[i]! >>> 1 === edge)
      visit(edge, 0, whole)
      continue
    }
    let count = 0
    for (; i < arc.length && arc[i]! >>> 1 === edge; i++) {
      const begin = arc[i]! & 1 ? whole - toMm[i]! : fromMm[i]!
      const end = arc[i]! & 1 ? whole - fromMm[i]! : toMm[i]!
      // kept by beginning; there are two, and more only where points lie on the edge
      let at = count++
      for (; at > 0 && begins[at - 1]! > begin; at--) {
        begins[at] = begins[at - 1]!
        ends[at] = ends[at - 1]!
      }
      begins[at] = begin
      ends[at] = end
    }
    let from = begins[0]!
    let to = ends[0]!
    for (let k = 1; k < count; k++) {
      if (begins[k]! > to) {
        visit(edge, from, to)
        from = begins[k]!
        to = ends[k]!
      } else if (ends[k]! > to) to = ends[k]!
    }
    visit(edge, from, to)
  }
}

/** Of one edge at a time; kept between calls. */
const begins: number[] = []
const ends: number[] = []

/** Metres of road, each piece once. */
export function roadMeters(graph: RoadGraph, reached: ReachedArcs): number {
  let millimeters = 0
  eachRoad(graph, reached, (_, begin, end) => (millimeters += end - begin))
  return millimeters / 1000
}

/** Visit the shape of a part of an edge: where it begins, the shape points between, where it ends. In 1e-7 degrees, not rounded. */
export function tracePart(graph: RoadGraph, edge: number, begin: number, end: number, visit: (lon: number, lat: number) => void): void {
  const { shape, shapeStarts, edgeMillimeters } = graph
  const first = 2 * shapeStarts[edge]!
  const last = 2 * shapeStarts[edge + 1]! - 2
  if (begin <= 0 && end >= edgeMillimeters[edge]!) {
    for (let p = first; p <= last; p += 2) visit(shape[p]!, shape[p + 1]!)
    return
  }
  const marks = shapeMillimeters(graph, edge)
  const visitAt = (k: number, mm: number) => {
    const span = marks[k + 1]! - marks[k]!
    const share = span > 0 ? (mm - marks[k]!) / span : 0
    const p = first + 2 * k
    visit(shape[p]! + (shape[p + 2]! - shape[p]!) * share, shape[p + 1]! + (shape[p + 3]! - shape[p + 1]!) * share)
  }
  let k = 0
  while (k + 2 < marks.length && marks[k + 1]! <= begin) k++
  visitAt(k, begin)
  for (; k + 2 < marks.length && marks[k + 1]! < end; k++) visit(shape[first + 2 * k + 2]!, shape[first + 2 * k + 3]!)
  visitAt(k, end)
}
