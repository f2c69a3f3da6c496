/** Agencies, members and accounts that must be there: for demo towns, at every start. Each may be asked for again and again. */
import { system, type Grant } from '#kernel/actor.ts'
import { isRefused, type Refused } from '#kernel/decision.ts'
import type { AgencyPath } from '#kernel/names.ts'
import { keyOf } from './account.ts'
import { alterAccount, openAccount } from './change-accounts.ts'
import { enrolMember, openAgency, type WantedAgency } from './change-tree.ts'
import type { AgencyView, MemberView } from './contract.ts'
import type { OrganisationDeps } from './deps.ts'
import { findCredential, forgetFailures, setPassword } from './session-store.ts'
import { findAccountByName, findAgencyAt, findMember, findMemberByNumber } from './store.ts'

const command = (deps: OrganisationDeps) => ({ id: deps.newId(), actor: system, at: deps.now() })

/** A seed that is refused is a mistake in the seed. */
function mustHold<T>(outcome: T | Refused, what: string): T {
  if (isRefused(outcome as object)) throw new Error(`${what} was refused: ${JSON.stringify(outcome)}`)
  return outcome as T
}

export async function ensureAgency(deps: OrganisationDeps, wanted: WantedAgency): Promise<AgencyView> {
  const path = wanted.parent === null ? wanted.label : `${wanted.parent}.${wanted.label}`
  const before = await findAgencyAt(deps.db, path)
  if (before) return before
  mustHold(await openAgency(deps, command(deps), wanted), `agency ${path}`)
  return (await findAgencyAt(deps.db, path))!
}

export async function ensureMember(deps: OrganisationDeps, wanted: Pick<MemberView, 'name' | 'staffNumber' | 'agency'>): Promise<MemberView> {
  const before = await findMemberByNumber(deps.db, wanted.staffNumber)
  if (before) return before
  const outcome = mustHold(await enrolMember(deps, command(deps), wanted), `member ${wanted.staffNumber}`)
  return (await findMember(deps.db, (outcome as { answer: string }).answer))!
}

export type SeededAccount = {
  readonly name: string
  readonly displayName: string
  readonly agency: AgencyPath
  readonly grants: readonly Grant[]
  readonly member?: string
  readonly password: string
}

/**
 * An account with this very password and these rights, whatever has become of it since: enabled, unlocked, no change asked for.
 *
 * Sessions go on. Only for demo accounts: the password is known to whoever reads the console's start.
 */
export async function createAccountWithPassword(deps: OrganisationDeps, wanted: SeededAccount): Promise<{ readonly id: string }> {
  const before = await findAccountByName(deps.db, wanted.name)
  if (!before) {
    const outcome = mustHold(await openAccount(deps, command(deps), wanted, { text: wanted.password, mustChange: false }), `account ${wanted.name}`)
    return { id: (outcome as { answer: string }).answer }
  }
  const { displayName, agency, grants, member = null } = wanted
  const isSame =
    !before.disabled && before.displayName === displayName && before.agency === agency && before.member === member && grantsText(before.grants) === grantsText(grants)
  if (!isSame) mustHold(await alterAccount(deps, command(deps), before.id, { displayName, agency, grants, member, disabled: false }), `account ${wanted.name}`)

  const credential = await findCredential(deps.db, before.id)
  const isRight = credential !== undefined && !credential.mustChange && (await deps.secrets.verify(credential.passwordHash, wanted.password))
  if (!isRight) await setPassword(deps.db, before.id, await deps.secrets.hash(wanted.password), false, deps.now(), 0)
  await forgetFailures(deps.db, deps.secrets.digest(keyOf(wanted.name)))
  return { id: before.id }
}

const grantsText = (grants: readonly Grant[]) => grants.map(({ role, agency }) => `${role} ${agency}`).sort().join()
