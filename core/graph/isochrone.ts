/** How far one gets in so many minutes, as areas and as roads. */
import type { Snap } from './grid.ts'
import { outlinesOf, type MultiPolygon, type OutlineOptions } from './outline.ts'
import type { Direction } from './reach.ts'
import { reachedArcs, type ReachedArcs } from './reached.ts'
import { roadMeters } from './reached-roads.ts'
import type { Streets } from './streets.ts'

export type Isochrone = {
  readonly seconds: number
  readonly area: MultiPolygon
  /** Metres of road reached. */
  readonly roadMeters: number
  readonly roads: ReachedArcs
}

/**
 * What is reached from the nearest of some points, or from where one of them is reached, within each of some times.
 *
 * @param seconds  ascending
 * @returns one for each time, each within the next
 */
export function isochrones(streets: Streets, points: readonly Snap[], seconds: readonly number[], direction: Direction, options?: OutlineOptions): Isochrone[] {
  const reached = reachedArcs(streets, points, seconds.map((each) => Math.floor(each * 1000)), direction)
  const areas = outlinesOf(streets.graph, reached, options)
  return reached.map((roads, i) => ({ seconds: seconds[i]!, area: areas[i]!, roadMeters: roadMeters(streets.graph, roads), roads }))
}
