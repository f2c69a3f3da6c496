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

/** The constants of the model. `bench/matching.ts` shows how little hangs on each. */
export type Beliefs = {
  /** Beyond so many standard deviations off a road, a fix speaks against it by so much for each further one: the tail is heavier than normal. */
  readonly tailSigmas: number
  readonly tailSlope: number
  /** A road against which a fix speaks by e to this more than against another is not thought of. */
  readonly unlikely: number
  /** How far the way on the road and the straight line differ as a rule, metres: always, for each metre of noise, each straight metre, each second. */
  readonly betaMeters: number
  readonly betaNoise: number
  readonly betaStraight: number
  readonly betaSeconds: number
  /** Errors of fixes close in time are of one piece: a fix is a whole witness only after so many seconds, and at least this share of one. */
  readonly witnessSeconds: number
  readonly witnessMin: number
  /** A way is not believed that is longer than the straight line by so many metres and so many times what is the rule. */
  readonly detourMeters: number
  readonly detourBetas: number
  /** What turning round where others drive on counts as road. */
  readonly turningMeters: number
  /** So much behind where it was, in metres for each metre of noise and at most, the vehicle stands: it is the noise that moved. */
  readonly behindNoise: number
  readonly behindMetersMax: number
  /** Chains less likely than the best by e to this are given up. */
  readonly hopeless: number
  /** A fix that makes the best chain less likely by e to this is thought to be wild. */
  readonly wild: number
  /** Within so many metres, or standard deviations, of where it was, the vehicle stands. */
  readonly stillMeters: number
  readonly stillSigmas: number
  /** Who has not moved for so long is parked, and moves only by so many standard deviations. */
  readonly parkedMs: number
  readonly parkedSigmas: number
}

export const beliefs: Beliefs = {
  tailSigmas: 2.5,
  tailSlope: 1.5,
  unlikely: 10,
  betaMeters: 3,
  betaNoise: 0.15,
  betaStraight: 0.05,
  betaSeconds: 0.1,
  witnessSeconds: 5,
  witnessMin: 0.2,
  detourMeters: 200,
  detourBetas: 20,
  turningMeters: 60,
  behindNoise: 1.5,
  behindMetersMax: 40,
  hopeless: 80,
  wild: 14,
  stillMeters: 8,
  stillSigmas: 1.5,
  parkedMs: 20_000,
  parkedSigmas: 4,
}

/** Standard deviation of a fix, metres: what it claims, within reason. */
export const sigmaOf = (fix: Fix, sigmaMeters: number): number => (saysAccuracy(fix) ? Math.min(50, Math.max(3, fix.accuracyMeters!)) : sigmaMeters)
export const saysAccuracy = (fix: Fix): boolean => fix.accuracyMeters !== undefined && fix.accuracyMeters > 0

/** How a fix so many standard deviations off a road speaks for it. The tail is heavy, for near tall houses fixes stray together. */
export const placeScore = (z: number, { tailSigmas, tailSlope }: Beliefs): number =>
  z <= tailSigmas ? -0.5 * z * z : -0.5 * tailSigmas * tailSigmas - tailSlope * (z - tailSigmas)

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
  /** How much of a witness the fix is. */
  readonly weight: number
  /** Ways of a higher cost are not believed, millimetres. */
  readonly limitMm: number
  /** So much behind where it was, the vehicle stands: it is the noise that moved. */
  readonly backMm: number
}

/** @param noise  the standard deviations of both fixes, metres; `reach`: as far as the vehicle can have come */
export function stepOf(meters: number, seconds: number, noise: number, reach: number, model: Beliefs): Step {
  const beta = model.betaMeters + model.betaNoise * noise + model.betaStraight * meters + model.betaSeconds * seconds
  return {
    meters,
    beta,
    weight: Math.min(1, Math.max(model.witnessMin, seconds / model.witnessSeconds)),
    limitMm: 1000 * Math.min(reach + 60, meters + Math.max(model.detourMeters, 60 + model.detourBetas * beta)),
    backMm: backMmOf(noise, model),
  }
}
export const backMmOf = (noise: number, model: Beliefs): number => 1000 * Math.min(model.behindNoise * noise, model.behindMetersMax)

/**
 * How much less likely a way of this cost is. `behindMm`: how far behind its start it ends, where that is taken for standing still;
 * what that hides counts as well.
 */
export const wayScore = (step: Step, costMm: number, behindMm: number): number => -(Math.abs(costMm / 1000 - step.meters) + behindMm / 1000) / step.beta
