/** The rules of an assignment 派警: who may be sent, and how an order goes on. Pure. */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { AssignmentId, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import type { UnitFacts } from '#modules/units/contract.ts'
import type { AssignmentState, DispatchEvent } from './contract.ts'
import { activeOf, leftBy, type Assignment, type Incident } from './incident.ts'
import { isActive, limitSeconds, nextLimit } from './limits.ts'

/** The unit's one active assignment, where it has one. */
export type Commitment = { readonly assignment: AssignmentId; readonly incident: IncidentId; readonly number: number; readonly agency: string }

export type AssignRefusal = 'incident-closed' | 'incident-handed-over' | 'unit-off-duty' | 'unit-committed'

/**
 * Send a unit. A repeated click sends nobody twice: the answer is the assignment that is there already.
 * A unit with an old fix may be sent — the dispatcher may know by radio where it is — but is never recommended.
 */
export function assign(
  state: Incident,
  unit: UnitFacts,
  elsewhere: Commitment | undefined,
  order: { readonly assignment: AssignmentId; readonly arriveSeconds: number },
  at: Instant,
): Decision<DispatchEvent, AssignRefusal> {
  if (state.status === 'closed') return refuse('incident-closed', { number: state.number })
  if (state.status === 'handed-over') return refuse('incident-handed-over', { number: state.number })
  if (activeOf(state).some((each) => each.unit === unit.id)) return accept()
  if (!unit.onDuty) return refuse('unit-off-duty', { callSign: unit.callSign })
  if (elsewhere) return refuse('unit-committed', { callSign: unit.callSign, number: elsewhere.number })
  return accept<DispatchEvent>({
    type: 'unit-assigned',
    at,
    assignment: order.assignment,
    unit: unit.id,
    callSign: unit.callSign,
    acknowledgeDueAt: at + limitSeconds.acknowledge * 1000,
    arriveSeconds: order.arriveSeconds,
  })
}

/** Take a unit off an incident because it goes to another. */
export function divert(state: Incident, unit: UnitId, at: Instant): readonly DispatchEvent[] {
  const present = activeOf(state).find((each) => each.unit === unit)
  return present ? [changed(state, present, 'diverted', 'diverted', at)] : []
}

const rank: Readonly<Record<AssignmentState, number>> = {
  ordered: 0,
  acknowledged: 1,
  'en-route': 2,
  'on-scene': 3,
  reported: 4,
  cleared: 5,
  refused: 5,
  diverted: 5,
  cancelled: 5,
}

export type Asked = 'acknowledged' | 'en-route' | 'on-scene' | 'reported' | 'cleared' | 'refused' | 'cancelled'
export type ChangeRefusal =
  | 'assignment-not-found'
  | 'assignment-cancelled'
  | 'assignment-diverted'
  | 'assignment-refused'
  | 'assignment-cleared'
  | 'assignment-further'
  | 'assignment-not-there-yet'
  | 'assignment-under-way'
  | 'not-allowed'

/**
 * An order goes on. `by` the crew itself, or by the watch room on its behalf (they spoke on the radio).
 *
 * Asking for what already is changes nothing: officers tap twice, phones send late. Steps may be skipped forward
 * (nobody is made to tap "on my way" at the scene); backward is only for undo.
 */
export function changeAssignment(
  state: Incident,
  id: AssignmentId,
  asked: { readonly state: Asked; readonly note: string; readonly by: 'crew' | 'watch-room' },
  at: Instant,
): Decision<DispatchEvent, ChangeRefusal> {
  const present = state.assignments.find((each) => each.id === id)
  if (!present) return refuse('assignment-not-found')
  if (present.state === asked.state) return accept()
  if (!isActive(present.state)) return ended(present)

  const { callSign } = present
  switch (asked.state) {
    case 'cancelled':
      if (asked.by === 'crew') return refuse('not-allowed')
      return accept(changed(state, present, 'cancelled', asked.note || null, at))
    case 'refused':
      if (rank[present.state] >= rank['on-scene']) return refuse('assignment-under-way', { callSign })
      return accept(changed(state, present, 'refused', asked.note || null, at))
    case 'cleared':
      if (asked.by === 'crew' && rank[present.state] < rank['on-scene']) return refuse('assignment-not-there-yet', { callSign })
      break
    default:
      if (rank[asked.state] < rank[present.state]) {
        // A phone that was out of reach sends its steps late; a dispatcher who asks for it means something else.
        return asked.by === 'crew' ? accept() : refuse('assignment-further', { callSign })
      }
  }
  const step = changed(state, present, asked.state, null, at)
  return asked.note ? accept<DispatchEvent>(step, { type: 'note-added', at, text: asked.note }) : accept(step)
}

/** It is over already, and the crew must know how. */
function ended(present: Assignment) {
  switch (present.state) {
    case 'cancelled':
      return refuse('assignment-cancelled', { callSign: present.callSign, because: present.because ?? '' })
    case 'diverted':
      return refuse('assignment-diverted', { callSign: present.callSign })
    case 'refused':
      return refuse('assignment-refused', { callSign: present.callSign })
    default:
      return refuse('assignment-cleared', { callSign: present.callSign })
  }
}

/** The event of one assignment's step, with the limit it starts and what it leaves behind. */
export function changed(state: Incident, present: Assignment, to: AssignmentState, because: string | null, at: Instant): DispatchEvent {
  return {
    type: 'assignment-changed',
    at,
    assignment: present.id,
    unit: present.unit,
    state: to,
    was: present.state,
    because,
    next: nextLimit(to, present.orderedAt, present.arriveSeconds, at),
    left: isActive(to) ? null : leftBy(state, present.id, to, at),
  }
}

/**
 * What follows on `target` when `source` is merged into it: its units go on here in the state they are in. They are
 * at the same place for the same thing: nobody has to answer a second order.
 */
export function carryOver(
  source: Incident,
  target: Incident,
  ids: (assignment: Assignment) => AssignmentId,
  arriveSeconds: number,
  at: Instant,
): readonly DispatchEvent[] {
  const events: DispatchEvent[] = [{ type: 'incident-joined', at, from: source.id, number: source.number, day: source.day }]
  for (const each of activeOf(source)) {
    const carried: Assignment = { ...each, id: ids(each), state: 'ordered', orderedAt: at, arriveSeconds, because: null }
    events.push({
      type: 'unit-assigned',
      at,
      assignment: carried.id,
      unit: carried.unit,
      callSign: carried.callSign,
      acknowledgeDueAt: at + limitSeconds.acknowledge * 1000,
      arriveSeconds,
    })
    if (each.state !== 'ordered') events.push(changed(target, carried, each.state, null, at))
  }
  return events
}
