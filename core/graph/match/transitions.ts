/** The best way from the states of one fix to each road near the next: Viterbi's step. */
import type { Streets } from '../streets.ts'
import type { Ground } from './ground.ts'
import { STATES_MAX, wayScore, type Beliefs, type Fix, type Step } from './model.ts'

/** States one after the other: where, and how likely the best chain that ends there. */
export type States = {
  readonly piece: Uint32Array
  readonly along: Float64Array
  /** A logarithm; −∞: given up. */
  readonly score: Float64Array
  /** Metres from the fix. */
  readonly off: Float64Array
}

/** For each candidate at hand: the score of the best chain, the state it comes from, the piece it ends on. Valid until the next step. */
export type Reached = {
  readonly score: Float64Array
  readonly prior: Int32Array
  readonly piece: Uint32Array
  /** Of all, −∞ when none is reached. */
  best: number
}

/**
 * Take the states from `first` to, not including, `end` to the candidates at hand. A chain that is worse than the best by `hopeless` or
 * more may be left out.
 *
 * The states are taken best first, so that soon little road can still better what was found: each search ends where that is sure.
 * Where a better state came to a crossing sooner, what goes on from there is its; only ways that are too short might be told apart, so
 * it must be better by as much as being too short can count.
 * O(states × (candidates + links of the searches)).
 */
export function createTransitions({ network }: Streets, { ways, candidates, copyFirst }: Ground) {
  const { arcPiece, copyArc, copyPiece } = network
  const hasCopies = copyArc.length > 0
  const { arc: candidateArc, along: candidateAlong, score: candidateScore } = candidates
  const reached: Reached = { score: new Float64Array(STATES_MAX), prior: new Int32Array(STATES_MAX), piece: new Uint32Array(STATES_MAX), best: -Infinity }
  const { score: bestScore, prior: bestPrior, piece: bestPiece } = reached
  const order = new Int32Array(STATES_MAX)

  return (states: States, first: number, end: number, fix: Fix, step: Step, { hopeless, turningMeters, unlikely }: Beliefs): Reached => {
    const count = candidates.count
    const { meters, beta, weight, limitMm, backMm } = step
    const statePiece = states.piece
    const stateAlong = states.along
    const stateScore = states.score
    const stateOff = states.off
    // No way to a candidate is shorter than the straight line by more than this, so no score is lower by being too short.
    const short = (off: number) => off + candidates.meters + 1 + 0.005 * meters
    let sources = 0
    for (let i = first; i < end; i++) {
      const score = stateScore[i]!
      if (score === -Infinity) continue
      let at = sources++
      for (; at > 0 && stateScore[order[at - 1]!]! < score; at--) order[at] = order[at - 1]!
      order[at] = i
    }
    for (let j = 0; j < count; j++) bestScore[j] = -Infinity
    let least = -Infinity
    for (let j = 0; j < count; j++) least = Math.max(least, candidateScore[j]! - unlikely / weight)
    let best = -Infinity
    ways.aim(fix.lon, fix.lat, candidates.meters + 1)
    for (let k = 0; k < sources; k++) {
      const i = order[k]!
      const base = stateScore[i]!
      const piece = statePiece[i]!
      const along = stateAlong[i]!
      let isStarted = false
      for (let j = 0; j < count; j++) {
        if (candidateScore[j]! < least) continue
        const there = base + weight * candidateScore[j]!
        const beaten = bestScore[j]! > best - hopeless ? bestScore[j]! : best - hopeless
        if (there <= beaten) continue
        // a way so long that what was found is better needs no search
        const costMax = Math.min(limitMm, 1000 * (meters + beta * (there - beaten)) + 1)
        if (!isStarted) ways.start(piece, along, limitMm, 1000 * turningMeters, base, base - short(stateOff[i]!) / beta)
        isStarted = true
        const arc = candidateArc[j]!
        const to = candidateAlong[j]!
        let other = arcPiece[arc]!
        for (let copy = hasCopies ? copyFirst(arc) : -1; ; ) {
          const cost = ways.costTo(other, to, backMm, costMax)
          if (cost !== Infinity) {
            const score = there + wayScore(step, cost, cost === 0 && other === piece && to < along ? along - to : 0)
            if (score > bestScore[j]!) {
              bestScore[j] = score
              bestPrior[j] = i
              bestPiece[j] = other
              if (score > best) best = score
            }
          }
          if (copy < 0 || copyArc[copy] !== arc) break
          other = copyPiece[copy++]!
        }
      }
    }
    reached.best = best
    return reached
  }
}
