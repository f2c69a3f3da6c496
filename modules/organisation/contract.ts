/** What other rooms and the apps may know about the organisation: agencies, members, accounts, sessions. */
import { Type, type Static } from 'typebox'
import { At, CommandIdOf, Id, Latitude, Longitude, Nullable, Path } from '#kernel/contract.ts'

export const RoleName = Type.Union([
  Type.Literal('dispatcher'),
  Type.Literal('commander'),
  Type.Literal('officer'),
  Type.Literal('station'),
  Type.Literal('analyst'),
  Type.Literal('auditor'),
  Type.Literal('administrator'),
  Type.Literal('integrator'),
])

export const GrantView = Type.Object({ role: RoleName, agency: Path })

export const AgencyKind = Type.Union([
  Type.Literal('province'),
  Type.Literal('city'),
  Type.Literal('county'),
  Type.Literal('station'),
  Type.Literal('brigade'),
  Type.Literal('company'),
])

/** A node of the organisation tree 单位. Stations have a place on the map. */
export const AgencyView = Type.Object({
  id: Id,
  path: Path,
  name: Type.String(),
  nameEn: Nullable(Type.String()),
  kind: AgencyKind,
  lon: Nullable(Longitude),
  lat: Nullable(Latitude),
})
export type AgencyView = Static<typeof AgencyView>

/** A person who works a shift 人员. No more is known of a person than the work needs. */
export const MemberView = Type.Object({
  id: Id,
  name: Type.String(),
  staffNumber: Type.String(),
  agency: Path,
  active: Type.Boolean(),
})
export type MemberView = Static<typeof MemberView>

export const AccountView = Type.Object({
  id: Id,
  name: Type.String({ description: 'what is typed to sign in' }),
  displayName: Type.String(),
  agency: Path,
  grants: Type.Array(GrantView),
  member: Nullable(Id),
  status: Type.Union([Type.Literal('active'), Type.Literal('locked'), Type.Literal('disabled')]),
  mustChangePassword: Type.Boolean(),
  lastSignInAt: Nullable(At),
  sessions: Type.Integer({ description: 'sessions open now' }),
})
export type AccountView = Static<typeof AccountView>

export const SignIn = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 64 }), password: Type.String({ minLength: 1, maxLength: 256 }) },
  { additionalProperties: false },
)

/** Who is signed in. `token` is the bearer token for programs, given once; browsers use the cookie. */
export const SessionView = Type.Object({
  account: Id,
  name: Type.String(),
  displayName: Type.String(),
  agency: Path,
  grants: Type.Array(GrantView),
  member: Nullable(Id),
  mustChangePassword: Type.Boolean(),
  idleExpiresAt: At,
  expiresAt: At,
})
export type SessionView = Static<typeof SessionView>
export const SignedIn = Type.Object({
  ...SessionView.properties,
  token: Type.String({ description: 'bearer token for programs: `Authorization: Bearer …`' }),
  csrf: Type.String({ description: 'browsers repeat it in the header x-gengfu-csrf on every write' }),
})

export const ChangePassword = Type.Object(
  { current: Type.String({ maxLength: 256 }), next: Type.String({ minLength: 1, maxLength: 256 }) },
  { additionalProperties: false },
)

export const NewAgency = Type.Object(
  {
    commandId: CommandIdOf,
    parent: Nullable(Path),
    label: Type.String({ minLength: 1, maxLength: 32, pattern: '^[A-Za-z0-9_]+$' }),
    name: Type.String({ minLength: 1, maxLength: 80 }),
    nameEn: Type.Optional(Type.String({ maxLength: 80 })),
    kind: AgencyKind,
    lon: Type.Optional(Longitude),
    lat: Type.Optional(Latitude),
  },
  { additionalProperties: false },
)

export const NewMember = Type.Object(
  {
    commandId: CommandIdOf,
    name: Type.String({ minLength: 1, maxLength: 80 }),
    staffNumber: Type.String({ minLength: 1, maxLength: 32 }),
    agency: Path,
  },
  { additionalProperties: false },
)

