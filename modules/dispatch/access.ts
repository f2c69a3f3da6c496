/** Who may do what to an incident. Outside the caller's part of the tree there is nothing to be found. Pure but for its one question. */
import { holds, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { Tx } from '#kernel/journal.ts'
import type { AgencyPath, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import type { HandlerDeps } from './deps.ts'
import { incident, type Incident } from './incident.ts'
import { isReporter } from './report.ts'

/** Run the watch room: take reports, send units, close. */
export const watchRoom = ['dispatcher', 'commander'] as const
/** See incidents of their part of the tree. */
export const readers = ['dispatcher', 'commander', 'station', 'analyst'] as const

/** In what capacity somebody meets an incident. */
export type Standing = 'watch-room' | 'station' | 'crew' | 'reporter' | 'reader' | 'none'

export async function standingOf(
  deps: Pick<HandlerDeps, 'unitOfMember'>,
  actor: Actor,
  at: { readonly agency: AgencyPath; readonly handedOver: boolean },
  isCrew: (unit: UnitId) => Promise<boolean>,
  reported = false,
): Promise<Standing> {
  if (holds(actor, watchRoom, at.agency)) return 'watch-room'
  if (at.handedOver && holds(actor, ['station'], at.agency)) return 'station'
  const unit = await ownUnit(deps, actor)
  if (unit !== undefined && (await isCrew(unit))) return 'crew'
  if (reported && actor.grants.some((grant) => grant.role === 'officer')) return 'reporter'
  return holds(actor, readers, at.agency) ? 'reader' : 'none'
}

/** The unit in which the caller sits now, if he may act as an officer at all. */
export async function ownUnit(deps: Pick<HandlerDeps, 'unitOfMember'>, actor: Actor): Promise<UnitId | undefined> {
  if (actor.member === undefined || !actor.grants.some((grant) => grant.role === 'officer')) return undefined
  return deps.unitOfMember(actor.member)
}

/** Load (and lock) an incident for somebody who acts on it in one of these capacities. */
export async function incidentFor(
  deps: Pick<HandlerDeps, 'unitOfMember' | 'facts'>,
  tx: Tx,
  actor: Actor,
  id: IncidentId,
  allowed: readonly Standing[],
  at: Instant,
): Promise<{ readonly state: Incident; readonly standing: Standing } | Refused<'incident-not-found' | 'not-allowed'>> {
  const state = await tx.load(`incident/${id}`, incident)
  if (state.status === 'unheard') return refuse('incident-not-found')
  const handedOver = state.status === 'handed-over' || state.agency !== state.home
  const reported = isReporter(state, actor.account, at)
  const standing = await standingOf(deps, actor, { agency: state.agency, handedOver }, (unit) => deps.facts.isCrewOf(tx, unit, id, at), reported)
  if (standing === 'none') return refuse('incident-not-found')
  return allowed.includes(standing) ? { state, standing } : refuse('not-allowed')
}
