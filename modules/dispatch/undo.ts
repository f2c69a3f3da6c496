/**
 * Undo 撤销: for ten seconds, the one who did it can take it back. Nothing is erased: the opposite is done, and both
 * stay in the log. What others have built on meanwhile is not pulled away under them. Pure.
 */
import { refuse, type Refused } from '#kernel/decision.ts'
import type { AccountId, AgencyPath, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import { changed } from './assignment.ts'
import { undoMs, type DispatchEvent } from './contract.ts'
import { activeOf, handOver, incident, reopen, same, type Incident, type IncidentFacts } from './incident.ts'
import { isActive } from './limits.ts'

/** What a command did, by incident. */
export type CommandRecord = {
  readonly account: AccountId
  readonly at: Instant
  readonly parts: readonly { readonly incident: IncidentId; readonly events: readonly DispatchEvent[] }[]
}

export type UndoRefusal = 'undo-too-late' | 'undo-overtaken' | 'undo-not-possible' | 'undo-not-yours'

/** Who may undo, and until when. */
export function mayUndo(record: CommandRecord, account: AccountId, at: Instant): Refused<UndoRefusal> | undefined {
  if (record.account !== account) return refuse('undo-not-yours')
  if (at - record.at > undoMs) return refuse('undo-too-late', { seconds: undoMs / 1000 })
  return undefined
}

/** Units that an undo would put back on an order: they must be free for it. */
export const unitsToRestore = (record: CommandRecord): readonly UnitId[] => [
  ...new Set(
    record.parts
      .flatMap((part) => part.events)
      .flatMap((event) => (event.type === 'assignment-changed' && !isActive(event.state) && isActive(event.was) ? [event.unit] : [])),
  ),
]

/** Parts in the order to undo them: orders given are withdrawn before the unit's former ones are restored. */
export const undoOrder = (record: CommandRecord) => [
  ...record.parts.filter((part) => part.events.some((event) => event.type === 'unit-assigned')),
  ...record.parts.filter((part) => !part.events.some((event) => event.type === 'unit-assigned')),
]

/** The opposite of what a command did to one incident. */
export function undo(
  state: Incident,
  events: readonly DispatchEvent[],
  isFree: (unit: UnitId) => boolean,
  at: Instant,
): { readonly events: readonly DispatchEvent[] } | Refused<UndoRefusal> {
  const given = new Set(events.flatMap((event) => (event.type === 'unit-assigned' ? [event.assignment] : [])))
  const opposite: DispatchEvent[] = []
  let now = state
  for (const event of events.toReversed()) {
    // A step of an order that this very command gave goes with the order.
    if (event.type === 'assignment-changed' && given.has(event.assignment)) continue
    const answer = reverse(now, event, isFree, at)
    if ('refused' in answer) return answer
    opposite.push(...answer.events)
    now = answer.events.reduce(incident.evolve, now)
  }
  return { events: opposite }
}

/** The chief event of a command, for the log: what a person would say was undone. */
export function chiefOf(record: CommandRecord): DispatchEvent['type'] {
  const order: readonly DispatchEvent['type'][] = ['incident-opened', 'incident-closed', 'incident-reopened', 'incident-handed-over', 'unit-assigned']
  const types = record.parts.flatMap((part) => part.events).map((event) => event.type)
  return order.find((type) => types.includes(type)) ?? types[0] ?? 'note-added'
}

const overtaken = (state: Incident) => refuse('undo-overtaken' as const, { number: state.number })
const events = (...all: DispatchEvent[]) => ({ events: all })
const handBack = (state: Incident, to: AgencyPath, note: string, at: Instant) => {
  const decision = handOver(state, to, note, at)
  return 'refused' in decision ? overtaken(state) : decision
}

function reverse(
  state: Incident,
  event: DispatchEvent,
  isFree: (unit: UnitId) => boolean,
  at: Instant,
): { readonly events: readonly DispatchEvent[] } | Refused<UndoRefusal> {
  switch (event.type) {
    case 'incident-opened':
      if (state.status !== 'open' || state.assignments.length > 0) return overtaken(state)
      return events({ type: 'incident-closed', at, outcome: 'mistake', note: '', mergedInto: null })
    case 'incident-changed': {
      const untouched = Object.entries(event.changes).every(([key, value]) => same(state[key as keyof IncidentFacts], value))
      if (state.status === 'closed' || !untouched) return overtaken(state)
      return events({ type: 'incident-changed', at, changes: event.was, was: event.changes })
    }
    case 'unit-assigned': {
      const present = state.assignments.find((each) => each.id === event.assignment)
      if (!present || !isActive(present.state)) return overtaken(state)
      return events(changed(state, present, 'cancelled', 'undone', at))
    }
    case 'assignment-changed': {
      const present = state.assignments.find((each) => each.id === event.assignment)
      if (!present || present.state !== event.state || state.status === 'closed') return overtaken(state)
      if (!isActive(event.state) && !isFree(event.unit)) return overtaken(state)
      return events(changed(state, present, event.was, 'undone', at))
    }
    case 'incident-handed-over':
      if (state.status !== 'handed-over' || state.agency !== event.to) return overtaken(state)
      return event.from === state.home ? reopen(state, 'undone', at) : handBack(state, event.from, '', at)
    case 'incident-closed':
      return state.status === 'closed' ? reopen(state, 'undone', at) : overtaken(state)
    case 'incident-reopened': {
      if (state.status !== 'open') return overtaken(state)
      const { was } = event
      if (was.status === 'handed-over') return handBack(state, was.agency, was.note, at)
      if (activeOf(state).length > 0) return overtaken(state)
      return events({ type: 'incident-closed', at, outcome: was.outcome ?? 'mistake', note: was.note, mergedInto: was.mergedInto })
    }
    case 'incident-joined': // goes with the orders that came over
    case 'note-added': // stays in the log; marked by `command-undone`
    case 'picture-added':
      return events()
    case 'limit-passed':
    case 'limit-seen':
    case 'order-spoken':
    case 'help-called-again':
    case 'command-undone':
      return refuse('undo-not-possible')
  }
}
