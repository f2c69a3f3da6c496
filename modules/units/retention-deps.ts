/** What saying and showing retention needs from the world; `server/compose.ts` supplies it. */
import type { Journal } from '#kernel/journal.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { Db } from '#platform/db/sql.ts'

export type RetentionDeps = {
  readonly db: Db
  readonly journal: Journal
  readonly now: () => Instant
  /** Every path of the tree. */
  readonly agencyPaths: () => Promise<readonly AgencyPath[]>
}
