/** Roads that come back near themselves: hairpins, loops, ramps. A fix between two limbs may be on either, not only on the nearer. */
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import { shapeMillimeters } from '../grid.ts'
import type { RoadGraph } from '../road-graph.ts'

/** Two places of a road are on two limbs where the road between them is at least so long, and so many times the straight line. */
const LIMB_MM = 60_000
const LIMB_SHARE = 3
/** Limbs farther apart than this no fix lies between, metres. */
const APART_METERS = 120

export type Windings = {
  /**
   * The nearest place on another limb of this edge than the one `alongMm` is on. `found` holds it until the next question.
   *
   * @returns whether there is one within `metersMax`
   */
  readonly look: (edge: number, alongMm: number, lon: number, lat: number, metersMax: number) => boolean
  readonly found: { alongMm: number; meters: number; bearingDegrees: number }
}

/** Which edges wind is found once: O(shape points² of each edge). A question is O(shape points) for those, and nothing for others. */
export function createWindings(graph: RoadGraph): Windings {
  const { shape, shapeStarts, edgeCount } = graph
  /** For edges that wind, how far along each shape point lies. */
  const marksOf = new Map<number, Float64Array>()
  for (let edge = 0; edge < edgeCount; edge++) {
    if (graph.edgeMillimeters[edge]! < LIMB_MM || shapeStarts[edge + 1]! - shapeStarts[edge]! < 3) continue
    const marks = shapeMillimeters(graph, edge)
    if (winds(graph, edge, marks)) marksOf.set(edge, marks)
  }
  const found = { alongMm: 0, meters: 0, bearingDegrees: 0 }
  return {
    found,
    look(edge, alongMm, lon, lat, metersMax) {
      const marks = marksOf.get(edge)
      if (!marks) return false
      const first = shapeStarts[edge]!
      const cos = Math.cos((lat * Math.PI) / 180)
      let best = metersMax
      let hasAny = false
      for (let k = 0; k + 1 < marks.length; k++) {
        const p = 2 * (first + k)
        const ax = (shape[p]! / 1e7 - lon) * METERS_PER_DEGREE * cos
        const ay = (shape[p + 1]! / 1e7 - lat) * METERS_PER_DEGREE
        const dx = ((shape[p + 2]! - shape[p]!) / 1e7) * METERS_PER_DEGREE * cos
        const dy = ((shape[p + 3]! - shape[p + 1]!) / 1e7) * METERS_PER_DEGREE
        const share = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)))
        const meters = Math.hypot(ax + share * dx, ay + share * dy)
        const along = marks[k]! + (marks[k + 1]! - marks[k]!) * share
        if (meters > best || Math.abs(along - alongMm) < Math.max(LIMB_MM, LIMB_SHARE * 1000 * meters)) continue
        best = meters
        hasAny = true
        found.alongMm = along
        found.meters = meters
        found.bearingDegrees = (Math.atan2(dx, dy) * 180) / Math.PI
      }
      return hasAny
    },
  }
}

function winds({ shape, shapeStarts }: RoadGraph, edge: number, marks: Float64Array): boolean {
  const first = shapeStarts[edge]!
  const cos = Math.cos((shape[2 * first + 1]! * Math.PI) / 180e7)
  for (let i = 0; i < marks.length; i++) {
    for (let j = marks.length - 1; j > i && marks[j]! - marks[i]! >= LIMB_MM; j--) {
      const [p, q] = [2 * (first + i), 2 * (first + j)]
      const meters = (Math.hypot((shape[q]! - shape[p]!) * cos, shape[q + 1]! - shape[p + 1]!) / 1e7) * METERS_PER_DEGREE
      if (meters <= APART_METERS && LIMB_SHARE * meters * 1000 <= marks[j]! - marks[i]!) return true
    }
  }
  return false
}
