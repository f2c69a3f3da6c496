/** A way in words: which street, for how long, and how one turns into it. */
import { bearingDegrees } from '../geo/distance.ts'
import { headOf, tailOf, type RoadGraph } from './road-graph.ts'
import type { Way } from './way.ts'

export type Turn = 'depart' | 'straight' | 'slight-left' | 'left' | 'sharp-left' | 'slight-right' | 'right' | 'sharp-right' | 'u-turn' | 'arrive'

export type Step = {
  /** Place in the list of street names, −1 where the road has none. */
  readonly street: number
  readonly turn: Turn
  readonly meters: number
  readonly milliseconds: number
  /** Where it begins. */
  readonly lon: number
  readonly lat: number
}

/** A bend of less than this, on a road that keeps its name, is not told. */
const TOLD_DEGREES = 60

/** Steps from departure to arrival; their times and lengths are the way's, to a rounding of the last. O(arcs). */
export function stepsOf(graph: RoadGraph, way: Way): Step[] {
  const { arcs, arcStartMs, points } = way
  const steps: { street: number; turn: Turn; startMs: number; meters: number; lon: number; lat: number }[] = []
  let told = 0 // metres
  for (const [i, arc] of arcs.entries()) {
    const street = graph.edgeStreet[arc >>> 1]!
    const bend = i === 0 ? 0 : bendInto(graph, arcs[i - 1]!, arc)
    const before = steps.at(-1)
    const meters = i === 0 || i === arcs.length - 1 ? 0 : graph.edgeMillimeters[arc >>> 1]! / 1000
    if (!before || street !== before.street || Math.abs(bend) >= TOLD_DEGREES) {
      const turn = i === 0 ? 'depart' : turnOf(bend)
      const node = 2 * tailOf(graph, arc)
      const [lon, lat] = i === 0 ? [points[0]!, points[1]!] : [graph.nodes[node]! / 1e7, graph.nodes[node + 1]! / 1e7]
      steps.push({ street, turn, startMs: i === 0 ? 0 : arcStartMs[i]!, meters: 0, lon, lat })
    }
    steps.at(-1)!.meters += meters
    told += meters
  }
  // the first and last arc are travelled in part: what the whole way says beyond the others is theirs
  const rest = Math.max(0, way.meters - told)
  const first = arcs.length > 1 ? Math.min(rest, partMeters(graph, way)) : rest
  steps[0]!.meters += first
  steps.at(-1)!.meters += rest - first
  const found = steps.map(({ startMs, ...step }, i): Step => ({ ...step, milliseconds: (steps[i + 1]?.startMs ?? way.milliseconds) - startMs }))
  const last = points.length - 2
  return [...found, { street: steps.at(-1)!.street, turn: 'arrive', meters: 0, milliseconds: 0, lon: points[last]!, lat: points[last + 1]! }]
}

/** Metres from where one sets out to the end of the first arc, along its drawing. */
function partMeters(graph: RoadGraph, { arcs, points }: Way): number {
  const node = 2 * headOf(graph, arcs[0]!)
  const [lon, lat] = [graph.nodes[node]! / 1e7, graph.nodes[node + 1]! / 1e7]
  let meters = 0
  for (let p = 0; p + 3 < points.length && (points[p] !== lon || points[p + 1] !== lat); p += 2) {
    const dx = (points[p + 2]! - points[p]!) * 111_195 * Math.cos((lat * Math.PI) / 180)
    meters += Math.hypot(dx, (points[p + 3]! - points[p + 1]!) * 111_195)
  }
  return meters
}

/** Degrees to the right, negative to the left; 180 back. */
function bendInto(graph: RoadGraph, from: number, onto: number): number {
  if (onto === (from ^ 1)) return 180
  return ((bearingAt(graph, onto, false) - bearingAt(graph, from, true) + 540) % 360) - 180
}

/** Direction of travel at an arc's beginning or end. */
function bearingAt({ shape, shapeStarts }: RoadGraph, arc: number, atEnd: boolean): number {
  const first = shapeStarts[arc >>> 1]!
  const last = shapeStarts[(arc >>> 1) + 1]! - 1
  const along = (arc & 1) === 0
  const a = along === atEnd ? last - 1 : first
  const [p, q] = along ? [a, a + 1] : [a + 1, a]
  return bearingDegrees(shape[2 * p]! / 1e7, shape[2 * p + 1]! / 1e7, shape[2 * q]! / 1e7, shape[2 * q + 1]! / 1e7)
}

function turnOf(bend: number): Turn {
  const side = bend > 0 ? 'right' : 'left'
  const sharpness = Math.abs(bend)
  if (sharpness < 20) return 'straight'
  if (sharpness < 45) return `slight-${side}`
  if (sharpness < 120) return side
  return sharpness < 170 ? `sharp-${side}` : 'u-turn'
}
