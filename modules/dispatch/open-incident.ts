import { inScope, scopeOf } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import { toWgs84, type Crs } from '#core/geo/shifted.ts'
import { watchRoom } from './access.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { open } from './incident.ts'

export type OpenIncident = Asked & {
  readonly category: string
  readonly priority?: number
  readonly lon: number
  readonly lat: number
  readonly crs?: Crs
  readonly place?: string
  readonly summary?: string
  readonly reporter?: string
  readonly phone?: string
  readonly answers?: Readonly<Record<string, string>>
  readonly agency?: string
}

/** Take a report. The place is put into words here when the caller did not. Its id is the command's own making: a retry finds it. */
export async function openIncident(deps: HandlerDeps, asked: OpenIncident) {
  const scope = scopeOf(asked.actor, watchRoom)
  // With no agency named it belongs to the highest watch room that the caller sits in.
  const agency = asked.agency ?? scope.toSorted((a, b) => a.split('.').length - b.split('.').length || (a < b ? -1 : 1))[0]
  if (agency === undefined) return refuse('not-allowed')
  if (!inScope(agency, scope) || !(await deps.findAgency(agency))) return refuse('agency-not-found')

  const [lon, lat] = toWgs84(asked.crs, asked.lon, asked.lat)
  const spoken = asked.place ? undefined : await deps.spokenPlace(lon, lat)
  const at = deps.now()
  const id = deps.newId()
  return deps.journal.act(commandOf('open-incident', asked, at), async (tx) => {
    const category = await deps.facts.category(tx, asked.category)
    if (!category?.active) return refuse('category-not-found', { category: asked.category })
    const day = dayOf(at, deps.timeZone())
    const decision = open(
      {
        id,
        agency,
        day,
        number: await deps.facts.nextNumber(tx, day),
        category: category.id,
        priority: asked.priority ?? category.priority,
        lon,
        lat,
        place: asked.place || (spoken?.text ?? ''),
        placeEn: asked.place || (spoken?.textEn ?? ''),
        summary: asked.summary ?? '',
        reporter: asked.reporter || null,
        phone: asked.phone || null,
        answers: asked.answers ?? {},
      },
      at,
    )
    if ('refused' in decision) return decision
    tx.append(`incident/${id}`, agency, decision.events)
    return { answer: { id } }
  })
}

/** The calendar day of an instant in a town's own time: `2026-11-22`. */
export const dayOf = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
