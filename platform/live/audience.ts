/** Who may see what: things, in one form or another, and the entries of the journal that tell of them. */
import { holds, isWithin, type Actor, type Role } from '#kernel/actor.ts'
import type { Entry } from '#kernel/journal.ts'
import type { AgencyPath, MemberId } from '#kernel/names.ts'

/** Holders of one of these roles over one of these agencies, and these persons. */
export type Audience = {
  readonly roles: readonly Role[]
  readonly agencies: readonly AgencyPath[]
  readonly members?: readonly MemberId[]
  /** Also who holds one of the roles over a part of the tree beneath these agencies only. */
  readonly below?: boolean
}

/** One way to show a thing, for those who may see it so. */
export type Form = {
  readonly to: Audience
  /** With an `id`; the client replaces what it had under it. */
  readonly view: object
  /** An entry's data as this audience may read it; as it is, when absent. */
  readonly dataOf?: (data: Entry['data']) => Record<string, unknown>
}

/** Something that entries touched, as it is now. Each client gets the first form that it may see. */
export type Thing = {
  /** The list that it belongs to: `incidents`, `units`. */
  readonly kind: string
  readonly id: string
  /** Its stream in the journal: whoever sees the thing sees these entries. */
  readonly stream: string
  /** None: it is no more. */
  readonly forms: readonly Form[]
}

/** What a batch of entries touched. */
export type Describe = (entries: readonly Entry[]) => Promise<readonly Thing[]>

/** Entries of streams that are no described thing, and of types that fewer may read than may see the thing. */
export type EntryRules = {
  readonly byType: Readonly<Record<string, readonly Role[]>>
  /** By what comes before the stream's slash. Streams that are not named here are for auditors. */
  readonly byStream: Readonly<Record<string, readonly Role[]>>
}

const everyRole = ['dispatcher', 'commander', 'officer', 'station', 'analyst', 'auditor', 'administrator', 'integrator'] as const
const keepers = ['administrator', 'auditor'] as const

export const usualEntryRules: EntryRules = {
  byType: {
    'track-viewed': ['commander', 'auditor'],
    'device-registered': keepers,
    'device-removed': keepers,
    'device-key-renewed': keepers,
  },
  byStream: {
    agency: everyRole,
    category: everyRole,
    town: everyRole,
    member: keepers,
    account: keepers,
    'road-speeds': keepers,
    bot: keepers,
    retention: keepers,
  },
}

export const isAmong = (actor: Actor, { roles, agencies, members, below }: Audience): boolean =>
  agencies.some((agency) => holds(actor, roles, agency) || (below === true && actor.grants.some((grant) => roles.includes(grant.role) && isWithin(grant.agency, agency)))) || (actor.member !== undefined && members?.includes(actor.member) === true)

/** The form in which the actor sees the thing, if any. */
export const formFor = (actor: Actor, thing: Pick<Thing, 'forms'>): Form | undefined => thing.forms.find((form) => isAmong(actor, form.to))

/** Whether an entry of no described thing, or of a rarer type, is for the actor. */
export function mayRead(actor: Actor, entry: Entry, rules: EntryRules): boolean {
  const rare = rules.byType[entry.type]
  const roles = rare ?? rules.byStream[entry.stream.split('/')[0]!] ?? ['auditor']
  return holds(actor, roles, entry.agency)
}