export const NewAccount = Type.Object(
  {
    commandId: CommandIdOf,
    name: Type.String({ minLength: 2, maxLength: 64 }),
    displayName: Type.String({ minLength: 1, maxLength: 80 }),
    agency: Path,
    grants: Type.Array(GrantView, { minItems: 1, maxItems: 16 }),
    member: Type.Optional(Id),
  },
  { additionalProperties: false },
)

export const ChangeAgency = Type.Object(
  {
    commandId: CommandIdOf,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    nameEn: Type.Optional(Nullable(Type.String({ maxLength: 80 }))),
    lon: Type.Optional(Nullable(Longitude)),
    lat: Type.Optional(Nullable(Latitude)),
  },
  { additionalProperties: false },
)

export const ChangeMember = Type.Object(
  {
    commandId: CommandIdOf,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    staffNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
    agency: Type.Optional(Path),
    active: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

export const ChangeAccount = Type.Object(
  {
    commandId: CommandIdOf,
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    agency: Type.Optional(Path),
    grants: Type.Optional(Type.Array(GrantView, { minItems: 1, maxItems: 16 })),
    member: Type.Optional(Nullable(Id)),
    disabled: Type.Optional(Type.Boolean({ description: 'true ends every session at once' })),
  },
  { additionalProperties: false },
)

/** Any change that says no more than that it is wanted. */
export const Asked = Type.Object({ commandId: CommandIdOf }, { additionalProperties: false })

/** Read aloud or written down once; its owner must change it at the first sign-in. Null when the account is in use already. */
export const OneTimePassword = Type.Object({ id: Id, oneTimePassword: Nullable(Type.String()) })

/** Who is signed in now; `csrf` so that a reloaded page can go on writing. */
export const CurrentSession = Type.Object({
  ...SessionView.properties,
  csrf: Type.String({ description: 'browsers repeat it in the header x-gengfu-csrf on every write' }),
})
export type CurrentSession = Static<typeof CurrentSession>

export const SetupView = Type.Object({ needed: Type.Boolean({ description: 'nobody has an account yet' }) })
export const Setup = Type.Object(
  {
    setupToken: Type.String({ minLength: 1, maxLength: 200, description: 'printed by the server when it starts' }),
    agencyName: Type.String({ minLength: 1, maxLength: 80 }),
    agencyNameEn: Type.Optional(Type.String({ maxLength: 80 })),
    administratorName: Type.String({ minLength: 2, maxLength: 64 }),
    displayName: Type.String({ minLength: 1, maxLength: 80 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
  },
  { additionalProperties: false },
)

type GrantOf = Static<typeof GrantView>

/** Events of the organisation, for other rooms' listeners. Streams are `agency/ID`, `member/ID`, `account/ID`. */
export type OrganisationEvent =
  | { readonly type: 'agency-created'; readonly at: number; readonly id: string; readonly path: string; readonly name: string; readonly nameEn: string | null; readonly kind: AgencyView['kind']; readonly lon: number | null; readonly lat: number | null }
  | { readonly type: 'agency-changed'; readonly at: number; readonly id: string; readonly name: string; readonly nameEn: string | null; readonly lon: number | null; readonly lat: number | null }
  | { readonly type: 'member-created'; readonly at: number; readonly id: string; readonly name: string; readonly staffNumber: string; readonly agency: string }
  | { readonly type: 'member-changed'; readonly at: number; readonly id: string; readonly name: string; readonly staffNumber: string; readonly agency: string; readonly active: boolean }
  | { readonly type: 'account-created'; readonly at: number; readonly id: string; readonly name: string; readonly displayName: string; readonly agency: string; readonly grants: readonly GrantOf[]; readonly member: string | null }
  | { readonly type: 'account-changed'; readonly at: number; readonly id: string; readonly displayName: string; readonly agency: string; readonly grants: readonly GrantOf[]; readonly member: string | null; readonly disabled: boolean }
  | { readonly type: 'password-changed'; readonly at: number; readonly by: 'owner' | 'administrator' }
  | { readonly type: 'sessions-ended'; readonly at: number; readonly count: number }
  | { readonly type: 'account-locked'; readonly at: number; readonly until: number; readonly address: string }
  | { readonly type: 'account-unlocked'; readonly at: number }
  | { readonly type: 'signed-in'; readonly at: number; readonly session: string; readonly address: string }
  | { readonly type: 'signed-out'; readonly at: number; readonly session: string }
