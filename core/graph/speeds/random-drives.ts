/** Invented drives for tests: somebody takes the fastest way and needs longer, or shorter, than the profile says. */
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import { seeded } from '../../random.ts'
import { nearestEdge } from '../grid.ts'
import type { Fix } from '../match/matcher.ts'
import { boundsOf } from '../road-graph.ts'
import type { Streets } from '../streets.ts'
import { route } from '../travel.ts'
import type { Way } from '../way.ts'

const MS_MIN = 60_000
const NOISE_METERS = 1.5
const FIX_EVERY_MS = 1000

/** A fix a second along a way, `times` as slow as its times say; after a third it stands still for `stopMs`. Same seed, same errors. */
export function fixesAlong({ points, pointMs, milliseconds }: Way, seed: number, times: number, stopMs = 0): Fix[] {
  const random = seeded(seed)
  const error = () => (2 * NOISE_METERS * (random() + random() + random() - 1.5)) / METERS_PER_DEGREE
  const stopAt = (milliseconds * times) / 3
  const fixes: Fix[] = []
  let point = 0
  for (let ms = 0; ms <= milliseconds * times + stopMs; ms += FIX_EVERY_MS) {
    const moved = (ms < stopAt ? ms : Math.max(stopAt, ms - stopMs)) / times
    while (point + 1 < pointMs.length && pointMs[point + 1]! <= moved) point++
    const span = (pointMs[point + 1] ?? Infinity) - pointMs[point]!
    const share = span > 0 && span !== Infinity ? (moved - pointMs[point]!) / span : 0
    const at = (k: number) => points[2 * point + k]! + share * ((points[2 * point + 2 + k] ?? points[2 * point + k]!) - points[2 * point + k]!)
    fixes.push({ lon: at(0) + error(), lat: at(1) + error(), ms })
  }
  return fixes
}

/** A way of at least a minute between two random points. Same seed, same way. */
export function randomWay(streets: Streets, seed: number): Way {
  const random = seeded(seed)
  const [west, south, east, north] = boundsOf(streets.graph)
  const point = () => nearestEdge(streets.graph, streets.mode, west + (east - west) * random(), south + (north - south) * random())
  for (;;) {
    const [from, to] = [point(), point()]
    const way = from && to && route(streets, from, to)
    if (way && way.milliseconds >= MS_MIN) return way
  }
}
