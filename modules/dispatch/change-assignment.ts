import { refuse } from '#kernel/decision.ts'
import type { AssignmentId } from '#kernel/names.ts'
import { incidentFor, ownUnit } from './access.ts'
import { changeAssignment as change, type Asked as AskedState } from './assignment.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { incident } from './incident.ts'

export type ChangeAssignment = Asked & { readonly assignment: AssignmentId; readonly state: AskedState; readonly note?: string }

/** An order goes on: said by the crew itself, or by the watch room for it. A crew answers for no other unit. */
export function changeAssignment(deps: HandlerDeps, asked: ChangeAssignment) {
  const at = deps.now()
  return deps.journal.act(commandOf('change-assignment', asked, at), async (tx) => {
    const id = await deps.facts.incidentOfAssignment(tx, asked.assignment)
    if (id === undefined) return refuse('assignment-not-found')
    const found = await incidentFor(deps, tx, asked.actor, id, ['watch-room', 'station', 'crew'], at)
    if ('refused' in found) {
      // A crew whose order ended long ago is told so, rather than that there never was one.
      if (found.refused === 'not-allowed') return found
      return (await isOwn(deps, tx, asked, id)) ? refuse('assignment-over') : refuse('assignment-not-found')
    }
    const { state, standing } = found
    const order = state.assignments.find((each) => each.id === asked.assignment)
    if (standing === 'crew' && order?.unit !== (await ownUnit(deps, asked.actor))) return refuse('assignment-not-found')

    const by = standing === 'crew' ? 'crew' : 'watch-room'
    const decision = change(state, asked.assignment, { state: asked.state, note: asked.note ?? '', by }, at)
    if ('refused' in decision) return decision
    tx.append(`incident/${id}`, state.agency, decision.events)
    const reached = decision.events.reduce(incident.evolve, state).assignments.find((each) => each.id === asked.assignment)
    return { answer: { id: asked.assignment, state: reached?.state ?? asked.state } }
  })
}

async function isOwn(deps: HandlerDeps, tx: Parameters<HandlerDeps['unitFacts']>[0], asked: ChangeAssignment, id: string) {
  const unit = await ownUnit(deps, asked.actor)
  if (unit === undefined) return false
  const state = await tx.load(`incident/${id}`, incident)
  return state.assignments.some((each) => each.id === asked.assignment && each.unit === unit)
}
