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
