import { invariant } from '#core/invariant.ts'
import { holds } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import type { IncidentId, UnitId } from '#kernel/names.ts'
import { incidentFor, watchRoom } from './access.ts'
import { assign, divert } from './assignment.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { activeOf, incident } from './incident.ts'

export type AssignUnit = Asked & { readonly incident: IncidentId; readonly unit: UnitId; readonly divert?: boolean }

/**
 * Send a unit to an incident, taking it off another one when that is asked for: both in one transaction.
 *
 * Locks are taken in one order everywhere — incidents by id, then the unit — so two dispatchers wanting one car are
 * answered in turn and never wait for each other in a ring.
 */
export function assignUnit(deps: HandlerDeps, asked: AssignUnit) {
  const at = deps.now()
  const assignment = deps.newId()
  return deps.journal.act(commandOf('assign-unit', asked, at), async (tx) => {
    const { actor } = asked
    if (asked.divert) {
      // A first look, without a lock, only to learn which two incidents to lock in order.
      const present = await deps.facts.commitment(tx, asked.unit)
      for (const id of [present?.incident ?? asked.incident, asked.incident].sort()) await tx.load(`incident/${id}`, incident)
    }
    const found = await incidentFor(deps, tx, actor, asked.incident, ['watch-room'], at)
    if ('refused' in found) return found
    const { state } = found

    const unit = await deps.unitFacts(tx, asked.unit)
    if (!unit || !holds(actor, watchRoom, unit.agency)) return refuse('unit-not-found')
    const commitment = await deps.facts.commitment(tx, asked.unit)
    const elsewhere = commitment && commitment.incident !== asked.incident ? commitment : undefined
    if (elsewhere && !holds(actor, watchRoom, elsewhere.agency)) {
      return refuse('unit-committed-elsewhere', { callSign: unit.callSign }) // its number is not ours to tell
    }
    const category = await deps.facts.category(tx, state.category)
    invariant(category, `incident ${state.id} is of a category that does not exist: ${state.category}`)

    const diverting = asked.divert && elsewhere
    const decision = assign(state, unit, diverting ? undefined : elsewhere, { assignment, arriveSeconds: category.arriveSeconds }, at)
    if ('refused' in decision) return decision
    if (diverting && decision.events.length > 0) {
      const left = await tx.load(`incident/${elsewhere.incident}`, incident)
      tx.append(`incident/${elsewhere.incident}`, left.agency, divert(left, unit.id, at))
    }
    tx.append(`incident/${asked.incident}`, state.agency, decision.events)
    const already = activeOf(state).find((each) => each.unit === unit.id)
    return { answer: { id: already?.id ?? assignment } }
  })
}
