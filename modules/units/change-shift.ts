/** Go on duty, change who is in the unit, go off duty. */
import { holds, type Actor, type Role } from '#kernel/actor.ts'
import { isRefused, refuse, type Decision, type Refused } from '#kernel/decision.ts'
import type { Command, Outcome, Tx } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import type { UnitEvent } from './contract.ts'
import { removalsAfter } from './crew-phone.ts'
import { commandOf, type UnitsDeps } from './deps.ts'
import { devicesOf } from './devices-store.ts'
import { lastShiftEnd, lockUnit, seatedElsewhere } from './store.ts'
import { changeCrew, endShift, startShift, withoutItsShift, type CrewMember, type Unit } from './unit.ts'

/** Who may put any unit of their tree on and off duty. An officer may do so for a crew that they are in. */
const desks: readonly Role[] = ['dispatcher', 'commander', 'station', 'administrator']

/** Start a shift with this crew. */
export const goOnDuty = (deps: UnitsDeps, actor: Actor, unit: string, wanted: { commandId: string; crew: readonly string[]; madeAt?: Instant }) =>
  onUnit(deps, actor, unit, commandOf(deps, actor, `start shift ${unit}`, wanted.commandId, wanted), async (tx, now, isDesk) => {
    if (!isDesk && !wanted.crew.includes(actor.member!)) return refuse('officer-not-in-crew')
    const crew = await crewOf(deps, wanted.crew)
    if (!crew) return refuse('member-not-found')
    const { madeAt } = wanted
    const late = madeAt === undefined ? undefined : { madeAt, lastEndedAt: await lastShiftEnd(tx, unit) }
    return startShift(now, crew, await seatedElsewhere(tx, wanted.crew, unit), deps.now(), late)
  })

/** Seat this crew in a unit on duty. An officer may get in and out, and takes nobody else out. */
export const seatCrew = (deps: UnitsDeps, actor: Actor, unit: string, wanted: { commandId: string; crew: readonly string[]; madeAt?: Instant }) =>
  onUnit(deps, actor, unit, commandOf(deps, actor, `seat crew ${unit}`, wanted.commandId, wanted), async (tx, now, isDesk) => {
    const no = withoutItsShift(now, deps.now(), wanted.madeAt)
    if (no) return no
    if (!isDesk) {
      const others = (ids: readonly string[]) => ids.filter((id) => id !== actor.member).sort().join()
      if (others(wanted.crew) !== others(now.crew.map((member) => member.id))) return refuse('officer-not-in-crew')
    }
    const crew = await crewOf(deps, wanted.crew)
    if (!crew) return refuse('member-not-found')
    return changeCrew(now, crew, await seatedElsewhere(tx, wanted.crew, unit), deps.now(), wanted.madeAt)
  })

/** End the shift. From here on no position of the unit is taken. */
export const goOffDuty = (deps: UnitsDeps, actor: Actor, unit: string, commandId: string, madeAt?: Instant) =>
  onUnit(deps, actor, unit, commandOf(deps, actor, `end shift ${unit}`, commandId, madeAt === undefined ? undefined : { madeAt }), async (_tx, now, isDesk) => {
    const inCrew = now.crew.some((member) => member.id === actor.member)
    const isOfBefore = madeAt !== undefined && now.onDutySince !== null && now.onDutySince > madeAt
    if (!isDesk && now.onDutySince !== null && !inCrew && !isOfBefore) return refuse('officer-not-in-crew')
    return endShift(now, deps.now(), madeAt)
  })

/** Lock a unit that the caller may see, decide, record. Whoever leaves takes the own phone along. */
async function onUnit(
  deps: UnitsDeps,
  actor: Actor,
  unit: string,
  command: Command,
  decide: (tx: Tx, now: Unit, isDesk: boolean) => Promise<Decision<UnitEvent>>,
): Promise<Outcome<{ unit: string }, string>> {
  const work = async (tx: Tx): Promise<{ answer: { unit: string } } | Refused> => {
    const now = await lockUnit(tx, unit)
    if (!now) return refuse('unit-not-found')
    const isDesk = holds(actor, desks, now.agency)
    const isOfficer = actor.member !== undefined && holds(actor, ['officer'], now.agency)
    if (!isDesk && !isOfficer) return refuse('unit-not-found')
    const decision = await decide(tx, now, isDesk)
    if (isRefused(decision)) return decision
    const removals = removalsAfter(await devicesOf(tx, unit), decision.events, deps.now())
    tx.append(`unit/${unit}`, now.agency, [...decision.events, ...removals])
    return { answer: { unit } }
  }
  const outcome: Outcome<{ unit: string }, string> = await deps.journal.act(command, work)
  if (!isRefused(outcome)) await deps.refreshDevices(unit)
  return outcome
}

/** The members of these ids with their names, in this order; undefined when one does not exist. */
async function crewOf(deps: UnitsDeps, ids: readonly string[]): Promise<CrewMember[] | undefined> {
  if (ids.length === 0) return []
  const names = await deps.memberNames(ids)
  const crew = ids.flatMap((id) => (names.has(id) ? [{ id, name: names.get(id)! }] : []))
  return crew.length === ids.length ? crew : undefined
}
