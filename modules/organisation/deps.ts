/** What the organisation's handlers need from the world; `server/compose.ts` supplies it. */
import type { Journal } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import type { Secrets } from '#platform/auth/secrets.ts'
import type { Db } from '#platform/db/sql.ts'
import type { Log } from '#platform/log.ts'

export type OrganisationDeps = {
  readonly db: Db
  readonly journal: Journal
  readonly now: () => Instant
  readonly newId: () => string
  /** `createSecrets({ randomBytes })` of platform/auth. */
  readonly secrets: Secrets
  readonly log: Log
  /** Printed by the server at its start; whoever reads it may create the first administrator. */
  readonly setupToken: string
  readonly sessionRules?: SessionRules
}

/** How long sessions last, and how many wrong passwords lock a name for how long. Milliseconds. */
export type SessionRules = {
  readonly idleMs: number
  /** For those who hold no role but officer or integrator: a phone in a pocket, a program. */
  readonly idleOfficerMs: number
  readonly absoluteMs: number
  readonly failuresMax: number
  readonly lockMs: number
}

const minute = 60_000
export const usualSessionRules: SessionRules = {
  idleMs: 30 * minute,
  idleOfficerMs: 12 * 60 * minute,
  absoluteMs: 12 * 60 * minute,
  failuresMax: 5,
  lockMs: 15 * minute,
}
