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

/** Events of the organisation, for other rooms' listeners. */
export type OrganisationEvent =
  | { readonly type: 'agency-created'; readonly at: number; readonly id: string; readonly path: string; readonly name: string; readonly nameEn: string | null; readonly kind: AgencyView['kind']; readonly lon: number | null; readonly lat: number | null }
  | { readonly type: 'agency-changed'; readonly at: number; readonly id: string; readonly name: string; readonly nameEn: string | null; readonly lon: number | null; readonly lat: number | null }
