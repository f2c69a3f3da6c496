/** The simulated dispatcher: helps where nobody else does, and never takes work out of a person's hands. Pure. */
import type { AssignmentView, IncidentView } from '#modules/dispatch/contract.ts'
import { activeStates } from '#modules/dispatch/contract.ts'

export type DeskAct =
  | { readonly act: 'send'; readonly incident: string }
  | { readonly act: 'close'; readonly incident: string }

/** What the desk knows beside the incident itself. */
export type DeskFacts = {
  readonly now: number
  /** Whether a name in a view is one of the simulator's own. */
  readonly ours: (name: string) => boolean
  /** How many units such an incident takes. */
  readonly unitsFor: (incident: IncidentView) => number
  /** Incidents the desk sees to at once: the town was busy before anybody looked. */
  readonly prompt: (incident: string) => boolean
  readonly speed: number
}

/** Up to this speed people get their full time: a person is no faster in a town that is. Beyond it nobody could follow anyway. */
const speedForPeople = 5

/** Seconds that an incident is left alone: at speed 1 where only the simulator is concerned, ours where a person may want to act. */
export const patience = {
  /** Nobody touched it since it came in. */
  untouched: 45,
  /** A person took it in or worked on it. */
  person: 180,
  prompt: 1,
  /** Its crew could not come. */
  refused: 8,
  /** Between the first and the second unit. */
  reinforce: 6,
  closing: 12,
  closingPerson: 120,
  handedOver: 600,
} as const

export const isActive = (assignment: AssignmentView): boolean => (activeStates as readonly string[]).includes(assignment.state)

/** Waits for its first unit, or for another after a refusal: not for somebody to file it away. */
export const waitsForUnit = (incident: IncidentView): boolean =>
  (incident.status === 'waiting' || incident.status === 'active') && !incident.assignments.some((each) => isActive(each) || each.state === 'cleared')

/** What the desk does about one incident now; undefined: leaves it alone. */
export function deskNext(incident: IncidentView, facts: DeskFacts): DeskAct | undefined {
  if (incident.status === 'closed') return undefined
  const ours = (seconds: number) => seconds / facts.speed
  const people = (seconds: number) => seconds / Math.max(1, facts.speed / speedForPeople)
  const quiet = (facts.now - incident.changedAt) / 1000
  const person = !facts.ours(incident.openedBy) || incident.assignments.some((each) => !facts.ours(each.orderedBy))
  if (incident.status === 'handed-over') return quiet >= people(patience.handedOver) ? { act: 'close', incident: incident.id } : undefined

  if (waitsForUnit(incident)) {
    const limit = person
      ? people(patience.person)
      : facts.prompt(incident.id)
        ? ours(patience.prompt)
        : incident.assignments.some((each) => each.state === 'refused')
          ? ours(patience.refused)
          : people(patience.untouched)
    // An alert (limit passed) changes the incident but is nobody's hand on it: what counts is its age, or the last order's end
    const touchedAt = Math.max(incident.openedAt, ...incident.assignments.map((each) => each.endedAt ?? each.stateSince))
    return (facts.now - touchedAt) / 1000 >= limit ? { act: 'send', incident: incident.id } : undefined
  }

  const active = incident.assignments.filter(isActive)
  const finished = incident.assignments.filter((each) => each.state === 'cleared' || each.state === 'reported')
  if (active.every((each) => each.state === 'reported') && finished.length > 0) {
    return quiet >= (person ? people(patience.closingPerson) : ours(patience.closing)) ? { act: 'close', incident: incident.id } : undefined
  }
  // a person who sent one unit meant one unit
  if (!person && finished.length === 0 && active.length < facts.unitsFor(incident) && quiet >= ours(patience.reinforce)) {
    return { act: 'send', incident: incident.id }
  }
  return undefined
}
