/** What administrators do with accounts: create, change, disable, unlock, end sessions. */
import { scopeOf, type Actor, type Grant } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Command, Tx } from '#kernel/journal.ts'
import type { AgencyPath } from '#kernel/names.ts'
import { changeAccount, createAccount, happened, keyOf, mayTouch, type Account, type AccountChanges } from './account.ts'
import type { OrganisationDeps } from './deps.ts'
import { endSessionsOf, forgetFailures, setPassword } from './session-store.ts'
import { findAccount, findAccountByName, findMember, listEveryAgency, sqlOf } from './store.ts'

const names = { initial: null, evolve: () => null }

type Wanted = {
  readonly name: string
  readonly displayName: string
  readonly agency: AgencyPath
  readonly grants: readonly Grant[]
  readonly member?: string | null | undefined
}

/**
 * Open an account with a password, one-time or not.
 *
 * @param password.mustChange false only for demo and first-run accounts, whose owners chose or know the password
 */
export async function openAccount(
  deps: OrganisationDeps,
  command: Command,
  wanted: Wanted,
  password: { readonly text: string; readonly mustChange: boolean },
) {
  const hash = await deps.secrets.hash(password.text)
  const id = deps.newId()
  return deps.journal.act(command, async (tx) => {
    await tx.load(`account-name/${keyOf(wanted.name)}`, names) // two of the same name are answered in turn
    const sql = sqlOf(tx)
    const facts = { nameTaken: (await findAccountByName(sql, wanted.name)) !== undefined, ...(await factsOf(tx, wanted.member)) }
    const decision = createAccount(command.actor, { id, ...wanted, member: wanted.member ?? null }, facts, command.at)
    if (isRefused(decision)) return decision
    tx.append(`account/${id}`, wanted.agency, decision.events)
    await setPassword(sql, id, hash, password.mustChange, command.at)
    return { answer: id }
  })
}

async function factsOf(tx: Tx, member: string | null | undefined) {
  const sql = sqlOf(tx)
  return {
    agencies: (await listEveryAgency(sql)).map((agency) => agency.path),
    memberAgency: member ? (await findMember(sql, member))?.agency : undefined,
  }
}

export async function alterAccount(deps: OrganisationDeps, command: Command, id: string, changes: AccountChanges) {
  return deps.journal.act(command, async (tx) => {
    await tx.load(`account/${id}`, names)
    const sql = sqlOf(tx)
    const account = await findAccount(sql, id)
    const member = changes.member === undefined ? account?.member : changes.member
    const decision = changeAccount(command.actor, account, { ...changes, member: member ?? null }, await factsOf(tx, member), command.at)
    if (isRefused(decision)) return decision
    const agency = changes.agency ?? account!.agency
    tx.append(`account/${id}`, agency, decision.events)
    if (changes.disabled) {
      const count = await endSessionsOf(sql, id, command.at)
      if (count > 0) tx.append(`account/${id}`, agency, happened({ type: 'sessions-ended', at: command.at, count }))
    }
    return { answer: id }
  })
}

/** Sign an account out everywhere. */
export const endSessions = (deps: OrganisationDeps, command: Command, id: string) =>
  withAccount(deps, command, id, async (tx, account) => {
    const count = await endSessionsOf(sqlOf(tx), id, command.at)
    tx.append(`account/${id}`, account.agency, happened({ type: 'sessions-ended', at: command.at, count }))
  })

/** Let somebody try again who mistyped too often. */
export const unlockAccount = (deps: OrganisationDeps, command: Command, id: string) =>
  withAccount(deps, command, id, async (tx, account) => {
    await forgetFailures(sqlOf(tx), deps.secrets.digest(keyOf(account.name)))
    tx.append(`account/${id}`, account.agency, happened({ type: 'account-unlocked', at: command.at }))
  })

const withAccount = (deps: OrganisationDeps, command: Command, id: string, work: (tx: Tx, account: Account) => Promise<void>) =>
  deps.journal.act(command, async (tx): Promise<{ answer: string } | Refused> => {
    await tx.load(`account/${id}`, names)
    const account = await findAccount(sqlOf(tx), id)
    const refusal = mayTouch(command.actor, account)
    if (refusal || !account) return refuse(refusal ?? 'account-not-found')
    await work(tx, account)
    return { answer: id }
  })

/** Where an actor administers. */
export const administered = (actor: Actor): AgencyPath[] => scopeOf(actor, ['administrator'])
