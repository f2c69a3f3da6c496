/**
 * Limits 时限: what must have happened by when, and who is told when it has not. Pure.
 *
 * A limit is a timer that an event starts and another stops. The same function says so to the story (in memory)
 * and to the projection (rows with due times), so the two cannot disagree and a restart forgets nobody.
 */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { AssignmentId, IncidentId, Instant, TimerId } from '#kernel/names.ts'
import type { AssignmentState, DispatchEvent, TimerView } from './contract.ts'
import type { Incident } from './incident.ts'

/** Seconds. Arriving has its limit from the category. */
export const limitSeconds = {
  send: 60, // a report nobody has been sent to
  acknowledge: 30,
  move: 60,
  settle: 300, // settled on the street, or handed to the station
  /** From one person in line to the next. */
  escalate: 60,
  /** Somebody said "seen": he has this long before the next in line is told all the same. */
  seen: 180,
} as const

/** 1 the dispatchers, 2 the commander, 3 the agency above. There is nobody after that. */
export const escalationMax = 3

export type Timer = {
  readonly id: TimerId
  readonly kind: TimerView['kind']
  readonly assignment: AssignmentId | null
  readonly startedAt: Instant
  readonly dueAt: Instant
  /** When the next in line is told; null when everybody has been, or the last has seen it. */
  readonly fireAt: Instant | null
  readonly escalation: number
  readonly escalatedAt: Instant | null
  readonly seen: boolean
}

export type TimerChange =
  | { readonly do: 'start'; readonly timer: Timer }
  | { readonly do: 'stop'; readonly of: 'incident' | 'all' | AssignmentId }
  | { readonly do: 'escalate'; readonly id: TimerId; readonly escalation: number; readonly at: Instant; readonly fireAt: Instant | null }
  | { readonly do: 'see'; readonly id: TimerId; readonly at: Instant; readonly fireAt: Instant | null }

const start = (incident: IncidentId, kind: Timer['kind'], assignment: AssignmentId | null, startedAt: Instant, dueAt: Instant): TimerChange => ({
  do: 'start',
  timer: { id: `${assignment ?? incident}-${kind}`, kind, assignment, startedAt, dueAt, fireAt: dueAt, escalation: 0, escalatedAt: null, seen: false },
})

/** What an event does to the timers of its incident, in this order. */
export function timerChanges(incident: IncidentId, event: DispatchEvent): readonly TimerChange[] {
  switch (event.type) {
    case 'incident-opened':
      return [start(incident, 'send', null, event.at, event.sendDueAt)]
    case 'unit-assigned':
      return [{ do: 'stop', of: 'incident' }, start(incident, 'acknowledge', event.assignment, event.at, event.acknowledgeDueAt)]
    case 'assignment-changed': {
      const changes: TimerChange[] = [{ do: 'stop', of: event.assignment }]
      if (isActive(event.state)) changes.push({ do: 'stop', of: 'incident' }) // also when undoing brings a unit back
      if (event.next) changes.push(start(incident, event.next.kind, event.assignment, event.next.startedAt, event.next.dueAt))
      if (event.left) changes.push(start(incident, event.left.kind, null, event.at, event.left.dueAt))
      return changes
    }
    case 'limit-passed':
      return [{ do: 'escalate', id: event.timer, escalation: event.escalation, at: event.at, fireAt: event.dueAt }]
    case 'limit-seen':
      return [{ do: 'see', id: event.timer, at: event.at, fireAt: event.dueAt }]
    case 'incident-handed-over':
      // The station settles it. Who is on scene has to be cleared; who is still on the way keeps his own limit.
      return [
        { do: 'stop', of: 'incident' },
        ...event.settling.map(({ assignment, dueAt }) => start(incident, 'settle', assignment, event.at, dueAt)),
      ]
    case 'incident-closed':
      return [{ do: 'stop', of: 'all' }]
    case 'incident-reopened':
      return event.sendDueAt === null ? [] : [start(incident, 'send', null, event.at, event.sendDueAt)]
    case 'incident-changed':
    case 'incident-joined':
    case 'order-spoken':
    case 'help-called-again':
    case 'note-added':
    case 'picture-added':
    case 'command-undone':
      return []
  }
}

/** The timers after one change. */
export function changeTimers(timers: readonly Timer[], change: TimerChange): readonly Timer[] {
  switch (change.do) {
    case 'start':
      return [...timers.filter((timer) => timer.id !== change.timer.id), change.timer]
    case 'stop':
      if (change.of === 'all') return []
      return timers.filter((timer) => timer.assignment !== (change.of === 'incident' ? null : change.of))
    case 'escalate':
      return timers.map((timer) =>
        timer.id === change.id
          ? { ...timer, escalation: change.escalation, escalatedAt: change.at, fireAt: change.fireAt, seen: false }
          : timer,
      )
    case 'see':
      return timers.map((timer) => (timer.id === change.id ? { ...timer, seen: true, fireAt: change.fireAt } : timer))
  }
}

/** Which limit a unit is under in a state. Arriving counts from the order, whatever was lost before. */
export function nextLimit(state: AssignmentState, orderedAt: Instant, arriveSeconds: number, at: Instant) {
  switch (state) {
    case 'ordered':
      return { kind: 'acknowledge', startedAt: at, dueAt: at + limitSeconds.acknowledge * 1000 } as const
    case 'acknowledged':
      return { kind: 'move', startedAt: at, dueAt: at + limitSeconds.move * 1000 } as const
    case 'en-route':
      return { kind: 'arrive', startedAt: orderedAt, dueAt: orderedAt + arriveSeconds * 1000 } as const
    case 'on-scene': // settle it …
    case 'reported': // … and after reporting, clear: a unit that forgot to is not free for the next call
      return { kind: 'settle', startedAt: at, dueAt: at + limitSeconds.settle * 1000 } as const
    case 'cleared':
    case 'refused':
    case 'diverted':
    case 'cancelled':
      return null
  }
}

/** A limit has run out: tell the next in line. */
export function passLimit(state: Incident, timerId: TimerId, escalation: number, at: Instant): Decision<DispatchEvent, 'limit-not-due'> {
  const timer = state.timers.find((each) => each.id === timerId)
  // It was met, or another node told them, between looking and asking.
  if (!timer || timer.escalation !== escalation || timer.fireAt === null || timer.fireAt > at) return refuse('limit-not-due')
  return accept<DispatchEvent>({
    type: 'limit-passed',
    at,
    timer: timer.id,
    kind: timer.kind,
    assignment: timer.assignment,
    escalation: escalation + 1,
    dueAt: escalation + 1 < escalationMax ? at + limitSeconds.escalate * 1000 : null,
  })
}

/** A person takes an alert upon himself. Twice is once. */
export function seeLimit(state: Incident, timerId: TimerId, at: Instant): Decision<DispatchEvent, 'timer-not-found' | 'limit-not-passed'> {
  const timer = state.timers.find((each) => each.id === timerId)
  if (!timer) return refuse('timer-not-found')
  if (timer.escalation === 0) return refuse('limit-not-passed')
  if (timer.seen) return accept()
  const dueAt = timer.escalation < escalationMax ? at + limitSeconds.seen * 1000 : null
  return accept<DispatchEvent>({ type: 'limit-seen', at, timer: timer.id, dueAt })
}

export const isActive = (state: AssignmentState): boolean =>
  state === 'ordered' || state === 'acknowledged' || state === 'en-route' || state === 'on-scene' || state === 'reported'
