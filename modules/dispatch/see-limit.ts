import { system } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import type { IncidentId, Instant, TimerId } from '#kernel/names.ts'
import { incidentFor } from './access.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { incident } from './incident.ts'
import { passLimit as pass, seeLimit as see } from './limits.ts'

/** "I have it": a person takes an alert upon himself. */
export function seeLimit(deps: HandlerDeps, asked: Asked & { readonly timer: TimerId }) {
  const at = deps.now()
  return deps.journal.act(commandOf('see-limit', asked, at), async (tx) => {
    const id = await deps.facts.incidentOfTimer(tx, asked.timer)
    if (id === undefined) return refuse('timer-not-found')
    const found = await incidentFor(deps, tx, asked.actor, id, ['watch-room'], at)
    if ('refused' in found) return found.refused === 'not-allowed' ? found : refuse('timer-not-found')
    const decision = see(found.state, asked.timer, at)
    if ('refused' in decision) return decision
    tx.append(`incident/${id}`, found.state.agency, decision.events)
    return { answer: { id: asked.timer } }
  })
}

/**
 * A limit has run out: tell the next in line, once. The command's id follows from the timer's own facts, so two
 * nodes, or one that was killed in between, are one command.
 */
export function passLimit(
  deps: Pick<HandlerDeps, 'journal' | 'now'>,
  due: { readonly id: TimerId; readonly incident: IncidentId; readonly escalation: number; readonly startedAt: Instant },
) {
  const at = deps.now()
  const id = `${due.id}-${due.startedAt.toString(36)}-${due.escalation}`
  return deps.journal.act({ id, actor: system, at }, async (tx) => {
    const state = await tx.load(`incident/${due.incident}`, incident)
    const decision = pass(state, due.id, due.escalation, at)
    if ('refused' in decision) return decision
    tx.append(`incident/${due.incident}`, state.agency, decision.events)
    return { answer: null }
  })
}
