/** The rules of a unit: who may be on duty in it, and when it may end. Pure: no clock, no database. */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { AssignmentId, Instant, MemberId } from '#kernel/names.ts'
import type { UnitEvent, UnitKind } from './contract.ts'

/** A unit as the rules see it: the row, locked. */
export type Unit = {
  readonly id: string
  readonly handle: number
  readonly callSign: string
  readonly kind: UnitKind
  readonly agency: string
  readonly capabilities: readonly string[]
  readonly retired: boolean
  readonly onDutySince: Instant | null
  /** Who is in it now; empty off duty. */
  readonly crew: readonly CrewMember[]
  readonly assignment: AssignmentId | null
}
export type CrewMember = { readonly id: MemberId; readonly name: string }

/** A member who sits in another unit on duty. */
export type SeatedElsewhere = { readonly member: string; readonly name: string; readonly callSign: string }

export type UnitRefusal =
  | 'call-sign-taken'
  | 'unit-on-duty'
  | 'unit-off-duty'
  | 'unit-assigned'
  | 'unit-not-found'
  | 'crew-repeated'
  | 'member-on-shift'
  | 'shift-too-old'
  | 'shift-over-since'

export type Identity = { readonly callSign: string; readonly kind: UnitKind; readonly capabilities: readonly string[] }

export function create(
  unit: Identity & { readonly id: string; readonly handle: number; readonly agency: string },
  facts: { readonly callSignTaken: boolean },
  at: Instant,
): Decision<UnitEvent, UnitRefusal> {
  if (facts.callSignTaken) return refuse('call-sign-taken', { callSign: unit.callSign })
  const { id, handle, callSign, kind, agency } = unit
  return accept({ type: 'unit-created', at, id, handle, callSign, kind, agency, capabilities: sorted(unit.capabilities) })
}

/** Change what a unit is called or can do. No change is no event. */
export function change(
  unit: Unit,
  wanted: Partial<Identity>,
  facts: { readonly callSignTaken: boolean },
  at: Instant,
): Decision<UnitEvent, UnitRefusal> {
  if (unit.retired) return refuse('unit-not-found')
  const next: Identity = {
    callSign: wanted.callSign ?? unit.callSign,
    kind: wanted.kind ?? unit.kind,
    capabilities: sorted(wanted.capabilities ?? unit.capabilities),
  }
  if (next.callSign !== unit.callSign && facts.callSignTaken) return refuse('call-sign-taken', { callSign: next.callSign })
  const same =
    next.callSign === unit.callSign && next.kind === unit.kind && next.capabilities.join() === sorted(unit.capabilities).join()
  return same ? accept() : accept({ type: 'unit-changed', at, ...next })
}

/** A unit that is gone for good. Its history stays. */
export function retire(unit: Unit, at: Instant): Decision<UnitEvent, UnitRefusal> {
  if (unit.retired) return accept()
  if (unit.onDutySince !== null) return refuse('unit-on-duty', { callSign: unit.callSign })
  return accept({ type: 'unit-retired', at })
}

/** What was pressed longer ago is nobody's will any more; as with reports. */
export const pressedAgeMaxMs = 72 * 3_600_000

/**
 * Go on duty. A member is crew of one unit at a time.
 *
 * @param late  pressed on a phone without a network, then; with when the unit's last shift ended. It is in force from `at`, since until
 *   then nobody could see or send this crew.
 */
export function startShift(
  unit: Unit,
  crew: readonly CrewMember[],
  elsewhere: readonly SeatedElsewhere[],
  at: Instant,
  late?: { readonly madeAt: Instant; readonly lastEndedAt: Instant | null },
): Decision<UnitEvent, UnitRefusal> {
  if (unit.retired) return refuse('unit-not-found')
  if (late && at - late.madeAt > pressedAgeMaxMs) return refuse('shift-too-old', { hours: pressedAgeMaxMs / 3_600_000 })
  if (unit.onDutySince !== null) return refuse('unit-on-duty', { callSign: unit.callSign })
  // since it was pressed a whole shift has come and gone: the room, or another phone, was ahead of it
  if (late && late.lastEndedAt !== null && late.lastEndedAt > late.madeAt) return refuse('shift-over-since', { callSign: unit.callSign })
  return seat(crew, elsewhere) ?? accept({ type: 'shift-started', at, crew, ...(late && { madeAt: Math.min(late.madeAt, at) }) })
}

/**
 * Change who is in a unit on duty: the second officer gets in, the first goes home.
 *
 * @param madeAt  pressed on a phone without a network, then. It is about the shift of then: into one that began since nobody is put, for who
 *   pressed may be at home. In force from `at`.
 */
export function changeCrew(
  unit: Unit,
  crew: readonly CrewMember[],
  elsewhere: readonly SeatedElsewhere[],
  at: Instant,
  madeAt?: Instant,
): Decision<UnitEvent, UnitRefusal> {
  const no = withoutItsShift(unit, at, madeAt) ?? seat(crew, elsewhere)
  if (no) return no
  const ids = (members: readonly CrewMember[]) => members.map((member) => member.id).join()
  return ids(crew) === ids(unit.crew) ? accept() : accept({ type: 'crew-changed', at, crew, ...(madeAt !== undefined && { madeAt: Math.min(madeAt, at) }) })
}

/** Why there is no shift, or no longer the one that was meant when it was pressed. */
export function withoutItsShift(unit: Unit, at: Instant, madeAt?: Instant) {
  if (unit.retired) return refuse('unit-not-found')
  if (madeAt !== undefined && at - madeAt > pressedAgeMaxMs) return refuse('shift-too-old', { hours: pressedAgeMaxMs / 3_600_000 })
  if (unit.onDutySince === null) return refuse('unit-off-duty', { callSign: unit.callSign })
  return madeAt !== undefined && unit.onDutySince > madeAt ? refuse('shift-over-since', { callSign: unit.callSign }) : undefined
}

/**
 * Go off duty. A unit with an order stays until its assignment has ended: an incident must not lose its unit unseen.
 *
 * @param madeAt  pressed on a phone without a network, then. It is about the shift of then: one that is over already, or began since, is left
 *   as it is, for late is not backward. In force from `at`: until then the room could send this crew.
 */
export function endShift(unit: Unit, at: Instant, madeAt?: Instant): Decision<UnitEvent, UnitRefusal> {
  if (unit.retired) return refuse('unit-not-found')
  if (madeAt !== undefined && at - madeAt > pressedAgeMaxMs) return refuse('shift-too-old', { hours: pressedAgeMaxMs / 3_600_000 })
  if (madeAt !== undefined && (unit.onDutySince === null || unit.onDutySince > madeAt)) return accept()
  if (unit.onDutySince === null) return refuse('unit-off-duty', { callSign: unit.callSign })
  if (unit.assignment !== null) return refuse('unit-assigned', { callSign: unit.callSign })
  return accept({ type: 'shift-ended', at, ...(madeAt !== undefined && { madeAt: Math.min(madeAt, at) }) })
}

function seat(crew: readonly CrewMember[], elsewhere: readonly SeatedElsewhere[]) {
  const seen = new Set<string>()
  for (const { id, name } of crew) {
    if (seen.has(id)) return refuse('crew-repeated', { name })
    seen.add(id)
  }
  const other = elsewhere[0]
  return other && refuse('member-on-shift', { name: other.name, callSign: other.callSign })
}

const sorted = (capabilities: readonly string[]) => [...new Set(capabilities)].sort()
