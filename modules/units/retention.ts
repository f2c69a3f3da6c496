/** How long positions are kept: each agency says for itself, and never longer than the one above it. Pure. */
import { isWithin } from '#kernel/actor.ts'
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import { retentionDaysMax, retentionDaysUsual, type RetentionEvent } from './contract.ts'

/** What agencies said, in whole days. */
export type Said = ReadonlyMap<AgencyPath, number>

/** The days that count for an agency: the fewest that it and those above it said; where nobody did, the usual ones. */
export function daysOf(agency: AgencyPath, said: Said): number {
  let days: number | undefined
  for (const [path, own] of said) if (isWithin(agency, path)) days = Math.min(days ?? own, own)
  return days ?? retentionDaysUsual
}

/** The most that an agency may say: what counts for the one above it; at the top, what the law of the house allows. */
export function mostOf(agency: AgencyPath, said: Said, isTop: boolean): number {
  if (isTop) return retentionDaysMax
  return daysOf(agency.slice(0, agency.lastIndexOf('.')), said)
}

export type RetentionRefusal = 'retention-beyond-above' | 'retention-of-top'

/**
 * Say how long an agency keeps positions.
 *
 * @param days  null: as the one above it
 */
export function changeRetention(
  wanted: { readonly agency: AgencyPath; readonly days: number | null; readonly reason: string },
  facts: { readonly said: Said; readonly isTop: boolean },
  at: Instant,
): Decision<RetentionEvent, RetentionRefusal> {
  const { agency, days, reason } = wanted
  const { said, isTop } = facts
  // those below count on it: without a word from the top, one of them could keep longer than the top does
  if (days === null && isTop) return refuse('retention-of-top')
  const most = mostOf(agency, said, isTop)
  if (days !== null && days > most) return refuse('retention-beyond-above', { days: most })
  return accept({ type: 'retention-changed', at, days, was: said.get(agency) ?? null, reason: reason.trim() })
}
