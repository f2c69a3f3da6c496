/** What the crew does next with an order, and how far it is. Pure. */
import type { AssignmentState, AssignmentView, TimerView } from '#modules/dispatch/contract.ts'

/** The states on the way of an order, in order. */
export const way = ['ordered', 'acknowledged', 'en-route', 'on-scene', 'reported', 'cleared'] as const satisfies readonly AssignmentState[]

/** What the large button asks for. */
export type Step = Exclude<(typeof way)[number], 'ordered'>

/** The state after this one; undefined where the order is over. */
export function nextStep(state: AssignmentState): Step | undefined {
  const at = (way as readonly AssignmentState[]).indexOf(state)
  return at < 0 ? undefined : (way[at + 1] as Step | undefined)
}

/** Until the crew has arrived it may say that it cannot go; after that it reports. */
export const mayRefuse = (state: AssignmentState): boolean => state === 'ordered' || state === 'acknowledged' || state === 'en-route'

/**
 * The state as the crew sees it: what the server said, carried on by what still waits in the outbox. Never
 * backward: a step that the server has passed already changes nothing.
 */
export function seenState(known: AssignmentState, waiting: readonly AssignmentState[]): AssignmentState {
  let seen = known
  for (const step of waiting) {
    if (step === 'refused') return 'refused'
    if (rank(step) > rank(seen)) seen = step
  }
  return seen
}

const rank = (state: AssignmentState) => {
  const at = (way as readonly AssignmentState[]).indexOf(state)
  return at < 0 ? way.length : at // ended early is the end
}

/** When each step was reached; a step that was jumped over has no time of its own. */
export function times(assignment: AssignmentView): readonly { readonly step: (typeof way)[number]; readonly at: number | null }[] {
  return [
    { step: 'ordered', at: assignment.orderedAt },
    { step: 'acknowledged', at: assignment.acknowledgedAt },
    { step: 'en-route', at: assignment.enRouteAt },
    { step: 'on-scene', at: assignment.onSceneAt },
    { step: 'reported', at: assignment.reportedAt },
    { step: 'cleared', at: assignment.state === 'cleared' ? assignment.endedAt : null },
  ]
}

/** The limit this assignment is under now, the earliest where there are several. */
export const limitOf = (timers: readonly TimerView[], assignment: string): TimerView | undefined =>
  timers.filter((timer) => timer.assignment === assignment).sort((a, b) => a.dueAt - b.dueAt)[0]

/** 0…1 of a limit used up; 1 and over: passed. */
export const usedUp = (timer: Pick<TimerView, 'startedAt' | 'dueAt'>, now: number): number =>
  timer.dueAt <= timer.startedAt ? 1 : Math.max(0, (now - timer.startedAt) / (timer.dueAt - timer.startedAt))
