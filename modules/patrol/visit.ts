/** A visit 到点: a unit on duty stood inside a place to visit for its time, as its fence decided it. Pure. */
import { silenceMs, type Presence } from '#core/geo/fence.ts'
import type { Instant } from '#kernel/names.ts'

/** Of one unit at one place: the stay that it is in, and the fixes that may turn out to be of the next. */
export type Tally = { readonly stay: Stay | undefined; readonly turning: number }

export type Stay = {
  readonly arrivedAt: Instant
  /** The last fix that spoke for being inside: when it ends, the unit left after this. */
  readonly seenAt: Instant
  /** Time inside while fixes came. */
  readonly ms: number
  readonly fixes: number
  /** Long enough: it counts from now on, whatever comes. */
  readonly isVisit: boolean
}

/**
 * The tally after one more fix.
 *
 * Only the sides that a fence decides count, so jitter at the border neither ends a visit nor makes two of one; and only time in which
 * fixes came, so a silence is not taken for standing there.
 *
 * @param visitMs  inside for so long is a visit
 * @returns `ended`: the stay that is over, where it was a visit
 */
export function tallied(before: Tally | undefined, { side, evidence, seenAt, agreedAt, turnedAt, insideSince, insideMs }: Presence, visitMs: number): { readonly tally: Tally | undefined; readonly ended: Stay | undefined } {
  const stay = before?.stay
  if (side === 'inside') {
    const arrivedAt = Math.min(stay?.arrivedAt ?? Infinity, insideSince)
    const seen = Math.max(stay?.seenAt ?? -Infinity, agreedAt)
    const fixes = stay ? stay.fixes + (evidence === 0 ? 1 : 0) : 1 + (before?.turning ?? 0)
    const elapsed = seen - (stay?.seenAt ?? seen)
    const went = (stay?.ms ?? 0) + (elapsed > silenceMs ? 0 : elapsed)
    // What was before it was decided, or was found again after a restart, the fence knows.
    const ms = stay && insideSince >= stay.arrivedAt ? went : Math.max(went, Math.min(insideMs, seen - arrivedAt))
    const isVisit = stay?.isVisit === true || ms >= visitMs
    return { tally: { stay: { arrivedAt, seenAt: seen, ms, fixes, isVisit }, turning: 0 }, ended: undefined }
  }
  if (side === 'unknown') return { tally: before, ended: undefined } // after a restart: it will show
  const ended = stay?.isVisit ? stay : undefined
  if (evidence === 0) return { tally: undefined, ended }
  return { tally: { stay: undefined, turning: turnedAt === seenAt ? 1 : 1 + (before?.turning ?? 0) }, ended }
}
