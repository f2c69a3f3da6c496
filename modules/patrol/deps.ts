/** What the patrol room needs from the world; `server/compose.ts` supplies it. */
import type { Actor } from '#kernel/actor.ts'
import type { Command, Journal } from '#kernel/journal.ts'
import type { AgencyPath, CommandId, Instant } from '#kernel/names.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { Db } from '#platform/db/sql.ts'
import type { PatrolRoom } from './jobs.ts'
import type { TownBounds } from './outline.ts'

export type PatrolNeeds = {
  readonly db: Db
  readonly journal: Journal
  readonly now: () => Instant
  readonly newId: () => string
  readonly timeZone: () => string
  readonly townBounds: () => TownBounds | undefined
  readonly findAgency: (path: AgencyPath) => Promise<AgencyView | undefined>
  /** Units as they are now, of these subtrees (all without one). */
  readonly liveUnits: (scope?: readonly AgencyPath[]) => readonly UnitView[]
  /** A unit’s fixes in [from, to), oldest first, at most so many; milliseconds and 10⁻⁶ degrees, 0.1 km/h (−1 unknown), 1 where it is an impossible jump. */
  readonly fixesOf: (handle: number, from: Instant, to: Instant, limit: number) => Promise<{ readonly [row in 'fixAt' | 'lon' | 'lat' | 'speed' | 'flagged']: readonly number[] }>
  /** For how many whole days agencies said that positions are kept; for those that said nothing as those above, or as usual. */
  readonly keptDays: () => Promise<ReadonlyMap<AgencyPath, number>>
  /** From when on positions of each of these units may be read; units of the past too. */
  readonly keptSince: (units: readonly string[]) => Promise<ReadonlyMap<string, Instant>>
  /** Told when the fences in use are others than before. */
  readonly onFences?: () => void
  readonly onFault: (what: string, cause: unknown) => void
}

/** What routes and handlers get. */
export type PatrolDeps = PatrolNeeds & { readonly room: PatrolRoom }

/** What is asked for, as the journal wants it: the same id with another request is another command, and refused. */
export const commandOf = (deps: Pick<PatrolNeeds, 'now'>, actor: Actor, verb: string, id: CommandId, request: object = {}): Command => ({
  id,
  actor,
  at: deps.now(),
  fingerprint: `${verb} ${JSON.stringify(request)}`,
})
