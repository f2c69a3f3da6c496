/** The rules of accounts: whose account an administrator may touch, and what he may grant. Pure. */
import { inScope, scopeOf, system, type Actor, type Grant } from '#kernel/actor.ts'
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { AccountId, AgencyPath, Instant, MemberId } from '#kernel/names.ts'
import type { JournalEvent } from '#kernel/journal.ts'
import type { OrganisationEvent } from './contract.ts'

/** Events held to their contract before the journal, which takes any. */
export const happened = (...events: OrganisationEvent[]): readonly JournalEvent[] => events

/** What is known of an account when a rule is asked. */
export type Account = {
  readonly id: AccountId
  readonly name: string
  readonly displayName: string
  readonly agency: AgencyPath
  readonly grants: readonly Grant[]
  readonly member: MemberId | null
  readonly disabled: boolean
}

export type AccountRefusal =
  | 'account-not-found'
  | 'account-name-taken'
  | 'account-outranks'
  | 'agency-not-found'
  | 'grant-outside'
  | 'member-not-found'
  | 'own-account'

/** Where an actor administers; the program itself, everywhere. */
const mayAdminister = (actor: Actor, path: AgencyPath): boolean => actor === system || inScope(path, scopeOf(actor, ['administrator']))

/** The name as it is compared: one Unicode form, small letters, no blanks around. */
export const keyOf = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

/**
 * Whether the actor may touch this account at all.
 *
 * An account elsewhere is not there. One of our own agency that holds rights elsewhere is another's to change:
 * whoever could reset its password would have those rights.
 */
export function mayTouch(actor: Actor, account: Account | undefined): AccountRefusal | undefined {
  if (!account || !mayAdminister(actor, account.agency)) return 'account-not-found'
  if (!account.grants.every((grant) => mayAdminister(actor, grant.agency))) return 'account-outranks'
  return undefined
}

/** What the shell looked up before a new account is asked for. */
export type NewAccountFacts = {
  readonly nameTaken: boolean
  readonly agencies: readonly AgencyPath[]
  readonly memberAgency: AgencyPath | undefined
}
type Wanted = Pick<Account, 'id' | 'name' | 'displayName' | 'agency' | 'grants' | 'member'>

export function createAccount(actor: Actor, wanted: Wanted, facts: NewAccountFacts, at: Instant): Decision<OrganisationEvent, AccountRefusal> {
  const outside = outsideOf(actor, wanted, facts)
  if (outside) return outside
  if (facts.nameTaken) return refuse('account-name-taken', { name: wanted.name })
  const { id, name, displayName, agency, member } = wanted
  return accept({ type: 'account-created', at, id, name: name.normalize('NFKC').trim(), displayName, agency, grants: unique(wanted.grants), member })
}

export type AccountChanges = Partial<Pick<Account, 'displayName' | 'agency' | 'grants' | 'member' | 'disabled'>>

export function changeAccount(
  actor: Actor,
  account: Account | undefined,
  changes: AccountChanges,
  facts: Omit<NewAccountFacts, 'nameTaken'>,
  at: Instant,
): Decision<OrganisationEvent, AccountRefusal> {
  const refusal = mayTouch(actor, account)
  if (refusal || !account) return refuse(refusal ?? 'account-not-found')
  if (account.id === actor.account && (changes.grants !== undefined || changes.disabled || changes.agency !== undefined)) return refuse('own-account')
  const next = { ...account, ...changes }
  const outside = outsideOf(actor, { ...next, member: changes.member ?? null }, facts)
  if (outside) return outside
  const { id, displayName, agency, member, disabled } = next
  return accept({ type: 'account-changed', at, id, displayName, agency, grants: unique(next.grants), member, disabled })
}

/** Rights are given only over one's own part of the tree, and only over agencies that there are. */
function outsideOf(actor: Actor, wanted: Pick<Account, 'agency' | 'grants' | 'member'>, facts: Omit<NewAccountFacts, 'nameTaken'>) {
  if (!mayAdminister(actor, wanted.agency) || !facts.agencies.includes(wanted.agency)) return refuse('agency-not-found')
  const foreign = wanted.grants.find((grant) => !mayAdminister(actor, grant.agency) || !facts.agencies.includes(grant.agency))
  if (foreign) return refuse('grant-outside', { agency: foreign.agency })
  if (wanted.member !== null && (facts.memberAgency === undefined || !mayAdminister(actor, facts.memberAgency))) return refuse('member-not-found')
  return undefined
}

const unique = (grants: readonly Grant[]): Grant[] => [...new Map(grants.map(({ role, agency }) => [`${role} ${agency}`, { role, agency }])).values()]
