/** Signing in with name and password: slow for guessers, the same for names that there are and names that there are not. */
import type { Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { JournalEvent } from '#kernel/journal.ts'
import { keyOf, type Account } from './account.ts'
import type { OrganisationEvent } from './contract.ts'
import type { OrganisationDeps } from './deps.ts'
import { idleOf, rulesOf } from './session.ts'
import { countFailure, findCredential, forgetFailures, insertSession, lockedUntil, noteSignIn, rehashPassword } from './session-store.ts'
import { findAccountByName } from './store.ts'

/** Guesses at one name are answered one by one, so a crowd of them cannot outrun the counting. */
const queues = new Map<string, Promise<unknown>>()
const queued = new Map<string, number>()
const queueMax = 50

async function oneByOne<T>(key: string, work: () => Promise<T>): Promise<T | 'crowded'> {
  const waiting = queued.get(key) ?? 0
  if (waiting >= queueMax) return 'crowded'
  queued.set(key, waiting + 1)
  const before = queues.get(key) ?? Promise.resolve()
  const mine = before.then(work, work)
  queues.set(key, mine.catch(() => {}))
  try {
    return await mine
  } finally {
    const left = queued.get(key)! - 1
    if (left === 0) {
      queued.delete(key)
      queues.delete(key)
    } else queued.set(key, left)
  }
}

export type NewlySignedIn = {
  readonly account: Account
  readonly token: string
  readonly csrf: string
  readonly mustChangePassword: boolean
  readonly idleExpiresAt: number
  readonly expiresAt: number
}
export type SignInRefusal = 'wrong-credentials' | 'sign-in-locked'

/** Check name and password; a right one opens a session. */
export async function signIn(
  deps: OrganisationDeps,
  given: { readonly name: string; readonly password: string; readonly address: string },
): Promise<NewlySignedIn | Refused<SignInRefusal>> {
  const checked = await checkPassword(deps, given)
  if ('refused' in checked) return checked
  const { account, mustChange } = checked
  return openSession(deps, account, given.address, mustChange)
}

/**
 * The account whose password this is, with every failure counted.
 *
 * The same queries and the same argon2 work are done for any name; a name that there is not locks like any other.
 */
export async function checkPassword(
  deps: OrganisationDeps,
  given: { readonly name: string; readonly password: string; readonly address: string },
): Promise<{ readonly account: Account; readonly mustChange: boolean; readonly stored: string } | Refused<SignInRefusal>> {
  const { db, secrets } = deps
  const rules = rulesOf(deps)
  const key = keyOf(given.name)
  const nameDigest = secrets.digest(key)
  const locked = (until: number) => refuse('sign-in-locked', { minutes: Math.max(1, Math.ceil((until - deps.now()) / 60_000)), seconds: Math.max(1, Math.ceil((until - deps.now()) / 1000)) })

  const answer = await oneByOne(key, async () => {
    const until = await lockedUntil(db, nameDigest)
    const lockedMs = until - deps.now()
    if (lockedMs > 0 && lockedMs <= rules.lockMs) return locked(until) // for longer only since the clock was set back

    const account = await findAccountByName(db, given.name)
    const credential = await findCredential(db, account?.id ?? '')
    const right = credential ? await secrets.verify(credential.passwordHash, given.password) : await secrets.verifyNobody(given.password)
    if (account && credential && right && !account.disabled) {
      await forgetFailures(db, nameDigest)
      if (secrets.isOutdated(credential.passwordHash)) {
        await rehashPassword(db, account.id, credential.passwordHash, await secrets.hash(given.password))
      }
      return { account, mustChange: credential.mustChange, stored: credential.passwordHash }
    }

    const at = deps.now()
    const lockedTill = await countFailure(db, nameDigest, at, rules)
    if (lockedTill > at && account) {
      // Not waited for: the answer must not come later for a name that there is.
      record(deps, account, { type: 'account-locked', at, until: lockedTill, address: given.address }).catch((cause: unknown) =>
        deps.log.error({ err: cause, account: account.id }, 'a lock-out could not be written down'),
      )
    }
    return refuse('wrong-credentials')
  })
  return answer === 'crowded' ? locked(deps.now() + 60_000) : answer
}

/** Open a session for an account that has proved itself. */
export async function openSession(deps: OrganisationDeps, account: Account, address: string, mustChange: boolean): Promise<NewlySignedIn> {
  const { db, secrets } = deps
  const rules = rulesOf(deps)
  const at = deps.now()
  const token = secrets.newToken()
  const id = deps.newId()
  const idleMs = idleOf(account.grants, rules)
  const expiresAt = at + rules.absoluteMs
  await insertSession(db, { id, digest: secrets.digest(token), account: account.id, address, at, idleMs, expiresAt })
  await noteSignIn(db, account.id, at)
  await record(deps, account, { type: 'signed-in', at, session: id, address })
  return { account, token, csrf: secrets.csrf(token), mustChangePassword: mustChange, idleExpiresAt: Math.min(at + idleMs, expiresAt), expiresAt }
}

/** Write what an account's owner did into the journal, under its own name. */
export async function record(deps: OrganisationDeps, account: Account, event: OrganisationEvent & JournalEvent): Promise<void> {
  const actor: Actor = { account: account.id, name: account.displayName, grants: account.grants }
  await deps.journal.act({ id: deps.newId(), actor, at: event.at }, async (tx) => {
    tx.append(`account/${account.id}`, account.agency, [event])
    return { answer: null }
  })
}
