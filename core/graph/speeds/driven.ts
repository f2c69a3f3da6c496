/** From matched tracks to what they say of speeds: how much longer, or shorter, than the profile somebody was on each arc. */
import type { Matched, Passage } from '../match/passages.ts'
import { CLOSED, NONE } from '../road-graph.ts'
import type { Streets } from '../streets.ts'

/** One arc driven once. */
export type Driven = {
  readonly arc: number
  /** When it was left, ms as the fixes had it. */
  readonly ms: number
  /** ln of the time taken by the time of the profile, turns aside; 0 is as the profile has it, 0.69 twice as long. */
  readonly logRatio: number
  /** How much this says: 1 from 100 metres on, less on a shorter arc, where the receiver's noise is most of it. */
  readonly weight: number
}

/** An arc counts when at least so much of it was driven … */
const SHARE_MIN = 0.8
/** … and it is at least so long: on less, noise is everything. */
const MM_MIN = 20_000
const MM_FULL = 100_000
/** Who takes so much longer than the profile stood there for a reason that is not the road's, ms. */
const STOP_MS = 120_000
/** One drive says no more than this, either way. */
export const LOG_RATIO_MAX = Math.log(4)

/**
 * @param streets  those the track was matched on, at the profile's speeds
 * @param teaches  whether somebody on the road between these times was travelling to get somewhere
 *
 * The first and the last arc of an unbroken run are left out: nobody knows when they were entered or left. Turns cost what the
 * profile says and are taken off, so that they are not counted twice. O(matched).
 */
export function drivenOf(streets: Streets, matched: readonly Matched[], teaches: (fromMs: number, toMs: number) => boolean): Driven[] {
  const { graph, network } = streets
  const driven: Driven[] = []
  for (let i = 1; i + 1 < matched.length; i++) {
    const [before, here, after] = [matched[i - 1]!, matched[i]!, matched[i + 1]!]
    if (before.kind === 'gap' || here.kind === 'gap' || after.kind === 'gap') continue
    const whole = graph.edgeMillimeters[here.arc >>> 1]!
    const profileMs = network.arcMs[here.arc]!
    const gone = here.toMm - here.fromMm
    if (profileMs === CLOSED || whole < MM_MIN || gone < SHARE_MIN * whole) continue
    if (!teaches(here.enterMs, here.leaveMs)) continue
    const expected = (profileMs * gone) / whole
    const turn = turnMs(streets, before, here)
    const taken = here.leaveMs - here.enterMs
    if (taken - turn - expected > STOP_MS) continue
    // who was quicker round the corner than the profile thinks was at least not slower on the road
    const ratio = Math.log(Math.max(taken - turn, taken / 2, 1) / expected)
    driven.push({ arc: here.arc, ms: here.leaveMs, logRatio: Math.max(-LOG_RATIO_MAX, Math.min(LOG_RATIO_MAX, ratio)), weight: Math.min(1, whole / MM_FULL) })
  }
  return driven
}

/** What the profile says the turn from one arc into the next costs, ms; 0 where it knows no such turn. */
function turnMs({ network }: Streets, before: Passage, here: Passage): number {
  const [from, to] = [network.arcPiece[before.arc]!, network.arcPiece[here.arc]!]
  if (from === NONE || to === NONE) return 0
  const link = network.pieceLink[from]!
  if (network.pieceLink[to] === link) return to === from + 1 ? network.pieceTurnMs[to]! : 0
  const [vertex, next] = [network.linkVertex[link]!, network.linkVertex[network.pieceLink[to]!]!]
  for (let step = network.stepStarts[vertex]!; step < network.stepStarts[vertex + 1]!; step++) {
    if (network.stepLink[step] === link && network.stepHead[step] === next) return network.stepTurnMs[step]!
  }
  return 0
}
