/** Which fixes of the phone are worth sending: often when moving, rarely when still. Battery matters. Pure. */
import { distanceMeters } from '#core/geo/distance.ts'

export type Fix = {
  readonly at: number
  readonly lon: number
  readonly lat: number
  readonly accuracyMeters: number | null
  readonly speedKmh: number | null
  readonly courseDeg: number | null
}

/** Seconds between fixes that are sent. */
export const movingSeconds = 3
export const stillSeconds = 20
/** A fix less sure than this says nothing that the last one did not. */
export const accuracyMax = 200
/** Kept while there is no network: at 3 s each, 100 minutes in full; beyond that the older ones stand ever further apart. */
export const keptMax = 2000

/** Whether a fix is to be sent, after the last one that was. */
export function isWorthSending(fix: Fix, last: Fix | undefined): boolean {
  if (fix.accuracyMeters !== null && fix.accuracyMeters > accuracyMax && last && fix.at - last.at < 60_000) return false
  if (!last) return true
  const seconds = (fix.at - last.at) / 1000
  if (seconds <= 0) return false
  if (seconds >= stillSeconds) return true
  return seconds >= movingSeconds && isMoving(fix, last)
}

/** Moved further than the receiver's own doubt, or the receiver measured a speed above a slow walk. */
export function isMoving(fix: Fix, last: Fix): boolean {
  if (fix.speedKmh !== null) return fix.speedKmh > 1.5
  return distanceMeters(fix.lon, fix.lat, last.lon, last.lat) > Math.max(12, fix.accuracyMeters ?? 0)
}

/**
 * Which of the places that wait are let go when there are too many: every second one of the older half. A long way
 * without a network stays whole and gets coarser where it is old; the first place of all stays.
 */
export const thinned = (waiting: readonly Fix[]): readonly Fix[] =>
  waiting.length <= keptMax ? [] : waiting.slice(0, waiting.length >> 1).filter((_, index) => index % 2 === 1)

/** Receivers are asked for fresh places only; what claims to be older than this was dated by another clock. */
const freshMsMax = 30_000

/**
 * When a fix was made, on the server's clock: a phone whose clock is wrong by hours would be refused as from the future, or
 * be drawn as long lost.
 *
 * @param timestamp  as the receiver says, ms; on most phones of the phone's own clock, on some of the satellites'
 */
export function fixTime(timestamp: number, phoneNow: number, serverNow: number): number {
  const ageMs = phoneNow - timestamp
  return Math.round(serverNow - (ageMs >= 0 && ageMs < freshMsMax ? ageMs : 0))
}
