import { refuse } from '#kernel/decision.ts'
import type { IncidentId } from '#kernel/names.ts'
import { incidentFor } from './access.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { close, reopen } from './incident.ts'

/** Close an incident with its outcome; nobody stays tied to it. The station closes what was handed to it. */
export function closeIncident(deps: HandlerDeps, asked: Asked & { readonly incident: IncidentId; readonly outcome: string; readonly note?: string }) {
  const at = deps.now()
  return deps.journal.act(commandOf('close-incident', asked, at), async (tx) => {
    const found = await incidentFor(deps, tx, asked.actor, asked.incident, ['watch-room', 'station'], at)
    if ('refused' in found) return found
    const decision = close(found.state, { outcome: asked.outcome, note: asked.note ?? '' }, at)
    if ('refused' in decision) return decision
    tx.append(`incident/${asked.incident}`, found.state.agency, decision.events)
    return { answer: { id: asked.incident } }
  })
}

/** Open a closed incident again, or take a handed-over one back. */
export function reopenIncident(deps: HandlerDeps, asked: Asked & { readonly incident: IncidentId; readonly because?: string }) {
  const at = deps.now()
  return deps.journal.act(commandOf('reopen-incident', asked, at), async (tx) => {
    const found = await incidentFor(deps, tx, asked.actor, asked.incident, ['watch-room'], at)
    if ('refused' in found) return found
    if (found.state.status === 'unheard') return refuse('incident-not-found')
    const decision = reopen(found.state, asked.because ?? '', at)
    if ('refused' in decision) return decision
    tx.append(`incident/${asked.incident}`, found.state.home, decision.events)
    return { answer: { id: asked.incident } }
  })
}
