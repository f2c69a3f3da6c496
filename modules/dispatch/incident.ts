/** The rules of an incident 警情: what may be done to it, and when it is over. Pure — no clock, no database. */
import { invariant } from '#core/invariant.ts'
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { Story } from '#kernel/journal.ts'
import type { AccountId, AgencyPath, AssignmentId, CommandId, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import type { AssignmentState, DispatchEvent } from './contract.ts'
import { changeTimers, isActive, limitSeconds, timerChanges, type Timer } from './limits.ts'

/** A unit on an incident 派警. */
export type Assignment = {
  readonly id: AssignmentId
  readonly unit: UnitId
  readonly callSign: string
  readonly state: AssignmentState
  readonly orderedAt: Instant
  readonly arriveSeconds: number
  readonly because: string | null
}

/** What a person can correct. */
export type IncidentFacts = {
  readonly category: string
  readonly priority: number
  readonly lon: number
  readonly lat: number
  readonly place: string
  readonly placeEn: string
  readonly summary: string
  readonly reporter: string | null
  readonly phone: string | null
  readonly answers: Readonly<Record<string, string>>
}

export type Incident = IncidentFacts & {
  readonly status: 'unheard' | 'open' | 'handed-over' | 'closed'
  readonly id: IncidentId
  /** Which account reported it, where that was an officer; and when the server heard of it. */
  readonly report: { readonly by: AccountId; readonly takenAt: Instant } | null
  readonly number: number
  readonly day: string
  /** Whose it is now: the station's while handed over. */
  readonly agency: AgencyPath
  /** Whose it was at first, and is again when it is taken back. */
  readonly home: AgencyPath
  readonly outcome: string | null
  readonly closingNote: string
  readonly mergedInto: IncidentId | null
  readonly assignments: readonly Assignment[]
  readonly timers: readonly Timer[]
  /** Commands that were taken back. */
  readonly undone: readonly CommandId[]
}

const unheard: Incident = {
  status: 'unheard',
  id: '',
  report: null,
  number: 0,
  day: '',
  agency: '',
  home: '',
  category: '',
  priority: 0,
  lon: 0,
  lat: 0,
  place: '',
  placeEn: '',
  summary: '',
  reporter: null,
  phone: null,
  answers: {},
  outcome: null,
  closingNote: '',
  mergedInto: null,
  assignments: [],
  timers: [],
  undone: [],
}

export const incident: Story<Incident, DispatchEvent> = {
  initial: unheard,
  evolve(state, event) {
    const next = evolveFacts(state, event)
    return { ...next, timers: timerChanges(next.id, event).reduce(changeTimers, next.timers) }
  },
}

function evolveFacts(state: Incident, event: DispatchEvent): Incident {
  switch (event.type) {
    case 'incident-opened': {
      const { type: _, at, sendDueAt: _due, report, ...facts } = event
      return { ...state, ...facts, report: report ? { by: report.by, takenAt: at } : null, home: facts.agency, status: 'open' }
    }
    case 'incident-changed':
      return { ...state, ...event.changes }
    case 'unit-assigned':
      return {
        ...state,
        assignments: [
          ...state.assignments,
          {
            id: event.assignment,
            unit: event.unit,
            callSign: event.callSign,
            state: 'ordered',
            orderedAt: event.at,
            arriveSeconds: event.arriveSeconds,
            because: null,
          },
        ],
      }
    case 'assignment-changed':
      return {
        ...state,
        assignments: state.assignments.map((each) =>
          each.id === event.assignment
            ? { ...each, state: event.state, because: isActive(event.state) ? null : event.because }
            : each,
        ),
      }
    case 'incident-handed-over':
      return { ...state, status: 'handed-over', agency: event.to }
    case 'incident-closed':
      return { ...state, status: 'closed', outcome: event.outcome, closingNote: event.note, mergedInto: event.mergedInto }
    case 'incident-reopened':
      return { ...state, status: 'open', agency: state.home, outcome: null, closingNote: '', mergedInto: null }
    case 'incident-joined':
    case 'limit-passed':
    case 'limit-seen':
    case 'order-spoken':
    case 'help-called-again':
    case 'note-added':
    case 'picture-added':
      return state
    case 'command-undone':
      return { ...state, undone: [...state.undone, event.command] }
  }
}

export const activeOf = (state: Incident): readonly Assignment[] => state.assignments.filter((each) => isActive(each.state))

/** Take a report. */
export function open(
  facts: IncidentFacts & { readonly id: IncidentId; readonly agency: AgencyPath; readonly number: number; readonly day: string },
  at: Instant,
): Decision<DispatchEvent, never> {
  return accept<DispatchEvent>({ type: 'incident-opened', at, ...facts, sendDueAt: at + limitSeconds.send * 1000 })
}

/** Correct what is known. Only what really differs is recorded, with what it was. */
export function change(state: Incident, asked: Partial<IncidentFacts>, at: Instant): Decision<DispatchEvent, 'incident-closed'> {
  if (state.status === 'closed') return refuse('incident-closed', { number: state.number })
  const changes: Record<string, unknown> = {}
  const was: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(asked)) {
    const before = state[key as keyof IncidentFacts]
    if (value === undefined || same(before, value)) continue
    changes[key] = value
    was[key] = before
  }
  return Object.keys(changes).length === 0 ? accept() : accept<DispatchEvent>({ type: 'incident-changed', at, changes, was })
}

