/**
 * Whether a unit crossed a fence: evidence gathered fix by fix, until standing still cannot explain it.
 *
 * A receiver that stands still wanders by metres for minutes on end, and now and then a reflection throws it far off for a
 * while. So no single fix decides, and many fixes in one minute are hardly more than one. What decides is a cumulative sum
 * (CUSUM; Page 1954, Lorden 1971) of how much better "it is on the other side, well over the border" explains the fixes than
 * "it stands on the border and never crossed": standing on the border is the hardest case of not having crossed, and there the sum
 * drifts down. A sum of `decidedNats` is reached by chance about once in e^9.2 = 10,000 looks that have nothing to do with each other (at least two fixes, and three of middling sureness).
 *
 * The error of a fix has heavy tails (Student's t and a gross share, so no fix says more than `-ln grossShare`), a sigma that
 * grows with the accuracy the receiver tells, and a memory: what a fix adds is weighted by what of its error is new since
 * the fix before (Gauss–Markov; measured on standing receivers: a bend at about a minute, Wilson, gpscorr; Ornstein–Uhlenbeck,
 * Sensors 2020, 20, 6050). Error is new after time, and after metres driven, because reflections stay behind.
 *
 * The constants were chosen on made noise (fence.test.ts: at most 1 false event in 1,000 fixes), not on the recorded tracks that
 * measure the delays.
 */

/** A receiver's word for its accuracy is too good: phones mean 68 % of a radius, terminals mean nothing in particular. */
const sigmaPerAccuracy = 1.8
/** Nobody is better than this in a street. */
const sigmaMetersMin = 5
/** For receivers that say nothing of their accuracy. */
export const accuracyMetersUnsaid = 10
/** Worse fixes do not decide anything: as if they had not come. */
export const accuracyMetersMax = 100
/** "Well over the border": this many sigma. */
const overSigmas = 2
const degreesOfFreedom = 3
const exponent = (degreesOfFreedom + 1) / 2
/** Fixes that are off by anything at all. No fix weighs more than -ln of it. */
const grossShare = 0.01
/** Error forgets itself with these, in time and in metres driven. */
const memoryMs = 45_000
const memoryMeters = 20
/** What two gross errors weigh: at least three fixes, or as many more as have little to do with each other. */
const decidedNats = 2 * -Math.log(grossShare)
/** The first side is a guess that tells nobody anything: one clear fix is enough. */
const guessedNats = 0.95 * -Math.log(grossShare)
/** After a longer silence nothing is known of the time between. */
export const silenceMs = 5 * 60_000
/** Slower than this again, the limit is kept again: km/h under the limit. */
const keptAgainKmh = 3

/** What a fence wants told beside crossings. */
export type FenceWants = {
  /** Told once a stay, after so long inside while fixes came and the fence tells. */
  readonly stayMs: number | null
  readonly speedLimitKmh: number | null
  /** So long over the limit, without a break, before it is told. */
  readonly overMs: number
  /** Since when, at an instant, the fence tells stays and speeds without a break; null: not then. Without it, always. */
  readonly tellsSince?: (at: number) => number | null
}

/** A fix as one fence sees it. */
export type Sighting = {
  readonly at: number
  /** To the border; positive inside. */
  readonly insideMeters: number
  readonly accuracyMeters: number | null
  readonly speedKmh: number | null
  /** Way made since the fix before, as well as it is known; 0 while nothing but the receiver's error moved. */
  readonly movedMeters: number
}

export type Side = 'inside' | 'outside' | 'unknown'

/** What is known of one unit at one fence. */
export type Presence = {
  readonly side: Side
  /** For the other side, in nats; while the side is unknown, positive for inside and negative for outside. */
  readonly evidence: number
  /** The last fix that counted. */
  readonly seenAt: number
  /** The last fix that spoke for this side. */
  readonly agreedAt: number
  /** The first fix of the present evidence. */
  readonly turnedAt: number
  /** A silence lies between the last two of these. */
  readonly afterSilence: boolean
  readonly insideSince: number
  /** Time inside (while outside: of the present evidence) while fixes came: silences are not counted. */
  readonly insideMs: number
  /** Of that, what lies in the hours in which the fence tells, since they began. */
  readonly dueMs: number
  readonly stayTold: boolean
  readonly over: Over | null
}
type Over = { readonly since: number; readonly peakKmh: number; readonly ms: number; readonly told: boolean; readonly slowMs: number }

