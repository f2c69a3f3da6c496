/** What the roads room needs from the world; `server/compose.ts` supplies it. */
import type { Journal } from '#kernel/journal.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { Db } from '#platform/db/sql.ts'
import type { Log } from '#platform/log.ts'
import type { RoadsRoom } from './jobs.ts'
import type { LearnsFrom } from './speeds-jobs.ts'

/** A town's roads as they were imported. */
export type TownRoads = {
  readonly version: string
  /** The graph's file in memory that threads share, checked. */
  readonly graph: Uint8Array<SharedArrayBuffer>
  /** By street number: what the road is called. */
  readonly streets: readonly { readonly name: string; readonly nameEn: string | null }[]
  /** Where files that belong to this version may be kept. */
  readonly folder: string
}

export type RoadsNeeds = {
  readonly db: Db
  readonly journal: Journal
  readonly now: () => Instant
  readonly newId: () => string
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  readonly town: { readonly roads: () => TownRoads | undefined; readonly onChange: (listener: () => void) => () => void }
  readonly onFault: (what: string, cause: unknown) => void
  /** Threads for travel; one when absent. */
  readonly threads?: number
  /** Prepare plans in the background. On when absent. */
  readonly plans?: boolean
  /** Where speeds are learned from; nothing is learned when absent. */
  readonly learnsFrom?: LearnsFrom
}

/** What routes and handlers get. */
export type RoadsDeps = {
  readonly db: Db
  readonly journal: Journal
  readonly now: () => Instant
  readonly newId: () => string
  readonly findAgency: (path: AgencyPath) => Promise<AgencyView | undefined>
  /** Units as they are now, of these subtrees. */
  readonly liveUnits: (scope?: readonly AgencyPath[]) => readonly UnitView[]
  readonly room: RoadsRoom
}
