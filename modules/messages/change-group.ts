import { holds, inScope, scopeOf } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { Tx } from '#kernel/journal.ts'
import type { AgencyPath, UnitId } from '#kernel/names.ts'
import { leaders } from './access.ts'
import { change, create, group } from './channel.ts'
import { commandOf, type Asked, type MessagesDeps } from './deps.ts'

/** The highest agency that somebody leads: what he makes belongs to it when he names none. */
export const ownAgency = (scope: readonly AgencyPath[]): AgencyPath | undefined =>
  scope.toSorted((a, b) => a.split('.').length - b.split('.').length || (a < b ? -1 : 1))[0]

/** The first of these units that is not in the caller's part of the tree. */
function foreignUnit(deps: MessagesDeps, scope: readonly AgencyPath[], units: readonly UnitId[]): UnitId | undefined {
  const known = new Map(deps.describeUnits(units).map((unit) => [unit.id, unit]))
  return units.find((id) => !known.has(id) || !inScope(known.get(id)!.agency, scope))
}

/** Make a named group of units of one's own part of the tree. */
export function createGroup(deps: MessagesDeps, asked: Asked & { readonly agency?: AgencyPath; readonly name: string; readonly units: readonly UnitId[] }) {
  const at = deps.now()
  const id = `group-${deps.newId()}`
  return deps.journal.act(commandOf('create-group', asked, at), async (tx: Tx): Promise<{ answer: { id: string } } | Refused> => {
    const scope = scopeOf(asked.actor, leaders)
    const agency = asked.agency ?? ownAgency(scope)
    if (agency === undefined || !inScope(agency, scope)) return refuse('agency-not-found')
    if (foreignUnit(deps, scope, asked.units) !== undefined) return refuse('unit-not-found')
    const decision = create({ id, name: asked.name, units: asked.units }, at)
    if ('refused' in decision) return decision
    tx.append(`channel/${id}`, agency, decision.events)
    return { answer: { id } }
  })
}

export function changeGroup(deps: MessagesDeps, asked: Asked & { readonly channel: string; readonly name?: string; readonly units?: readonly UnitId[]; readonly closed?: boolean }) {
  const at = deps.now()
  return deps.journal.act(commandOf('change-group', asked, at), async (tx: Tx): Promise<{ answer: { id: string } } | Refused> => {
    const state = await tx.load(`channel/${asked.channel}`, group)
    const row = await deps.facts.channel(deps.facts.sqlOf(tx), asked.channel)
    if (state.status === 'unheard' || !row || !holds(asked.actor, leaders, row.agency)) return refuse('channel-not-found')
    const added = (asked.units ?? []).filter((unit) => !state.units.includes(unit)) // who is in it already stays, also when he is of another part of the tree
    if (foreignUnit(deps, scopeOf(asked.actor, leaders), added) !== undefined) return refuse('unit-not-found')
    const decision = change(state, asked, at)
    if ('refused' in decision) return decision
    tx.append(`channel/${asked.channel}`, row.agency, decision.events)
    return { answer: { id: asked.channel } }
  })
}
