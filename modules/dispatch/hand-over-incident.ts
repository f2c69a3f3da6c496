import { holds } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import type { AgencyPath, IncidentId } from '#kernel/names.ts'
import { incidentFor, watchRoom } from './access.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { handOver } from './incident.ts'

/** Hand an incident to a station of the caller's own part of the tree: the watch room goes on seeing it there. */
export async function handOverIncident(
  deps: HandlerDeps,
  asked: Asked & { readonly incident: IncidentId; readonly to: AgencyPath; readonly note?: string },
) {
  const to = holds(asked.actor, watchRoom, asked.to) ? await deps.findAgency(asked.to) : undefined
  const at = deps.now()
  return deps.journal.act(commandOf('hand-over-incident', asked, at), async (tx) => {
    const found = await incidentFor(deps, tx, asked.actor, asked.incident, ['watch-room'], at)
    if ('refused' in found) return found
    if (!to) return refuse('agency-not-found')
    if (to.path === found.state.agency && found.state.status === 'open') return refuse('agency-has-it', { name: to.name })
    const decision = handOver(found.state, to.path, asked.note ?? '', at)
    if ('refused' in decision) return decision
    tx.append(`incident/${asked.incident}`, to.path, decision.events)
    return { answer: { id: asked.incident } }
  })
}
