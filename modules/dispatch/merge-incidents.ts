import { invariant } from '#core/invariant.ts'
import { refuse } from '#kernel/decision.ts'
import type { IncidentId } from '#kernel/names.ts'
import { incidentFor } from './access.ts'
import { carryOver } from './assignment.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { close, incident } from './incident.ts'

/**
 * Two reports of one thing: close this one as a duplicate of `into`; its units go on there in the state they are in.
 */
export function mergeIncidents(deps: HandlerDeps, asked: Asked & { readonly incident: IncidentId; readonly into: IncidentId }) {
  const at = deps.now()
  return deps.journal.act(commandOf('merge-incidents', asked, at), async (tx) => {
    if (asked.incident === asked.into) return refuse('merge-into-itself')
    // One lock order everywhere: by id.
    for (const id of [asked.incident, asked.into].sort()) await tx.load(`incident/${id}`, incident)
    const from = await incidentFor(deps, tx, asked.actor, asked.incident, ['watch-room'], at)
    if ('refused' in from) return from
    const into = await incidentFor(deps, tx, asked.actor, asked.into, ['watch-room'], at)
    if ('refused' in into) return into
    if (into.state.status === 'closed') return refuse('merge-into-closed', { number: into.state.number })
    const closing = close(from.state, { outcome: 'duplicate', note: '', mergedInto: asked.into }, at)
    if ('refused' in closing) return closing
    if (closing.events.length > 0) {
      const category = await deps.facts.category(tx, into.state.category)
      invariant(category, `incident ${into.state.id} is of a category that does not exist: ${into.state.category}`)
      // The old orders end before the new ones begin: a unit has one at a time.
      tx.append(`incident/${asked.incident}`, from.state.agency, closing.events)
      tx.append(`incident/${asked.into}`, into.state.agency, carryOver(from.state, into.state, () => deps.newId(), category.arriveSeconds, at))
    }
    return { answer: { id: asked.into } }
  })
}