export const same = (a: unknown, b: unknown) => canonical(a) === canonical(b)
const canonical = (value: unknown): string =>
  value !== null && typeof value === 'object'
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : JSON.stringify(value)

/**
 * Close it with its outcome. Nobody stays tied to a closed incident: who is there is cleared, who is still on the
 * way is cancelled and told why.
 */
export function close(
  state: Incident,
  asked: { readonly outcome: string; readonly note: string; readonly mergedInto?: IncidentId },
  at: Instant,
): Decision<DispatchEvent, 'incident-closed'> {
  const mergedInto = asked.mergedInto ?? null
  if (state.status === 'closed') {
    // Two people closing it the same way agree; the second is not told off.
    return state.outcome === asked.outcome && state.mergedInto === mergedInto ? accept() : refuse('incident-closed', { number: state.number })
  }
  const freed = activeOf(state).map((each): DispatchEvent => {
    const there = each.state === 'on-scene' || each.state === 'reported'
    return {
      type: 'assignment-changed',
      at,
      assignment: each.id,
      unit: each.unit,
      state: mergedInto ? 'diverted' : there ? 'cleared' : 'cancelled',
      was: each.state,
      because: mergedInto ? 'incident-merged' : 'incident-closed',
      next: null,
      left: null,
    }
  })
  return accept<DispatchEvent>(...freed, { type: 'incident-closed', at, outcome: asked.outcome, note: asked.note, mergedInto })
}

/** Open a closed one again, or take a handed-over one back. */
export function reopen(state: Incident, because: string, at: Instant): Decision<DispatchEvent, never> {
  if (state.status === 'open') return accept()
  invariant(state.status !== 'unheard', 'nobody opens again what nobody opened')
  return accept<DispatchEvent>({
    type: 'incident-reopened',
    at,
    because,
    sendDueAt: activeOf(state).length === 0 ? at + limitSeconds.send * 1000 : null,
    was: { status: state.status, agency: state.agency, outcome: state.outcome, note: state.closingNote, mergedInto: state.mergedInto },
  })
}

/** Hand it to a station 移交: it is the station's from now on. Units still on it stay until they are cleared. */
export function handOver(state: Incident, to: AgencyPath, note: string, at: Instant): Decision<DispatchEvent, 'incident-closed'> {
  if (state.status === 'closed') return refuse('incident-closed', { number: state.number })
  if (state.status === 'handed-over' && state.agency === to) return accept()
  const there = activeOf(state).filter((each) => each.state === 'on-scene' || each.state === 'reported')
  const settling = there.map((each) => ({ assignment: each.id, dueAt: at + limitSeconds.settle * 1000 }))
  return accept<DispatchEvent>({ type: 'incident-handed-over', at, to, from: state.agency, note, settling })
}

/** What the incident waits for when its last unit leaves: another one, or, when the work was done, to be closed. */
export function leftBy(state: Incident, leaving: AssignmentId, as: AssignmentState, at: Instant) {
  if (state.status !== 'open' || activeOf(state).some((each) => each.id !== leaving)) return null
  const kind = as === 'cleared' ? 'settle' : 'send'
  return { kind, dueAt: at + limitSeconds[kind] * 1000 } as const
}
