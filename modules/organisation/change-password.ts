/** A new password of one's own, and a one-time password given by an administrator. */
import type { Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { Command } from '#kernel/journal.ts'
import { happened, keyOf, mayTouch } from './account.ts'
import type { OrganisationDeps } from './deps.ts'
import { endSessionsOf, findCredential, forgetFailures, setPassword } from './session-store.ts'
import { checkPassword, record } from './sign-in.ts'
import { findAccount, sqlOf } from './store.ts'

/** Change one's own password; every other session of the account ends. */
export async function changePassword(
  deps: OrganisationDeps,
  asked: { readonly actor: Actor; readonly session: string; readonly current: string; readonly next: string; readonly address: string },
): Promise<{ readonly changed: true } | Refused> {
  const { db, secrets } = deps
  const account = await findAccount(db, asked.actor.account)
  if (!account) return refuse('account-not-found')
  const checked = await checkPassword(deps, { name: account.name, password: asked.current, address: asked.address })
  if ('refused' in checked) return checked.refused === 'wrong-credentials' ? refuse('wrong-password') : checked

  const refusal = weaknessOf(deps, asked.next, account.name)
  if (refusal) return refusal
  const credential = await findCredential(db, account.id)
  for (const used of [credential!.passwordHash, ...credential!.earlier]) {
    if (await secrets.verify(used, asked.next)) return refuse('password-used-before')
  }

  const hash = await secrets.hash(asked.next)
  const at = deps.now()
  await db.transaction(async (sql) => {
    await setPassword(sql, account.id, hash, false, at)
    await endSessionsOf(sql, account.id, at, asked.session)
  })
  await record(deps, account, { type: 'password-changed', at, by: 'owner' })
  return { changed: true }
}

export function weaknessOf(deps: OrganisationDeps, password: string, name: string): Refused | undefined {
  const flaw = deps.secrets.weakness(password, name)
  return flaw && refuse(flaw, { length: deps.secrets.rules.lengthMin, classes: deps.secrets.rules.classesMin })
}

/** Give an account a one-time password: its sessions end, its lock is lifted, and its owner must choose his own. */
export async function resetPassword(
  deps: OrganisationDeps,
  command: Command,
  id: string,
): Promise<{ readonly id: string; readonly oneTimePassword: string | null } | Refused> {
  const { actor, at } = command
  const oneTimePassword = deps.secrets.oneTimePassword()
  const hash = await deps.secrets.hash(oneTimePassword)
  const outcome = await deps.journal.act(command, async (tx) => {
    const account = await findAccount(sqlOf(tx), id)
    const refusal = mayTouch(actor, account)
    if (refusal || !account) return refuse(refusal ?? 'account-not-found')
    await setPassword(sqlOf(tx), account.id, hash, true, at)
    await endSessionsOf(sqlOf(tx), account.id, at)
    await forgetFailures(sqlOf(tx), deps.secrets.digest(keyOf(account.name)))
    tx.append(`account/${account.id}`, account.agency, happened({ type: 'password-changed', at, by: 'administrator' }))
    return { answer: account.id }
  })
  if ('refused' in outcome) return outcome
  // A repeated command changed nothing: the first answer's password is the right one, and it is kept nowhere.
  return { id: outcome.answer, oneTimePassword: outcome.repeated ? null : oneTimePassword }
}
