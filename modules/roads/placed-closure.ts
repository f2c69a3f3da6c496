/** What a drawing closes on one map. Pure. */
import { closuresOf } from '#core/graph/closing.ts'
import { pointOnEdge, shapeMillimeters } from '#core/graph/grid.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import type { DrawnShape, TravelMode } from './contract.ts'

export type PlacedClosure = {
  /** edge, from, to, edge, from, to … */
  readonly stretches: Int32Array
  readonly lines: [number, number][][]
  /** Numbers of the streets concerned. */
  readonly streets: readonly number[]
}

/** How many pieces of road it concerns. */
export const edgeCountOf = ({ stretches }: PlacedClosure): number => new Set(stretches.filter((_, i) => i % 3 === 0)).size

export function placeClosure(graph: RoadGraph, geometry: DrawnShape, modes: readonly TravelMode[]): PlacedClosure {
  const stretches: number[] = []
  const lines: [number, number][][] = []
  const streets = new Set<number>()
  for (const [edge, parts] of closuresOf(graph, geometry, modes)) {
    if (graph.edgeStreet[edge]! >= 0) streets.add(graph.edgeStreet[edge]!)
    for (const [from, to] of parts) {
      stretches.push(edge, from, to)
      lines.push(lineOf(graph, edge, from, to))
    }
  }
  return { stretches: Int32Array.from(stretches), lines, streets: [...streets] }
}

/** A cut is drawn as so much of the road. */
const CUT_MM = 6_000

/** A stretch of an edge as it is drawn. */
function lineOf(graph: RoadGraph, edge: number, from: number, to: number): [number, number][] {
  const whole = graph.edgeMillimeters[edge]!
  const [a, b] = to - from < CUT_MM ? [Math.max(0, from - CUT_MM / 2), Math.min(whole, to + CUT_MM / 2)] : [from, to]
  const marks = shapeMillimeters(graph, edge)
  const point = (mm: number): [number, number] => (({ lon, lat }) => [lon, lat] as [number, number])(pointOnEdge(graph, edge, mm))
  const between: [number, number][] = []
  for (let k = 0; k < marks.length; k++) {
    const p = 2 * (graph.shapeStarts[edge]! + k)
    if (marks[k]! > a && marks[k]! < b) between.push([graph.shape[p]! / 1e7, graph.shape[p + 1]! / 1e7])
  }
  return [point(a), ...between, point(b)]
}
