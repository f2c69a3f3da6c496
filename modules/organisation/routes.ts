/** The organisation over HTTP: sessions, first run, agencies, members, accounts. */
import { Type } from 'typebox'
import { scopeOf, type Actor } from '#kernel/actor.ts'
import { Id, ItemsOf, Nothing, Path } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import type { Command } from '#kernel/journal.ts'
import { cookieGone, cookieOf } from '#platform/auth/session.ts'
import { route, type Route } from '#platform/http/route.ts'
import { administered, alterAccount, endSessions, openAccount, unlockAccount } from './change-accounts.ts'
import { changePassword, resetPassword } from './change-password.ts'
import { alterAgency, alterMember, enrolMember, openAgency } from './change-tree.ts'
import {
  AccountView,
  AgencyView,
  Asked,
  ChangeAccount,
  ChangeAgency,
  ChangeMember,
  ChangePassword,
  CurrentSession,
  MemberView,
  NewAccount,
  NewAgency,
  NewMember,
  OneTimePassword,
  Setup,
  SetupView,
  SignedIn,
  SignIn,
} from './contract.ts'
import type { OrganisationDeps } from './deps.ts'
import { isSetupNeeded, setUp } from './set-up.ts'
import { signOut } from './session.ts'
import { signIn, type NewlySignedIn } from './sign-in.ts'
import { findAccount, listAccounts, listAgencies, listMembers } from './store.ts'

const organisation = route<OrganisationDeps>()
const One = Type.Object({ id: Id })
const Created = Type.Object({ id: Id })
const administrator = ['administrator'] as const
/** Those who put crews together or speak of them by name. */
const crewing = ['administrator', 'commander', 'dispatcher', 'station', 'officer'] as const

/** The command behind a request; its fingerprint holds the same id to the same request. */
const commandOf = (deps: OrganisationDeps, actor: Actor, body: { readonly commandId: string }, id = ''): Command => ({
  id: body.commandId,
  actor,
  at: deps.now(),
  fingerprint: JSON.stringify([id, body]),
})

/** What a new session is answered with, and the cookie that goes along. */
function signedIn(deps: OrganisationDeps, { account, token, csrf, ...times }: NewlySignedIn) {
  const { id, name, displayName, agency, grants, member } = account
  return {
    body: { account: id, name, displayName, agency, grants: [...grants], member, ...times, token, csrf },
    headers: { 'set-cookie': cookieOf(token, (times.expiresAt - deps.now()) / 1000) },
  }
}

