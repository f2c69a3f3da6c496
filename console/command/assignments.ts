/** Reading assignments: which still hold, what comes next, when each step was. */
import { activeStates, type AssignmentState, type AssignmentView, type IncidentView } from '#modules/dispatch/contract.ts'
import type { AskedState } from './line-types.ts'

export const isActive = (state: AssignmentState): boolean => (activeStates as readonly AssignmentState[]).includes(state)

export const activeAssignments = (incident: IncidentView): AssignmentView[] => incident.assignments.filter(({ state }) => isActive(state))

/** The step that follows, in the order of the work; null when there is none. */
export function nextState(state: AssignmentState): AskedState | null {
  switch (state) {
    case 'ordered':
      return 'acknowledged'
    case 'acknowledged':
      return 'en-route'
    case 'en-route':
      return 'on-scene'
    case 'on-scene':
      return 'reported'
    case 'reported':
      return 'cleared'
    case 'cleared':
    case 'refused':
    case 'diverted':
    case 'cancelled':
      return null
  }
}

export type Step = { readonly state: 'ordered' | 'acknowledged' | 'en-route' | 'on-scene' | 'reported'; readonly at: number | null }

/** The five steps with the times they were reached. A step that was skipped has none. */
export const stepsOf = (assignment: AssignmentView): readonly Step[] => [
  { state: 'ordered', at: assignment.orderedAt },
  { state: 'acknowledged', at: assignment.acknowledgedAt },
  { state: 'en-route', at: assignment.enRouteAt },
  { state: 'on-scene', at: assignment.onSceneAt },
  { state: 'reported', at: assignment.reportedAt },
]
