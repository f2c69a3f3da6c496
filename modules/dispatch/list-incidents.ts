/** Reading incidents, each reader in the capacity that he has. */
import { holds, scopeOf, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { IncidentId } from '#kernel/names.ts'
import { ownUnit, readers, standingOf, watchRoom, type Standing } from './access.ts'
import type { IncidentView } from './contract.ts'
import type { DispatchDeps } from './deps.ts'
import { withoutPersons } from './persons.ts'
import { incidentViews, isCrewOf, listIncidents } from './store.ts'

export type ReadDeps = Pick<DispatchDeps, 'db' | 'unitOfMember' | 'now'>

/** One incident, for a reader who may see it. */
export async function findIncident(
  deps: ReadDeps,
  actor: Actor,
  id: IncidentId,
): Promise<{ readonly view: IncidentView; readonly standing: Standing; readonly seesPersons: boolean } | Refused<'incident-not-found'>> {
  const [view] = await incidentViews(deps.db, [id])
  if (!view) return refuse('incident-not-found')
  const standing = await standingOf(deps, actor, { agency: view.agency, handedOver: view.handedTo !== null }, (unit) =>
    isCrewOf(deps.db, unit, id, deps.now()),
  )
  if (standing === 'none') return refuse('incident-not-found')
  const known = standing !== 'reader' || seesPersons(actor, view)
  return { view: known ? view : withoutPersons(view), standing, seesPersons: known }
}

/** Those who answer reports see who made them; those who only study them do not. */
export const seesPersons = (actor: Actor, view: Pick<IncidentView, 'agency'>): boolean => holds(actor, [...watchRoom, 'station'], view.agency)

export type Listing = {
  readonly status: 'waiting' | 'active' | 'handed-over' | 'open' | 'closed' | 'all'
  readonly q?: string
  readonly from?: number
  readonly to?: number
  readonly after?: string
  readonly limit: number
}

const statusesOf: Readonly<Record<Listing['status'], readonly IncidentView['status'][]>> = {
  waiting: ['waiting'],
  active: ['active'],
  'handed-over': ['handed-over'],
  open: ['waiting', 'active', 'handed-over'],
  closed: ['closed'],
  all: ['waiting', 'active', 'handed-over', 'closed'],
}

/** A page of incidents, newest first; `next` continues where it ends, whatever arrives meanwhile. */
export async function pageOfIncidents(
  deps: ReadDeps,
  actor: Actor,
  asked: Listing,
): Promise<{ readonly items: readonly IncidentView[]; readonly next: string | null } | Refused<'page-unknown'>> {
  const marker = asked.after === undefined ? undefined : /^(\d{1,16})-([A-Za-z0-9_-]{1,64})$/.exec(asked.after)
  if (marker === null) return refuse('page-unknown')
  const unit = await ownUnit(deps, actor)
  const found = await listIncidents(deps.db, {
    scope: scopeOf(actor, readers),
    unit,
    at: deps.now(),
    statuses: statusesOf[asked.status],
    words: asked.q?.trim() || undefined,
    from: asked.from,
    to: asked.to,
    after: marker && { openedAt: Number(marker[1]), id: marker[2]! },
    limit: asked.limit + 1,
  })
  const items = found.slice(0, asked.limit)
  const last = items.at(-1)
  return {
    items: items.map((view) => (seesPersons(actor, view) || isOnIt(view, unit) ? view : withoutPersons(view))),
    next: found.length > items.length && last ? `${last.openedAt}-${last.id}` : null,
  }
}

const isOnIt = (view: IncidentView, unit: string | undefined) => view.assignments.some((each) => each.unit === unit)
