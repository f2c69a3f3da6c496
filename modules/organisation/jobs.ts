/** Periodic work: what is over for long is swept away. */
import type { OrganisationDeps } from './deps.ts'
import { sweepSessions } from './session-store.ts'

const week = 7 * 24 * 60 * 60_000

/** Once a day will do. */
export const sweepOld = (deps: Pick<OrganisationDeps, 'db' | 'now'>): Promise<void> => sweepSessions(deps.db, deps.now() - week)
