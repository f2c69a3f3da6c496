/** The first to arrive of many, exactly, also where some may not go as fast as the roads allow. Pure. */
import type { Snap } from '#core/graph/grid.ts'
import type { Standings } from '#core/graph/standings.ts'
import { arrivalsOf, type ArrivalLimits, type Arrivals } from '#core/graph/travel.ts'
import { secondsWithin } from './contract.ts'

export type FirstAsked = {
  /** By traveller: 1 for those who are meant. */
  readonly only: Uint8Array
  /** By traveller, as the answer is; nobody is limited when absent. */
  readonly metersPerSecondMax?: ReadonlyMap<number, number> | undefined
  readonly countMax?: number | undefined
  readonly millisecondsMax?: number | undefined
}

/**
 * Travel to a point as the roads allow it, by traveller, of at least all who can be among the first `countMax`: those who come with the
 * last of them at once are there too, so that the caller may choose by what he likes and not by chance.
 *
 * One search that ends at the first one too many; a second one where somebody is held back by a limit, or two come at once.
 */
export function firstArrivals(standings: Standings, to: Snap, { only, metersPerSecondMax, countMax, millisecondsMax = Infinity }: FirstAsked): Arrivals {
  const search = (limits: ArrivalLimits) => arrivalsOf(standings, to, { only, ...limits })
  if (countMax === undefined) return search({ millisecondsMax })
  const some = search({ countMax: countMax + 1, millisecondsMax })
  const times: number[] = []
  let seen = 0
  for (const [traveller, ms] of some.milliseconds.entries()) {
    if (ms === Infinity) continue
    seen = Math.max(seen, ms)
    times.push(1000 * secondsWithin(metersPerSecondMax?.get(traveller), ms / 1000, some.meters[traveller]!))
  }
  if (times.length <= countMax) return some // that was everybody
  const bar = times.sort((a, b) => a - b)[countMax - 1]!
  // Who was not seen is not before the last who was, and a limit makes nobody earlier. What differs by a rounding is at once.
  return bar + 0.001 < seen ? some : search({ millisecondsMax: Math.min(millisecondsMax, Math.ceil(bar)) })
}
