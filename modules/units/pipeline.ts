/**
 * What a position goes through, in order. Each step has a name, is counted, and — but for the ones that guard people — may be left
 * out for a device that needs it. Pure; `take-positions.ts` and `intake.ts` run it.
 */
import { toWgs84 } from '#core/geo/shifted.ts'
import type { Instant } from '#kernel/names.ts'
import type { NewPosition } from './contract.ts'
import { wasOnDuty, type Duty } from './duty.ts'
import { isFlagged, wrongMeasure, wrongPlace, wrongTime, type Fix, type FixRefusal, type Track } from './fix.ts'

/** A position on its way in: whose it is, what is known of its device, and what the steps so far made of it. */
export type Passing = {
  readonly duty: Duty
  readonly now: Instant
  /** How old a fix may be and still be kept, ms. */
  readonly ageMs: number
  readonly position: NewPosition
}
export type Stopped =
  /** Answered well and kept nowhere. */
  | { readonly discard: StepName }
  | { readonly reject: FixRefusal; readonly step: StepName }

type Step = { readonly name: StepName; readonly take: (passing: Passing) => Passing | Stopped }

/** Every step, in order. What `authenticate` stops may be nobody's: then it is counted for the house alone. */
export const stepNames = ['authenticate', 'on-duty', 'time', 'coordinates', 'range', 'outlier', 'duplicate', 'history', 'live', 'fences', 'visits'] as const
export type StepName = (typeof stepNames)[number]

/** What a device may be spared. The others guard people or the record. */
export const stepsThatMayBeLeftOut = ['time', 'coordinates', 'outlier', 'fences', 'visits'] as const satisfies readonly StepName[]
export type OptionalStep = (typeof stepsThatMayBeLeftOut)[number]

const isPlausibleTime = ({ position, now, ageMs }: Passing) => wrongTime(position, now, ageMs) === undefined

/** What can be said of a position by itself. */
const alone: readonly Step[] = [
  {
    // Before anything else is looked at. A time that cannot be right proves nothing: then it counts whether anybody is on duty now.
    name: 'on-duty',
    take: (passing) =>
      wasOnDuty(passing.duty, isPlausibleTime(passing) ? Math.round(passing.position.fixAt) : passing.now) ? passing : { discard: 'on-duty' },
  },
  { name: 'time', take: (passing) => rejectedOr(passing, 'time', wrongTime(passing.position, passing.now, passing.ageMs)) },
  {
    name: 'coordinates',
    take(passing) {
      if (passing.position.crs === undefined || wrongPlace(passing.position)) return passing // the next step says so
      const { crs, ...position } = passing.position
      const [lon, lat] = toWgs84(crs, position.lon, position.lat)
      return { ...passing, position: { ...position, lon, lat } }
    },
  },
  // After the coordinates: the shifted systems have no sense near the poles.
  { name: 'range', take: (passing) => rejectedOr(passing, 'range', wrongPlace(passing.position)) },
  { name: 'outlier', take: (passing) => rejectedOr(passing, 'outlier', wrongMeasure(passing.position)) },
]

const rejectedOr = (passing: Passing, step: StepName, reject: FixRefusal | undefined): Passing | Stopped => (reject ? { reject, step } : passing)

/** Run the steps that need nothing but the position itself. */
export function passAlone(passing: Passing, leftOut: readonly StepName[]): Passing | Stopped {
  let now: Passing = leftOut.includes('outlier') ? { ...passing, position: withoutWrongMeasures(passing.position) } : passing
  // A clock that nobody can set, as of receivers whose weeks have run over: what it sends is of when it comes.
  if (leftOut.includes('time')) now = { ...now, position: { ...now.position, fixAt: now.now } }
  for (const { name, take } of alone) {
    if (leftOut.includes(name)) continue
    const after = take(now)
    if (!('position' in after)) return after
    now = after
  }
  return now
}

/** A device whose speedometer is broken still has a place. */
function withoutWrongMeasures({ speedKmh, courseDeg, accuracyMeters, ...rest }: NewPosition): NewPosition {
  const kept = Object.entries({ speedKmh, courseDeg, accuracyMeters }).filter(([name, value]) => value !== undefined && !wrongMeasure({ [name]: value }))
  return { ...rest, ...Object.fromEntries(kept) }
}

/** The last of `outlier`, which needs the track so far: an impossible jump is kept and not shown. */
export const isOutlier = (track: Track, fix: Fix, leftOut: readonly StepName[]): boolean => !leftOut.includes('outlier') && isFlagged(track, fix)

/** Positions that a step stopped, or that were spared it at `fences` and `visits`. */
export type StepCounts = Readonly<Record<StepName, number>>
export const noCounts = (): Record<StepName, number> => Object.fromEntries(stepNames.map((name) => [name, 0])) as Record<StepName, number>
