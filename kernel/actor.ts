/** Who is acting, what they may do, and in which part of the organisation tree. */
import type { AccountId, AgencyPath, MemberId } from './names.ts'

export const roles = [
  'dispatcher', // takes reports, sends units
  'commander', // everything a dispatcher may, and takes command, changes levels
  'officer', // sees and answers own orders, reports own position
  'station', // receives handed-over incidents, sees own agency
  'analyst', // reads incidents for analysis
  'auditor', // reads the journal
  'administrator', // accounts, agencies, units, categories, imports
  'integrator', // a program: positions of the units in its part of the tree
] as const
export type Role = (typeof roles)[number]

/** A role held over one agency and everything below it. */
export type Grant = { readonly role: Role; readonly agency: AgencyPath }

export type Actor = {
  readonly account: AccountId
  /** Shown in logs. */
  readonly name: string
  readonly grants: readonly Grant[]
  /** The person behind the account, where there is one: an officer's crew membership hangs on it. */
  readonly member?: MemberId
}

/** The program itself: timers that run out, retention. It answers to nobody's tree. */
export const system: Actor = { account: 'system', name: 'system', grants: [] }

/** Whether `path` is `root` or below it. */
export const isWithin = (path: AgencyPath, root: AgencyPath): boolean =>
  path === root || path.startsWith(`${root}.`)

/** Whether the actor holds one of the roles over this agency. */
export const holds = (actor: Actor, wanted: readonly Role[], path: AgencyPath): boolean =>
  actor === system || actor.grants.some((grant) => wanted.includes(grant.role) && isWithin(path, grant.agency))

/** The subtrees in which the actor holds one of the roles (any role where none is named). */
export const scopeOf = (actor: Actor, wanted: readonly Role[] = roles): AgencyPath[] =>
  actor.grants.filter((grant) => wanted.includes(grant.role)).map((grant) => grant.agency)

/** Whether an agency lies in any of these subtrees. */
export const inScope = (path: AgencyPath, scope: readonly AgencyPath[]): boolean =>
  scope.some((root) => isWithin(path, root))
