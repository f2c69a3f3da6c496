/** The rules of one fix: is it possible, is it new, is it where the unit is. Pure. */
import { distanceMeters } from '#core/geo/distance.ts'
import type { Instant } from '#kernel/names.ts'

/** A place as a device told it. `fixAt` is the device's clock, `takenAt` ours. */
export type Fix = {
  readonly fixAt: Instant
  readonly takenAt: Instant
  /** The device's number; 0 when the unit itself reported. */
  readonly device: number
  readonly lon: number
  readonly lat: number
  readonly speedKmh: number | null
  readonly courseDeg: number | null
  readonly accuracyMeters: number | null
}

/** Where a unit is, and the newest place we did not believe. */
export type Track = { readonly place: Fix | null; readonly suspect: Fix | null }
export const noTrack: Track = { place: null, suspect: null }

/** A device's clock may run this far ahead of ours. */
export const futureMsMax = 60_000
/** A device that was without signal longer than this need not send what it kept. */
export const ageMsMax = 72 * 3_600_000
export const speedKmhMax = 400
export const accuracyMetersMax = 10_000

export type FixRefusal =
  | 'place-out-of-range'
  | 'place-unknown'
  | 'fix-in-future'
  | 'fix-too-old'
  | 'speed-out-of-range'
  | 'course-out-of-range'
  | 'accuracy-out-of-range'

export type Claim = {
  readonly fixAt: Instant
  readonly lon: number
  readonly lat: number
  readonly speedKmh?: number | null
  readonly courseDeg?: number | null
  readonly accuracyMeters?: number | null
}

/** Why a place can be nobody's, or undefined. */
export function wrongPlace({ lon, lat }: Pick<Claim, 'lon' | 'lat'>): FixRefusal | undefined {
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) return 'place-out-of-range'
  // A receiver that has no fix says 0, 0; nobody patrols the Gulf of Guinea.
  return lon === 0 && lat === 0 ? 'place-unknown' : undefined
}

/** Why a time cannot be right, or undefined. `ageMs` is how long history is kept, when that is shorter than usual. */
export function wrongTime({ fixAt }: Pick<Claim, 'fixAt'>, now: Instant, ageMs = ageMsMax): FixRefusal | undefined {
  if (!(fixAt <= now + futureMsMax)) return 'fix-in-future'
  return fixAt >= now - Math.min(ageMs, ageMsMax) ? undefined : 'fix-too-old'
}

/** Why what was measured beside the place cannot be right, or undefined. */
export function wrongMeasure({ speedKmh, courseDeg, accuracyMeters }: Pick<Claim, 'speedKmh' | 'courseDeg' | 'accuracyMeters'>): FixRefusal | undefined {
  if (speedKmh != null && !(speedKmh >= 0 && speedKmh <= speedKmhMax)) return 'speed-out-of-range'
  if (courseDeg != null && !(courseDeg >= 0 && courseDeg <= 360)) return 'course-out-of-range'
  return accuracyMeters != null && !(accuracyMeters >= 0 && accuracyMeters <= accuracyMetersMax) ? 'accuracy-out-of-range' : undefined
}

/** Why a fix cannot be right, or undefined. */
export const implausible = (claim: Claim, now: Instant, ageMs = ageMsMax): FixRefusal | undefined =>
  wrongPlace(claim) ?? wrongTime(claim, now, ageMs) ?? wrongMeasure(claim)

/** When the unit was there, for us: a clock that runs ahead does not make a place newer than now. */
export const placedAt = (fix: Fix): Instant => Math.min(fix.fixAt, fix.takenAt)

/** One order over all fixes of a unit, whatever order they arrive in. */
export function isNewer(a: Fix, b: Fix): boolean {
  const difference = placedAt(a) - placedAt(b) || a.fixAt - b.fixAt || a.device - b.device
  return difference > 0
}

/** Faster than this between two fixes, one of them is wrong. */
export const jumpKmh = 250
/** A place older than this is no evidence against a new one. */
export const evidenceMsMax = 10 * 60_000
/** What two receivers of unstated accuracy may be apart without anyone having moved: twice 25 m. */
const slackMeters = 25
const slackMetersMax = 100

/** Whether nobody can have gone from one to the other. The receivers' own error is allowed for. */
export function isJump(from: Fix, to: Fix): boolean {
  const elapsedMs = Math.abs(to.fixAt - from.fixAt)
  if (elapsedMs > evidenceMsMax) return false
  const slack = (fix: Fix) => Math.min(fix.accuracyMeters ?? slackMeters, slackMetersMax)
  const meters = distanceMeters(from.lon, from.lat, to.lon, to.lat) - slack(from) - slack(to)
  return meters > (jumpKmh / 3.6) * (elapsedMs / 1000)
}

/**
 * Whether a fix is to be kept but not shown.
 *
 * An impossible jump is; but when the next fix agrees with the one we did not believe, it was the old place
 * that was wrong, and the unit is there.
 */
export function isFlagged(track: Track, fix: Fix): boolean {
  const { place, suspect } = track
  if (!place || !isJump(place, fix)) return false
  const confirmed = suspect && isNewer(suspect, place) && isNewer(fix, suspect) && !isJump(suspect, fix)
  return !confirmed
}

/**
 * The track after one more fix.
 *
 * The newest unflagged fix is the place and the newest flagged one after it the suspect, so the order of arrival
 * does not matter and a late fix never moves a unit back.
 */
export function withFix(track: Track, fix: Fix, flagged: boolean): Track {
  const { place, suspect } = track
  if (place && !isNewer(fix, place)) return track
  if (flagged) return suspect && !isNewer(fix, suspect) ? track : { place, suspect: fix }
  return { place: fix, suspect: suspect && isNewer(suspect, fix) ? suspect : null }
}
