/** Sessions: how long they last, who is behind one, and how one ends. */
import type { Actor, Grant } from '#kernel/actor.ts'
import type { Instant } from '#kernel/names.ts'
import { happened } from './account.ts'
import { usualSessionRules, type OrganisationDeps, type SessionRules } from './deps.ts'
import { endSession, findSession, touchSession, type SessionRow } from './session-store.ts'

/** A screen left alone signs itself out; a phone in a pocket and a program do not. */
export const idleOf = (grants: readonly Grant[], rules: SessionRules): number =>
  grants.every(({ role }) => role === 'officer' || role === 'integrator') ? rules.idleOfficerMs : rules.idleMs

/** Whether a session is over at an instant: ended, too old, or left alone too long. */
export const isOver = (session: Pick<SessionRow, 'endedAt' | 'expiresAt' | 'lastSeenAt' | 'idleMs'>, at: Instant): boolean =>
  session.endedAt !== null || at >= session.expiresAt || at >= session.lastSeenAt + session.idleMs

export const rulesOf = (deps: Pick<OrganisationDeps, 'sessionRules'>): SessionRules => deps.sessionRules ?? usualSessionRules

/** Being seen is written down so often at most; a session may end that much early, never late. */
const touchEveryMs = 10_000

/**
 * Find who is behind a secret. Rights are read anew at each call, so a revoked right is gone at once.
 *
 * @param call.touch this call is its owner's own doing: the idle time starts anew
 */
export async function authenticate(deps: Pick<OrganisationDeps, 'db' | 'now' | 'secrets'>, call: { readonly token: string; readonly touch: boolean }) {
  const { db, now, secrets } = deps
  const row = await findSession(db, secrets.digest(call.token))
  if (!row) return 'unknown'
  const at = now()
  if (isOver(row, at) || row.disabled) return 'expired'
  let { lastSeenAt } = row
  if (call.touch && at - lastSeenAt >= touchEveryMs) {
    await touchSession(db, row.id, at)
    lastSeenAt = at
  }
  const actor: Actor = { account: row.account, name: row.displayName, grants: row.grants, ...(row.member === null ? {} : { member: row.member }) }
  const session = {
    id: row.id,
    csrf: secrets.csrf(call.token),
    mustChangePassword: row.mustChange,
    idleExpiresAt: Math.min(lastSeenAt + row.idleMs, row.expiresAt),
    expiresAt: row.expiresAt,
  }
  return { actor, session }
}

/** End one's own session; written down for the auditor. */
export async function signOut(deps: OrganisationDeps, actor: Actor, session: string): Promise<void> {
  const at = deps.now()
  await endSession(deps.db, session, at)
  await deps.journal.act({ id: deps.newId(), actor, at }, async (tx) => {
    tx.append(`account/${actor.account}`, actor.grants[0]?.agency ?? 'none', happened({ type: 'signed-out', at, session }))
    return { answer: null }
  })
}
