/** How a crew answers an order: sooner or later, mostly yes, with a word from the scene. Pure; all seconds are at the town's speed. */
import type { AssignmentState, AskedState } from '#modules/dispatch/contract.ts'
import type { Static } from 'typebox'
import { between, pick, sourceFor } from './draw.ts'

/** What this crew will do about this one order: drawn once, so the same seed tells the same story. */
export type Temper = {
  readonly refuses: { readonly zh: string; readonly en: string } | undefined
  /** From the order to the acknowledgement (or refusal). */
  readonly answerSeconds: number
  /** From the acknowledgement to driving off. */
  readonly moveSeconds: number
  /** From standing at the place to saying so. */
  readonly arriveSeconds: number
  /** From saying so to the report. */
  readonly sceneSeconds: number
  /** From the report to being free again. */
  readonly leaveSeconds: number
}

const excuses = [
  { zh: '车辆故障，无法出警。', en: 'The car has broken down.' },
  { zh: '正在护送群众就医，走不开。', en: 'Taking somebody to hospital; cannot leave.' },
]

/**
 * Most answer in seconds. One in twelve is slow enough for the timer to run out and one in forty cannot come, so that
 * whoever tries the watch room sees what it does then.
 *
 * @param guest  a person holds this crew's phone: the crew acts by itself only after giving that person time
 * @param brisk  the town was in the middle of this before anybody looked: no waiting for the first steps
 */
export function temperOf(
  seed: number,
  callSign: string,
  incident: number,
  options: { readonly speed: number; readonly onSceneSeconds: number; readonly guest: boolean; readonly brisk?: boolean },
): Temper {
  const random = sourceFor(seed, 'temper', callSign, incident)
  const { speed, guest } = options
  const slow = random()
  if (options.brisk && !guest) {
    const [answerSeconds, moveSeconds, arriveSeconds] = [between(random, [1, 3]), between(random, [2, 5]), between(random, [2, 4])]
    return { refuses: undefined, answerSeconds, moveSeconds, arriveSeconds, sceneSeconds: options.onSceneSeconds / speed, leaveSeconds: 30 / speed }
  }
  const answer = slow < 0.08 ? between(random, [34, 55]) : between(random, [4, 16])
  const move = slow > 0.95 ? between(random, [63, 85]) : between(random, [5, 20])
  const refuses = random() < 0.025 && !guest ? pick(random, excuses) : undefined
  const onScene = options.onSceneSeconds * between(random, [0.85, 1.15])
  const long = random() < 0.04 ? 300 : 0 // past the limit for settling on the street
  const wait = (seconds: number, patience: number) => (guest ? Math.max(seconds, patience) : seconds) / speed
  return {
    refuses,
    answerSeconds: wait(answer, 60),
    moveSeconds: wait(move, 45),
    arriveSeconds: wait(between(random, [3, 8]), 60),
    sceneSeconds: wait(onScene + long, 240),
    leaveSeconds: wait(between(random, [20, 45]), 90),
  }
}

export type OfficerFacts = {
  readonly state: AssignmentState
  /** Seconds since the order is in this state. */
  readonly forSeconds: number
  /** Seconds since the crew stands at the place; undefined while it does not. */
  readonly thereSeconds: number | undefined
}

/** The next button the crew presses now; undefined: nothing yet. */
export function officerNext(facts: OfficerFacts, temper: Temper): Static<typeof AskedState> | undefined {
  const { state, forSeconds, thereSeconds } = facts
  switch (state) {
    case 'ordered':
      if (forSeconds < temper.answerSeconds) return undefined
      return temper.refuses ? 'refused' : 'acknowledged'
    case 'acknowledged':
      return forSeconds >= temper.moveSeconds ? 'en-route' : undefined
    case 'en-route':
      return thereSeconds !== undefined && thereSeconds >= temper.arriveSeconds ? 'on-scene' : undefined
    case 'on-scene':
      return forSeconds >= temper.sceneSeconds ? 'reported' : undefined
    case 'reported':
      return forSeconds >= temper.leaveSeconds ? 'cleared' : undefined
    case 'cleared':
    case 'refused':
    case 'diverted':
    case 'cancelled':
      return undefined
  }
}