export type Passage =
  /**
   * Crossed after `since`, when the unit was last seen on the one side, and not after `at`, the first of the fixes on the other
   * side that convinced. `afterSilence`: nothing was heard between for longer than `silenceMs`.
   */
  | { readonly type: 'entered' | 'left'; readonly at: number; readonly since: number; readonly afterSilence: boolean }
  /** Inside for so many seconds while fixes came, since `since`. */
  | { readonly type: 'stayed'; readonly at: number; readonly since: number; readonly seconds: number }
  | { readonly type: 'speeding'; readonly at: number; readonly since: number; readonly peakKmh: number }

export const unknownAt = (at: number): Presence => ({
  side: 'unknown', evidence: 0, seenAt: at, agreedAt: at, turnedAt: at, afterSilence: false, insideSince: at, insideMs: 0, dueMs: 0, stayTold: false, over: null,
})

/** What is known once a side was decided at an instant, or is remembered from then. */
export const presenceOn = (side: 'inside' | 'outside', at: number): Presence => ({ ...unknownAt(at), side })

const none: readonly Passage[] = []

/**
 * What is known after one more fix, and what is to be told.
 *
 * A fix that is not newer than the last, or too inaccurate, changes nothing. A side that was unknown is found out silently: nobody
 * was seen crossing.
 *
 * O(1).
 */
export function observe(before: Presence | undefined, sighting: Sighting, wants: FenceWants): { readonly presence: Presence | undefined; readonly passages: readonly Passage[] } {
  const { at, insideMeters, speedKmh } = sighting
  const accuracy = sighting.accuracyMeters ?? accuracyMetersUnsaid
  if (accuracy > accuracyMetersMax || (before && at <= before.seenAt)) return { presence: before, passages: none }
  const sigma = Math.max(sigmaMetersMin, sigmaPerAccuracy * accuracy)
  const elapsed = before ? at - before.seenAt : Infinity
  const weight = Math.tanh((elapsed / memoryMs + sighting.movedMeters / memoryMeters) / 2)
  const known = before ?? unknownAt(at)

  if (known.side === 'unknown') {
    const evidence = guess(known.evidence, insideMeters / sigma, weight)
    const side = evidence >= guessedNats ? 'inside' : evidence <= -guessedNats ? 'outside' : undefined
    return { presence: side ? presenceOn(side, at) : { ...known, evidence, seenAt: at, agreedAt: at, turnedAt: at }, passages: none }
  }

  const silent = elapsed > silenceMs
  const beyond = (known.side === 'inside' ? -insideMeters : insideMeters) / sigma
  const evidence = Math.max(0, known.evidence + weight * forOver(beyond))
  if (evidence >= decidedNats) return crossed(known, at, elapsed, wants)

  const agrees = evidence === 0
  const turned = !agrees && known.evidence === 0
  const startsAnew = known.side === 'outside' && (agrees || turned)
  // Written out: copying by `...` costs three times as much here, and this runs for every fix at every fence near it.
  const seen: Presence = {
    side: known.side,
    evidence,
    seenAt: at,
    agreedAt: agrees ? at : known.agreedAt,
    turnedAt: agrees || turned ? at : known.turnedAt,
    afterSilence: turned ? silent : !agrees && known.afterSilence,
    insideSince: known.insideSince,
    insideMs: startsAnew ? 0 : known.insideMs + heardMs(elapsed),
    dueMs: startsAnew ? 0 : dueAfter(known, at, elapsed, wants),
    stayTold: known.stayTold,
    over: known.over,
  }
  if (known.side === 'outside') return { presence: seen, passages: none }

  const passages: Passage[] = []
  let presence = seen
  if (wants.stayMs !== null && !seen.stayTold && agrees && seen.dueMs >= wants.stayMs) {
    passages.push({ type: 'stayed', at, since: seen.insideSince, seconds: Math.round(seen.insideMs / 1000) })
    presence = { ...presence, stayTold: true }
  }
  if (wants.speedLimitKmh !== null && speedKmh !== null && agrees) {
    const since = tellsSince(wants, at)
    const before = known.over && since !== null && known.over.since >= since ? known.over : null
    const over = since === null ? null : overAfter(before, at, silent ? Infinity : elapsed, speedKmh, wants.speedLimitKmh)
    const isDue = over !== null && !over.told && over.ms >= wants.overMs && over.ms > 0
    if (isDue) passages.push({ type: 'speeding', at, since: over.since, peakKmh: over.peakKmh })
    if (over !== known.over) presence = { ...presence, over: isDue ? { ...over, told: true } : over }
  }
  return { presence, passages }
}

