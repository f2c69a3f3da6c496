/** What the units room needs from the world; `server/compose.ts` supplies it. */
import type { Actor } from '#kernel/actor.ts'
import type { AgencyPath, CommandId, Instant } from '#kernel/names.ts'
import type { Command, Journal } from '#kernel/journal.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { Allowance } from '#platform/http/allowance.ts'
import type { Db } from '#platform/db/sql.ts'
import type { PositionsTaken } from './contract.ts'
import type { LiveUnits } from './live.ts'
import type { Intake } from './intake.ts'

/** From compose. */
export type UnitsNeeds = {
  readonly journal: Journal
  readonly db: Db
  readonly now: () => Instant
  readonly newId: () => string
  /** Secrets are made of these: from the system's cryptographic source. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly findAgency: (path: AgencyPath) => Promise<AgencyView | undefined>
  /** Names of the members that exist among these ids. */
  readonly memberNames: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** How long positions are kept, in whole UTC days. */
  readonly retentionDays?: number
  /** Told what became of each batch of positions, for the metrics. */
  readonly onTaken?: (taken: PositionsTaken) => void
  /** Told of work that failed in the background and will be tried again. */
  readonly onFault?: (what: string, cause: unknown) => void
}

/** What routes and handlers get. */
export type UnitsDeps = UnitsNeeds & {
  readonly live: LiveUnits
  readonly intake: Intake
  /** How often an address may show keys that open nothing. */
  readonly wrongKeys: Allowance
}

/** What is asked for, as the journal wants it: the same id with another request is another command, and refused. */
export const commandOf = (deps: UnitsDeps, actor: Actor, verb: string, id: CommandId, request: object = {}): Command => ({
  id,
  actor,
  at: deps.now(),
  fingerprint: `${verb} ${JSON.stringify(request)}`,
})