export const routes: Route<OrganisationDeps>[] = [
  organisation({
    method: 'POST',
    path: '/api/session',
    summary: 'Sign in with name and password; five wrong passwords lock a name for 15 minutes.',
    access: 'public',
    callsPerMinute: 120,
    schema: { body: SignIn },
    replies: { 200: SignedIn },
    async handle(deps, { body, address }) {
      const answer = await signIn(deps, { ...body, address })
      return isRefused(answer) ? answer : { status: 200, ...signedIn(deps, answer) }
    },
  }),

  organisation({
    method: 'GET',
    path: '/api/session',
    summary: 'Who is signed in, with what rights, until when.',
    access: 'signed-in',
    beforePasswordChange: true,
    schema: {},
    replies: { 200: CurrentSession },
    async handle(deps, { actor, session }) {
      const account = await findAccount(deps.db, actor.account)
      if (!account || !session) return refuse('not-signed-in')
      const { name, displayName, agency, grants, member } = account
      const { csrf, mustChangePassword, idleExpiresAt, expiresAt } = session
      return {
        status: 200,
        body: { account: account.id, name, displayName, agency, grants: [...grants], member, mustChangePassword, idleExpiresAt, expiresAt, csrf },
      }
    },
  }),

  organisation({
    method: 'DELETE',
    path: '/api/session',
    summary: 'Sign out: the cookie and the token are worth nothing from now on.',
    access: 'signed-in',
    beforePasswordChange: true,
    schema: {},
    replies: { 204: Nothing },
    async handle(deps, { actor, session }) {
      await signOut(deps, actor, session!.id)
      return { status: 204, body: null, headers: { 'set-cookie': cookieGone } }
    },
  }),

  organisation({
    method: 'POST',
    path: '/api/session/password',
    summary: 'Change one’s own password; every other session of the account ends.',
    access: 'signed-in',
    beforePasswordChange: true,
    callsPerMinute: 30,
    schema: { body: ChangePassword },
    replies: { 204: Nothing },
    async handle(deps, { body, actor, session, address }) {
      const answer = await changePassword(deps, { actor, session: session!.id, ...body, address })
      return isRefused(answer) ? answer : { status: 204, body: null }
    },
  }),

  organisation({
    method: 'GET',
    path: '/api/setup',
    summary: 'Whether the first administrator has still to be created.',
    access: 'public',
    schema: {},
    replies: { 200: SetupView },
    handle: async (deps) => ({ status: 200, body: { needed: await isSetupNeeded(deps) } }),
  }),

  organisation({
    method: 'POST',
    path: '/api/setup',
    summary: 'Create the root agency and the first administrator, once, with the token that the server printed; signs in.',
    access: 'public',
    callsPerMinute: 10,
    schema: { body: Setup },
    replies: { 201: SignedIn },
    async handle(deps, { body, address }) {
      const answer = await setUp(deps, { ...body, address })
      return isRefused(answer) ? answer : { status: 201, ...signedIn(deps, answer) }
    },
  }),

  organisation({
    method: 'GET',
    path: '/api/organisation/agencies',
    summary: 'The agencies in the caller’s part of the tree, parents first.',
    access: 'signed-in',
    schema: {},
    replies: { 200: ItemsOf(AgencyView) },
    handle: async (deps, { actor }) => ({ status: 200, body: { items: await listAgencies(deps.db, scopeOf(actor)) } }),
  }),

  organisation({
    method: 'POST',
    path: '/api/organisation/agencies',
    summary: 'Add an agency below one of the caller’s own.',
    access: administrator,
    schema: { body: NewAgency },
    replies: { 201: Type.Object({ id: Id, path: Path }) },
    async handle(deps, { body, actor }) {
      const { commandId, ...wanted } = body
      const outcome = await openAgency(deps, commandOf(deps, actor, body), wanted)
      return isRefused(outcome) ? outcome : { status: 201, body: outcome.answer }
    },
  }),

  organisation({
    method: 'PATCH',
    path: '/api/organisation/agencies/:id',
    summary: 'Rename an agency or move it on the map; its place in the tree stays.',
    access: administrator,
    schema: { params: One, body: ChangeAgency },
    replies: { 204: Nothing },
    async handle(deps, { params, body, actor }) {
      const { commandId, ...changes } = body
      const outcome = await alterAgency(deps, commandOf(deps, actor, body, params.id), params.id, changes)
      return isRefused(outcome) ? outcome : { status: 204, body: null }
    },
  }),

  organisation({
    method: 'GET',
    path: '/api/organisation/members',
    summary: 'The people in the caller’s part of the tree.',
    access: crewing,
    schema: {},
    replies: { 200: ItemsOf(MemberView) },
    handle: async (deps, { actor }) => ({ status: 200, body: { items: await listMembers(deps.db, scopeOf(actor, crewing)) } }),
  }),

  organisation({
    method: 'POST',
    path: '/api/organisation/members',
    summary: 'Enrol a person.',
    access: administrator,
    schema: { body: NewMember },
    replies: { 201: Created },
    async handle(deps, { body, actor }) {
      const { commandId, ...wanted } = body
      const outcome = await enrolMember(deps, commandOf(deps, actor, body), wanted)
      return isRefused(outcome) ? outcome : { status: 201, body: { id: outcome.answer } }
    },
  }),

  organisation({
    method: 'PATCH',
    path: '/api/organisation/members/:id',
    summary: 'Change a person’s name, number or agency, or take him off the list.',
    access: administrator,
    schema: { params: One, body: ChangeMember },
    replies: { 204: Nothing },
    async handle(deps, { params, body, actor }) {
      const { commandId, ...changes } = body
      const outcome = await alterMember(deps, commandOf(deps, actor, body, params.id), params.id, changes)
      return isRefused(outcome) ? outcome : { status: 204, body: null }
    },
  }),

  organisation({
    method: 'GET',
    path: '/api/organisation/accounts',
    summary: 'The accounts in the caller’s part of the tree, with their rights and whether they are locked.',
    access: administrator,
    schema: {},
    replies: { 200: ItemsOf(AccountView) },
    handle: async (deps, { actor }) => ({ status: 200, body: { items: await listAccounts(deps.db, administered(actor), deps.now()) } }),
  }),

  organisation({
    method: 'POST',
    path: '/api/organisation/accounts',
    summary: 'Open an account; answers its one-time password, which is kept nowhere.',
    access: administrator,
    schema: { body: NewAccount },
    replies: { 201: OneTimePassword },
    async handle(deps, { body, actor }) {
      const { commandId, ...wanted } = body
      const text = deps.secrets.oneTimePassword()
      const outcome = await openAccount(deps, commandOf(deps, actor, body), wanted, { text, mustChange: true })
      if (isRefused(outcome)) return outcome
      return { status: 201, body: { id: outcome.answer, oneTimePassword: outcome.repeated ? null : text } }
    },
  }),

  organisation({
    method: 'PATCH',
    path: '/api/organisation/accounts/:id',
    summary: 'Change an account’s name on screen, agency, rights or person, or disable it.',
    access: administrator,
    schema: { params: One, body: ChangeAccount },
    replies: { 204: Nothing },
    async handle(deps, { params, body, actor }) {
      const { commandId, ...changes } = body
      const outcome = await alterAccount(deps, commandOf(deps, actor, body, params.id), params.id, changes)
      return isRefused(outcome) ? outcome : { status: 204, body: null }
    },
  }),

  organisation({
    method: 'POST',
    path: '/api/organisation/accounts/:id/password',
    summary: 'Give an account a one-time password; its sessions end and its lock is lifted.',
    access: administrator,
    schema: { params: One, body: Asked },
    replies: { 200: OneTimePassword },
    async handle(deps, { params, body, actor }) {
      const answer = await resetPassword(deps, commandOf(deps, actor, body, params.id), params.id)
      return isRefused(answer) ? answer : { status: 200, body: answer }
    },
  }),

  organisation({
    method: 'POST',
    path: '/api/organisation/accounts/:id/unlock',
    summary: 'Lift the lock that wrong passwords put on an account.',
    access: administrator,
    schema: { params: One, body: Asked },
    replies: { 204: Nothing },
    async handle(deps, { params, body, actor }) {
      const outcome = await unlockAccount(deps, commandOf(deps, actor, body, params.id), params.id)
      return isRefused(outcome) ? outcome : { status: 204, body: null }
    },
  }),

  organisation({
    method: 'POST',
    path: '/api/organisation/accounts/:id/sessions/end',
    summary: 'Sign an account out everywhere.',
    access: administrator,
    schema: { params: One, body: Asked },
    replies: { 204: Nothing },
    async handle(deps, { params, body, actor }) {
      const outcome = await endSessions(deps, commandOf(deps, actor, body, params.id), params.id)
      return isRefused(outcome) ? outcome : { status: 204, body: null }
    },
  }),
]
