/** What the town's routes need from the world; `server/compose.ts` supplies it. */
import type { Journal } from '#kernel/journal.ts'
import type { Town } from './town-jobs.ts'

export type TownDeps = {
  readonly town: Town
  /** Where given, an installed map is written down as an administrator's decision. */
  readonly journal?: Journal
  readonly now: () => number
  readonly newId: () => string
}
