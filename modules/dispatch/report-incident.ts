import { inScope, scopeOf } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import { toWgs84, type Crs } from '#core/geo/shifted.ts'
import { ownUnit } from './access.ts'
import { callForHelp } from './call-for-help.ts'
import { commandOf, type Asked, type DispatchDeps, type HandlerDeps } from './deps.ts'
import { incident } from './incident.ts'
import { dayOf } from './open-incident.ts'
import { placeInWords, placeOf, takeReport } from './report.ts'

export type ReportIncident = Asked & {
  readonly madeAt: number
  /** None in a call for help: the house has one that is the most urgent. */
  readonly category?: string
  readonly panic?: boolean
  readonly lon?: number
  readonly lat?: number
  readonly crs?: Crs
  readonly place?: string
  readonly summary?: string
}

/**
 * An officer reports something: an incident in the agency of the own unit, or, off duty, in the one whose officer he is.
 *
 * Its id is the command's, made on the phone, so that notes and pictures can refer to it before anybody has heard of it.
 * A kind that is no longer offered is taken all the same: it was when the phone last knew.
 */
export async function reportIncident(deps: HandlerDeps & Pick<DispatchDeps, 'liveUnits' | 'middleOfTown'>, asked: ReportIncident) {
  const { actor, panic = false } = asked
  const id: string = asked.commandId // the incident's name from before anybody heard of it
  const scope = scopeOf(actor, ['officer'])
  const own = await ownUnit(deps, actor)
  const unit = own === undefined ? undefined : deps.liveUnits().find((each) => each.id === own)
  // the smallest part of the tree where he is an officer: nobody reports for a whole province
  const agency = unit?.agency ?? scope.toSorted((a, b) => b.split('.').length - a.split('.').length || (a < b ? -1 : 1))[0]
  const found = agency === undefined || !inScope(agency, scope) ? undefined : await deps.findAgency(agency)
  if (agency === undefined || !found) return refuse('agency-not-found')

  const phone = asked.lon === undefined || asked.lat === undefined ? {} : pointOf(toWgs84(asked.crs, asked.lon, asked.lat))
  const point = placeOf(phone, unit, found, deps.middleOfTown())
  // A call that nobody can place is heard all the same, and so is one whose place was written.
  if (point.from === 'nowhere' && !panic && !asked.place) return refuse('report-without-place')
  const spoken = asked.place || point.from !== 'phone' ? undefined : await deps.spokenPlace(point.lon, point.lat)
  const at = deps.now()
  return deps.journal.act(commandOf('report-incident', asked, at), async (tx) => {
    if (panic) {
      const { madeAt, place, summary = '' } = asked
      return callForHelp(deps, tx, { id, agency, unit: unit?.id ?? null, by: actor.account, means: 'phone', madeAt, point, spoken, ...(place && { place }), summary }, at)
    }
    const state = await tx.load(`incident/${id}`, incident)
    const category = asked.category === undefined ? undefined : await deps.facts.category(tx, asked.category)
    if (!category) return refuse('category-not-found', { category: asked.category ?? '' })
    const day = dayOf(at, deps.timeZone())
    const number = await deps.facts.nextNumber(tx, day)
    const { from, ...where } = point
    const decision = takeReport(
      state,
      {
        id,
        agency,
        day,
        number,
        category: category.id,
        priority: category.priority,
        ...where,
        ...placeInWords(from, asked.place, spoken),
        summary: asked.summary ?? '',
        reporter: null,
        phone: null,
        answers: {},
      },
      { by: actor.account, unit: unit?.id ?? null, madeAt: asked.madeAt, drawnAt: from, panic: false },
      at,
    )
    if ('refused' in decision) return decision
    tx.append(`incident/${id}`, agency, decision.events)
    return { answer: { id, number, day } }
  })
}

const pointOf = ([lon, lat]: readonly [number, number]) => ({ lon, lat })
