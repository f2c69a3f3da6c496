/** What the crew sees follows from what the server said and what still waits to be sent. Pure. */
import type { AssignmentState, AssignmentView, IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { seenState } from './step.ts'
import type { Waiting } from './outbox.ts'

/** The order in hand. */
export type Order = {
  readonly incident: IncidentView
  readonly assignment: AssignmentView
  /** As the crew left it, whether sent or not. */
  readonly seen: AssignmentState
  /** The step that was tapped has not reached the server. */
  readonly isWaiting: boolean
}

/** An order that somebody else ended, until the crew has read it. */
export type EndedOrder = { readonly incident: IncidentView; readonly assignment: AssignmentView }

/** Steps of one assignment that wait in the outbox, oldest first. */
export const waitingSteps = (waiting: readonly Waiting[], assignment: string): readonly AssignmentState[] =>
  waiting
    .filter((each) => each.about.kind === 'state' && each.about.assignment === assignment)
    .map((each) => each.about.state as AssignmentState) // put there by `step` alone

/** Going on or off duty that was pressed and that the server has not taken: until then nothing has changed. */
export type WaitingShift = { readonly id: string; readonly to: 'start' | 'join' | 'end'; readonly callSign: string; readonly madeAt: number; readonly tried: boolean }

/** The last of them: what the officer wants in the end. */
export function shiftOf(waiting: readonly Waiting[]): WaitingShift | undefined {
  const last = waiting.findLast((each) => each.about.kind === 'shift')
  return last && { id: last.id, to: last.about.state as WaitingShift['to'], callSign: last.about.callSign ?? '', madeAt: last.madeAt, tried: last.tried ?? false } // put there by `shift` alone
}

/** The order that the unit is on, or none: also none once the crew has tapped the end of it. */
export function orderOf(unit: UnitView, incident: IncidentView | undefined, waiting: readonly Waiting[]): Order | undefined {
  if (!incident || !unit.assignment || unit.incident !== incident.id) return undefined
  const assignment = incident.assignments.find((each) => each.id === unit.assignment)
  if (!assignment) return undefined
  const steps = waitingSteps(waiting, assignment.id)
  const seen = seenState(assignment.state, steps)
  if (seen === 'cleared' || seen === 'refused') return undefined
  return { incident, assignment, seen, isWaiting: seen !== assignment.state }
}

/** Ids in `because` of an assignment that mean: somebody else ended it. In words they are in the catalogue, `ended.reason`. */
export const endReasonIds = ['incident-closed', 'incident-merged', 'diverted', 'undone'] as const
export type EndReasonId = (typeof endReasonIds)[number]

const isEndReason = (because: string | null): because is EndReasonId => (endReasonIds as readonly (string | null)[]).includes(because)

/**
 * Whether an order that was in hand was ended by somebody else: taken back, given another way, closed or merged.
 * What the crew itself cleared or refused is no news to it.
 */
export function isEndedByOthers(assignment: AssignmentView): boolean {
  if (assignment.state === 'cancelled' || assignment.state === 'diverted') return true
  return assignment.state === 'cleared' && isEndReason(assignment.because)
}

/** Why it ended: a known reason, or what a person wrote; undefined when nothing was said. */
export function becauseOfEnd(assignment: AssignmentView): { readonly reason: EndReasonId } | { readonly words: string } | undefined {
  if (isEndReason(assignment.because)) return { reason: assignment.because }
  return assignment.because ? { words: assignment.because } : undefined
}
