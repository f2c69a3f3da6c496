import { toWgs84, type Crs } from '#core/geo/shifted.ts'
import { refuse } from '#kernel/decision.ts'
import type { IncidentId } from '#kernel/names.ts'
import { incidentFor } from './access.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { change } from './incident.ts'

export type ChangeIncident = Asked & {
  readonly incident: IncidentId
  readonly category?: string
  readonly priority?: number
  readonly lon?: number
  readonly lat?: number
  readonly crs?: Crs
  readonly place?: string
  readonly summary?: string
  readonly reporter?: string
  readonly phone?: string
  readonly answers?: Readonly<Record<string, string>>
}

/** Correct what is known of an incident. A new point without words gets new words. */
export async function changeIncident(deps: HandlerDeps, asked: ChangeIncident) {
  const { lon, lat } = asked
  if ((lon === undefined) !== (lat === undefined)) return refuse('place-incomplete')
  const point = lon === undefined || lat === undefined ? undefined : toWgs84(asked.crs, lon, lat)
  const spoken = point && asked.place === undefined ? await deps.spokenPlace(...point) : undefined
  const at = deps.now()
  return deps.journal.act(commandOf('change-incident', asked, at), async (tx) => {
    const found = await incidentFor(deps, tx, asked.actor, asked.incident, ['watch-room', 'station'], at)
    if ('refused' in found) return found
    if (asked.category !== undefined && !(await deps.facts.category(tx, asked.category))?.active) {
      return refuse('category-not-found', { category: asked.category })
    }
    const decision = change(
      found.state,
      {
        category: asked.category,
        priority: asked.priority,
        lon: point?.[0],
        lat: point?.[1],
        place: asked.place ?? spoken?.text,
        placeEn: asked.place ?? spoken?.textEn,
        summary: asked.summary,
        reporter: asked.reporter === '' ? null : asked.reporter,
        phone: asked.phone === '' ? null : asked.phone,
        answers: asked.answers && { ...found.state.answers, ...asked.answers },
      },
      at,
    )
    if ('refused' in decision) return decision
    tx.append(`incident/${asked.incident}`, found.state.agency, decision.events)
    return { answer: { id: asked.incident } }
  })
}
