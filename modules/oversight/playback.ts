/** The rules of a look at the past 回放: for how long, at how much, and who may go on looking. Pure. */
import { holds, type Actor, type Role } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { AccountId, AgencyPath, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import { daysMaxOfOneUnit, hoursMax, type OversightEvent } from './contract.ts'

/** Who may look, in their part of the tree. */
export const lookers = ['commander', 'auditor'] as const satisfies readonly Role[]

/** Units of one look. */
export const unitsMax = 5_000
/** A look gives data for so long: long enough for a debriefing, and no key for ever. */
export const openMs = 4 * 3_600_000

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export type Asked = { readonly agency: AgencyPath } | { readonly incident: IncidentId } | 'units'

/** A look, as it stands in the books. */
export type Playback = {
  readonly id: string
  readonly account: AccountId
  readonly from: Instant
  readonly to: Instant
  readonly reason: string
  readonly asked: Asked
  readonly openedAt: Instant
  readonly until: Instant
  readonly endedAt: Instant | null
  readonly units: readonly UnitId[]
}

export type OpenRefusal = 'playback-backwards' | 'playback-in-future' | 'playback-too-long' | 'playback-too-many'

/**
 * Open a look, as far as now at most: what is yet to come is nobody's past.
 *
 * @returns the event for each agency, by its path: with its own units; with none where nobody was on duty, for that was looked at too
 */
export function open(
  wanted: { readonly from: Instant; readonly to: Instant; readonly reason: string; readonly asked: Asked; readonly home: AgencyPath },
  units: readonly { readonly id: UnitId; readonly agency: AgencyPath }[],
  at: Instant,
): ReadonlyMap<AgencyPath, OversightEvent> | Refused<OpenRefusal> {
  const { from, reason, asked, home } = wanted
  const to = Math.min(wanted.to, at)
  if (!(from < wanted.to)) return refuse('playback-backwards')
  if (from >= at) return refuse('playback-in-future')
  const isOne = units.length === 1 && asked === 'units'
  if (to - from > (isOne ? daysMaxOfOneUnit * DAY_MS : hoursMax * HOUR_MS)) return refuse('playback-too-long', { hours: hoursMax, days: daysMaxOfOneUnit })
  if (units.length > unitsMax) return refuse('playback-too-many', { most: unitsMax })
  const byAgency = Map.groupBy(units, (unit) => unit.agency)
  if (byAgency.size === 0) byAgency.set(home, [])
  return new Map(
    [...byAgency].map(([agency, own]) => [agency, { type: 'playback-opened', at, from, to, reason: reason.trim(), units: own.map(({ id }) => id), asked, until: at + openMs }]),
  )
}

/** A look is its owner's alone, while it is open. To everybody else there is none. */
export function mayRead(playback: Playback | undefined, actor: Actor, at: Instant): Playback | Refused<'playback-not-found' | 'playback-over'> {
  if (!playback || playback.account !== actor.account) return refuse('playback-not-found')
  if (playback.endedAt !== null || at >= playback.until) return refuse('playback-over')
  return playback
}

/** Rights are looked at again with every page: who lost a part of the tree sees no more of it. */
export const stillSeen = <Unit extends { readonly agency: AgencyPath }>(actor: Actor, units: readonly Unit[]): Unit[] => units.filter((unit) => holds(actor, lookers, unit.agency))
