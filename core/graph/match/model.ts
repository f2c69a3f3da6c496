/** What is believed of fixes and of the ways between them (Newson & Krumm 2009, with what receivers in vehicles do besides). */

export type Fix = {
  readonly lon: number
  readonly lat: number
  /** Milliseconds since any beginning. */
  readonly ms: number
  /** Standard deviation the receiver claims, metres. */
  readonly accuracyMeters?: number
  /** Direction of travel, degrees clockwise from north; believed above walking pace. */
  readonly headingDegrees?: number
  readonly metersPerSecond?: number
}

/** How many roads a fix is thought to be on at most; each has two directions. */
export const ROADS_MAX = 10
export const STATES_MAX = 2 * ROADS_MAX
/** Chains less likely than the best by e to this are given up. */
export const HOPELESS = 80

/** Standard deviation of a fix, metres: what it claims, within reason. */
export const sigmaOf = (fix: Fix, sigmaMeters: number): number => (saysAccuracy(fix) ? Math.min(50, Math.max(3, fix.accuracyMeters!)) : sigmaMeters)
export const saysAccuracy = (fix: Fix): boolean => fix.accuracyMeters !== undefined && fix.accuracyMeters > 0

/** How a fix so many standard deviations off a road speaks for it. Beyond 2.5 of a heavier tail: near tall houses fixes stray together. */
export const placeScore = (z: number): number => (z <= 2.5 ? -0.5 * z * z : -3.125 - 2.5 * (z - 2.5) * 0.6)

/** Whether a fix says which way it goes: the vehicle moves. */
export const hasHeading = (fix: Fix): boolean => fix.headingDegrees !== undefined && Number.isFinite(fix.headingDegrees) && (fix.metersPerSecond ?? 3) >= 2

/** Direction against the road's: like a standard deviation of 35°, but never decisive alone. */
export function headingScore(headingDegrees: number, bearing: number): number {
  const off = Math.abs((((headingDegrees - bearing) % 360) + 540) % 360 - 180)
  return -Math.min(4.5, 0.5 * (off / 35) ** 2)
}

/** From one fix to the next. */
export type Step = {
  /** Straight. */
  readonly meters: number
  /** How far the way on the road and the straight line differ as a rule, metres. */
  readonly beta: number
  /** How much of a witness the fix is. Errors of fixes close in time are of one piece: many of them are not many witnesses. */
  readonly weight: number
  /** Ways of a higher cost are not believed, millimetres. */
  readonly limitMm: number
  /** So much behind where it was, the vehicle stands: it is the noise that moved. */
  readonly backMm: number
}

/** @param noise  the standard deviations of both fixes, metres; `reach`: as far as the vehicle can have come */
export function stepOf(meters: number, seconds: number, noise: number, reach: number): Step {
  const beta = 3 + 0.15 * noise + 0.05 * meters + 0.1 * seconds
  return {
    meters,
    beta,
    weight: Math.min(1, Math.max(0.2, seconds / 5)),
    limitMm: 1000 * Math.min(reach + 60, meters + 60 + Math.max(140, 20 * beta)),
    backMm: backMmOf(noise),
  }
}
export const backMmOf = (noise: number): number => 1000 * Math.min(1.5 * noise, 40)

/**
 * How much less likely a way of this cost is. `behindMm`: how far behind its start it ends, where that is taken for standing still;
 * what that hides counts as well.
 */
export const wayScore = (step: Step, costMm: number, behindMm: number): number => -(Math.abs(costMm / 1000 - step.meters) + behindMm / 1000) / step.beta
