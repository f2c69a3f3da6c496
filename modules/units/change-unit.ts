/** Create, change and retire units. Administrators do, for their part of the tree. */
import { holds, type Actor } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Outcome } from '#kernel/journal.ts'
import type { UnitKind } from './contract.ts'
import { commandOf, type UnitsDeps } from './deps.ts'
import { callSignTaken, lockUnit, nextHandle } from './store.ts'
import { change, create, retire, type Identity } from './unit.ts'

type Done = Promise<Outcome<{ unit: string }, string>>

export async function createUnit(
  deps: UnitsDeps,
  actor: Actor,
  wanted: { commandId: string; callSign: string; kind: UnitKind; agency: string; capabilities?: readonly string[] },
): Promise<Outcome<{ unit: string }, string>> {
  const { agency } = wanted
  if (!holds(actor, ['administrator'], agency) || !(await deps.findAgency(agency))) return refuse('agency-not-found')
  const id = deps.newId()
  const at = deps.now()
  return deps.journal.act(commandOf(deps, actor, 'create unit', wanted.commandId, wanted), async (tx) => {
    const identity = { ...wanted, callSign: wanted.callSign.trim(), capabilities: wanted.capabilities ?? [] }
    const taken = await callSignTaken(tx, agency, identity.callSign, id)
    const handle = taken ? 0 : await nextHandle(tx)
    const decision = create({ ...identity, id, handle }, { callSignTaken: taken }, at)
    if (isRefused(decision)) return decision
    tx.append(`unit/${id}`, agency, decision.events)
    return { answer: { unit: id } }
  })
}

export const changeUnit = (
  deps: UnitsDeps,
  actor: Actor,
  unit: string,
  wanted: Partial<Identity> & { commandId: string },
): Done =>
  deps.journal.act(commandOf(deps, actor, `change unit ${unit}`, wanted.commandId, wanted), async (tx): Promise<{ answer: { unit: string } } | Refused> => {
    const now = await lockUnit(tx, unit)
    if (!now || !holds(actor, ['administrator'], now.agency)) return refuse('unit-not-found')
    const callSign = wanted.callSign?.trim()
    const taken = callSign !== undefined && (await callSignTaken(tx, now.agency, callSign, unit))
    const decision = change(now, { ...wanted, callSign }, { callSignTaken: taken }, deps.now())
    if (isRefused(decision)) return decision
    tx.append(`unit/${unit}`, now.agency, decision.events)
    return { answer: { unit } }
  })

export const retireUnit = (deps: UnitsDeps, actor: Actor, unit: string, commandId: string): Done =>
  deps.journal.act(commandOf(deps, actor, `retire unit ${unit}`, commandId), async (tx): Promise<{ answer: { unit: string } } | Refused> => {
    const now = await lockUnit(tx, unit)
    if (!now || !holds(actor, ['administrator'], now.agency)) return refuse('unit-not-found')
    const decision = retire(now, deps.now())
    if (isRefused(decision)) return decision
    tx.append(`unit/${unit}`, now.agency, decision.events)
    return { answer: { unit } }
  })
