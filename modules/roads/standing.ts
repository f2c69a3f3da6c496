/** Travellers of one mode as they stand on the streets of one moment: who has not moved is not looked up again. */
import { nearestEdge } from '#core/graph/grid.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import { createStandings, type Standings } from '#core/graph/standings.ts'
import type { Streets } from '#core/graph/streets.ts'

export type Standing = {
  readonly standings: Standings
  /** Put those who moved where they are now. */
  readonly follow: (travellers: Uint32Array, lon: Float64Array, lat: Float64Array) => void
  /** By traveller: 1 for these. */
  readonly only: (travellers: Uint32Array) => Uint8Array
}

export function standingOn(graph: RoadGraph, streets: Streets): Standing {
  const standings = createStandings(streets)
  let [lons, lats] = [new Float64Array(64).fill(NaN), new Float64Array(64).fill(NaN)]
  return {
    standings,
    follow(travellers, lon, lat) {
      for (let i = 0; i < travellers.length; i++) {
        const traveller = travellers[i]!
        if (traveller >= lons.length) {
          const grown = (old: Float64Array) => {
            const larger = new Float64Array(2 * traveller + 64).fill(NaN)
            larger.set(old)
            return larger
          }
          lons = grown(lons)
          lats = grown(lats)
        }
        if (lons[traveller] === lon[i] && lats[traveller] === lat[i]) continue
        lons[traveller] = lon[i]!
        lats[traveller] = lat[i]!
        const at = nearestEdge(graph, streets.mode, lon[i]!, lat[i]!)
        if (at) standings.place(traveller, at)
        else standings.remove(traveller)
      }
    },
    only(travellers) {
      const meant = new Uint8Array(standings.capacity())
      for (const traveller of travellers) if (traveller < meant.length) meant[traveller] = 1
      return meant
    },
  }
}
