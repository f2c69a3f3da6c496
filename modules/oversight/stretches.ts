/** Where a unit’s track is one line, and where it breaks: with the shift, and where it was not heard of for long. Pure. */
import type { Instant } from '#kernel/names.ts'
import type { PastFixes } from './deps.ts'

/** Longer than this without a fix, nothing is known of the way between. */
export const gapMsMax = 5 * 60_000

/**
 * The stretches of a track.
 *
 * @param shifts  from, to (null: still on duty)
 * @returns indices into the fixes, ascending; impossible jumps are in none of them
 */
export function stretchesOf(fixes: Pick<PastFixes, 'fixAt' | 'flagged'>, shifts: readonly (readonly [Instant, Instant | null])[]): number[][] {
  const stretches: number[][] = []
  const shiftAt = (at: Instant) => shifts.findIndex(([from, to]) => at >= from && (to === null || at < to))
  let last: { readonly at: Instant; readonly shift: number } | undefined
  for (const [index, at] of fixes.fixAt.entries()) {
    if (fixes.flagged[index] === 1) continue
    const shift = shiftAt(at)
    if (!last || at - last.at > gapMsMax || shift !== last.shift) stretches.push([])
    stretches.at(-1)!.push(index)
    last = { at, shift }
  }
  return stretches
}
