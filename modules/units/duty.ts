/** What a unit's own events and dispatch's events make of it: its shifts, its crew, its one assignment, its state. Pure. */
import type { AssignmentState } from '#modules/dispatch/contract.ts'
import { activeStates } from '#modules/dispatch/contract.ts'
import type { Fact } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import type { UnitKind, UnitState } from './contract.ts'

/** Somebody in a unit, from getting in to getting out. */
export type Spell = {
  readonly id: string
  readonly name: string
  readonly joinedAt: Instant
  readonly leftAt: Instant | null
}
export type Shift = { readonly startedAt: Instant; readonly endedAt: Instant | null; readonly crew: readonly Spell[] }

export type Duty = {
  readonly id: string
  readonly handle: number
  readonly callSign: string
  readonly kind: UnitKind
  readonly agency: string
  readonly capabilities: readonly string[]
  /** Oldest first; only the last may be open. Ones that ended long ago are forgotten (`withoutOldShifts`). */
  readonly shifts: readonly Shift[]
  readonly assignment: { readonly id: string; readonly incident: string; readonly state: ActiveState } | null
  readonly stateSince: Instant
}
export type ActiveState = (typeof activeStates)[number]

const isActive = (state: AssignmentState): state is ActiveState => (activeStates as readonly AssignmentState[]).includes(state)

/** Which unit a fact is about, or undefined. */
export function unitOf(fact: Pick<Fact, 'stream' | 'type' | 'data'>): string | undefined {
  if (fact.type === 'unit-assigned' || fact.type === 'assignment-changed') return fact.data.unit as string
  return fact.stream.startsWith('unit/') ? fact.stream.slice('unit/'.length) : undefined
}

/** Which incident a fact is about: the stream's name says. */
export const incidentOf = (stream: string): string => stream.slice('incident/'.length)

/**
 * What an assignment's event makes of a unit: the assignment it is on now, or null.
 *
 * Only the end of the very assignment it is on frees a unit: a diverted unit is on the next one already.
 */
export function assignmentAfter(
  current: Duty['assignment'],
  fact: Pick<Fact, 'stream' | 'type' | 'data'>,
): Duty['assignment'] {
  const id = fact.data.assignment as string
  const incident = incidentOf(fact.stream)
  if (fact.type === 'unit-assigned') return { id, incident, state: 'ordered' }
  const state = fact.data.state as AssignmentState
  if (isActive(state)) return { id, incident, state }
  return current?.id === id ? null : current
}

/**
 * The unit after one more fact; undefined once it is retired, or where it was never created.
 *
 * Hearing the newest facts again ends in the same state.
 */
export function evolve(duty: Duty | undefined, fact: Fact): Duty | undefined {
  const { at, data } = fact
  if (fact.type === 'unit-created') {
    return duty ?? {
      id: data.id as string,
      handle: data.handle as number,
      callSign: data.callSign as string,
      kind: data.kind as UnitKind,
      agency: data.agency as string,
      capabilities: data.capabilities as string[],
      shifts: [],
      assignment: null,
      stateSince: at,
    }
  }
  if (!duty) return undefined
  switch (fact.type) {
    case 'unit-changed':
      return {
        ...duty,
        callSign: data.callSign as string,
        kind: data.kind as UnitKind,
        capabilities: data.capabilities as string[],
      }
    case 'unit-retired':
      return undefined
    case 'shift-started': {
      const last = duty.shifts.at(-1)
      // Heard before: the snapshot was newer than the position it was said to have.
      if (last && (last.endedAt === null ? at <= last.startedAt : at < last.startedAt)) return duty
      const crew = (data.crew as { id: string; name: string }[]).map((member) => ({ ...member, joinedAt: at, leftAt: null }))
      return { ...duty, shifts: [...closed(duty.shifts, at), { startedAt: at, endedAt: null, crew }], stateSince: at }
    }
    case 'crew-changed': {
      const shift = openShift(duty)
      if (!shift) return duty
      const crew = crewAfter(shift.crew, data.crew as { id: string; name: string }[], at)
      return { ...duty, shifts: [...duty.shifts.slice(0, -1), { ...shift, crew }] }
    }
    case 'shift-ended':
      return { ...duty, shifts: closed(duty.shifts, at), stateSince: at }
    case 'unit-assigned':
    case 'assignment-changed': {
      const assignment = assignmentAfter(duty.assignment, fact)
      return assignment === duty.assignment ? duty : { ...duty, assignment, stateSince: at }
    }
    default:
      return duty
  }
}

/** Those who stay keep their spell; those who go leave now; those who come join now. */
export function crewAfter(spells: readonly Spell[], crew: readonly { id: string; name: string }[], at: Instant): Spell[] {
  const here = new Set(spells.filter((spell) => spell.leftAt === null).map((spell) => spell.id))
  const wanted = new Set(crew.map((member) => member.id))
  return [
    ...spells.map((spell) => (spell.leftAt === null && !wanted.has(spell.id) ? { ...spell, leftAt: at } : spell)),
    ...crew.filter((member) => !here.has(member.id)).map(({ id, name }) => ({ id, name, joinedAt: at, leftAt: null })),
  ]
}

function closed(shifts: readonly Shift[], at: Instant): readonly Shift[] {
  const last = shifts.at(-1)
  if (!last || last.endedAt !== null) return shifts
  const crew = last.crew.map((spell) => (spell.leftAt === null ? { ...spell, leftAt: at } : spell))
  return [...shifts.slice(0, -1), { ...last, endedAt: at, crew }]
}

export function openShift(duty: Duty): Shift | undefined {
  const last = duty.shifts.at(-1)
  return last?.endedAt === null ? last : undefined
}

/** Derived, never set. */
export const stateOf = (duty: Duty): UnitState =>
  openShift(duty) ? (duty.assignment?.state ?? 'free') : 'off-duty'

/** Who is in the unit now. */
export const crewOf = (duty: Duty) =>
  (openShift(duty)?.crew ?? []).filter((spell) => spell.leftAt === null).map(({ id, name }) => ({ id, name }))

/** Whether the unit was on duty at an instant: what was measured then may be kept. */
export const wasOnDuty = (duty: Duty, at: Instant): boolean => shiftAt(duty, at) !== undefined

export const shiftAt = (duty: Duty, at: Instant): Shift | undefined =>
  duty.shifts.find((shift) => shift.startedAt <= at && (shift.endedAt === null || at < shift.endedAt))

/** Whether a member sat in the unit at an instant. */
export const satIn = (duty: Duty, member: string, at: Instant): boolean =>
  shiftAt(duty, at)?.crew.some((spell) => spell.id === member && spell.joinedAt <= at && (spell.leftAt === null || at < spell.leftAt)) ??
  false

/** Shifts that ended before an instant are of no more use: no fix of that age is taken. */
export function withoutOldShifts(duty: Duty, before: Instant): Duty {
  const shifts = duty.shifts.filter((shift) => shift.endedAt === null || shift.endedAt > before)
  return shifts.length === duty.shifts.length ? duty : { ...duty, shifts }
}
