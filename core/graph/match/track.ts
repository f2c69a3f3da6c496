/** A whole track at once: what was driven, and what is not known. */
import type { Streets } from '../streets.ts'
import { createMatcher, type Fix, type MatchCounts, type MatchOptions } from './matcher.ts'
import type { Matched } from './passages.ts'

export type MatchedTrack = { readonly matched: readonly Matched[]; readonly counts: MatchCounts }

/**
 * @param fixes  in order of time; those that are not later than the one before are left out and counted
 * @throws RangeError on a fix that is not numbers
 *
 * O(fixes × states² × links near by).
 */
export function matchTrack(streets: Streets, fixes: readonly Fix[], options: MatchOptions = {}): MatchedTrack {
  // nobody waits for the answer: decide only what is certain, and the rest at the end
  const matcher = createMatcher(streets, { ...options, lagMs: Infinity })
  const matched: Matched[] = []
  for (const fix of fixes) matched.push(...matcher.push(fix))
  matched.push(...matcher.finish())
  return { matched, counts: matcher.counts() }
}

/** The arcs driven, in order, each run of the same arc once. Arcs of which only a sliver was touched at an end of a stretch are left out. */
export function arcsDriven(matched: readonly Matched[], touchedMmMin = 0): number[] {
  const arcs: number[] = []
  let joined = false
  for (const [i, each] of matched.entries()) {
    if (each.kind === 'gap') {
      joined = false
      continue
    }
    const isEnd = !joined || matched[i + 1] === undefined || matched[i + 1]!.kind === 'gap'
    joined = true
    if (isEnd && each.toMm - each.fromMm < touchedMmMin) continue
    if (arcs.at(-1) !== each.arc) arcs.push(each.arc)
  }
  return arcs
}