function crossed(before: Presence, at: number, elapsed: number, wants: FenceWants): { readonly presence: Presence; readonly passages: readonly Passage[] } {
  const isFirst = before.evidence === 0
  const type = before.side === 'inside' ? 'left' : 'entered'
  const turnedAt = isFirst ? at : before.turnedAt
  const afterSilence = isFirst ? elapsed > silenceMs : before.afterSilence
  return {
    presence: {
      ...presenceOn(type === 'entered' ? 'inside' : 'outside', at),
      insideSince: turnedAt,
      insideMs: isFirst || type === 'left' ? 0 : before.insideMs + heardMs(elapsed),
      dueMs: isFirst || type === 'left' ? 0 : dueAfter(before, at, elapsed, wants),
    },
    passages: [{ type, at: turnedAt, since: before.agreedAt, afterSilence }],
  }
}

const heardMs = (elapsed: number): number => (elapsed > silenceMs ? 0 : elapsed)

const tellsSince = ({ tellsSince }: FenceWants, at: number): number | null => (tellsSince ? tellsSince(at) : -Infinity)

/** What counts towards a stay begins with the hours in which the fence tells, whoever is inside by then. */
function dueAfter({ seenAt, dueMs }: Presence, at: number, elapsed: number, wants: FenceWants): number {
  if (wants.stayMs === null) return 0
  const since = tellsSince(wants, at)
  if (since === null) return 0
  return Math.min((seenAt < since ? 0 : dueMs) + heardMs(elapsed), at - since)
}

/** How unlikely an error of so many sigma is, in nats; never more than a gross one. */
function surprise(sigmas: number): number {
  const fall = 1 + (sigmas * sigmas) / degreesOfFreedom
  return -Math.log((1 - grossShare) / fall ** exponent + grossShare)
}

/** How much better "over by `overSigmas` or more" explains a fix so far beyond the border than "not over it". */
const forOver = (sigmas: number): number => surprise(Math.max(sigmas, 0)) - surprise(Math.min(sigmas - overSigmas, 0))

/** Evidence for inside (positive) or outside, of a unit of which nothing was known; near the border it fades. */
function guess(evidence: number, insideSigmas: number, weight: number): number {
  const inside = forOver(insideSigmas)
  const outside = forOver(-insideSigmas)
  if (inside > 0) return evidence + weight * inside
  if (outside > 0) return evidence - weight * outside
  const fades = weight * -Math.max(inside, outside)
  return Math.sign(evidence) * Math.max(0, Math.abs(evidence) - fades)
}

/** Time over the limit, which ends only when the limit was clearly kept for as long as it takes to be sure. */
function overAfter(before: Over | null, at: number, elapsed: number, speedKmh: number, limitKmh: number): Over | null {
  const isOver = speedKmh > limitKmh
  if (!before || elapsed === Infinity) return isOver ? { since: at, peakKmh: speedKmh, ms: 0, told: false, slowMs: 0 } : null
  const peakKmh = Math.max(before.peakKmh, speedKmh)
  if (isOver) return { ...before, peakKmh, ms: before.ms + elapsed, slowMs: 0 }
  if (speedKmh > limitKmh - keptAgainKmh) return before
  const slowMs = before.slowMs + elapsed
  // What was not told yet has to be without a break; what was told does not begin anew for a short one.
  return before.told && slowMs < keptAgainMs ? { ...before, slowMs } : null
}
const keptAgainMs = 30_000
