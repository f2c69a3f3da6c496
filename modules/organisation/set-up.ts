/** The first run: an empty house gets its root agency and its first administrator, once. */
import { system } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import { createAccount } from './account.ts'
import { createAgency } from './agency.ts'
import { weaknessOf } from './change-password.ts'
import type { OrganisationDeps } from './deps.ts'
import { setPassword } from './session-store.ts'
import { openSession, type NewlySignedIn } from './sign-in.ts'
import { countAccounts, findAccount, listEveryAgency, sqlOf } from './store.ts'

export const isSetupNeeded = async (deps: Pick<OrganisationDeps, 'db'>): Promise<boolean> => (await countAccounts(deps.db)) === 0

export type SetupAsked = {
  readonly setupToken: string
  readonly agencyName: string
  readonly agencyNameEn?: string | undefined
  readonly administratorName: string
  readonly displayName: string
  readonly password: string
  readonly address: string
}

/** The label of the root: its name may change, its path never does. */
const rootLabel = 'home'
/** The first administrator of a small agency does everything until he says who else does. */
const firstRoles = ['administrator', 'dispatcher', 'commander', 'auditor'] as const

/** Create the root agency and its administrator, and sign him in. Of two at once, one succeeds. */
export async function setUp(deps: OrganisationDeps, asked: SetupAsked): Promise<NewlySignedIn | Refused> {
  if (!(await isSetupNeeded(deps))) return refuse('setup-done')
  if (!deps.secrets.same(asked.setupToken.trim(), deps.setupToken)) return refuse('setup-token-wrong')
  const weak = weaknessOf(deps, asked.password, asked.administratorName)
  if (weak) return weak

  const hash = await deps.secrets.hash(asked.password)
  const at = deps.now()
  const outcome = await deps.journal.act<string, string>({ id: deps.newId(), actor: system, at }, async (tx) => {
    await tx.load('setup', { initial: null, evolve: () => null }) // two who hold the token are answered in turn
    const sql = sqlOf(tx)
    if ((await countAccounts(sql)) > 0) return refuse('setup-done')

    const agencies = await listEveryAgency(sql)
    let root = agencies[0]?.path
    if (root === undefined) {
      root = rootLabel
      const id = deps.newId()
      const agency = { id, path: root, parent: null, name: asked.agencyName, nameEn: asked.agencyNameEn || null, kind: 'county' as const, lon: null, lat: null }
      const planted = createAgency(system, agency, { parentExists: true, taken: false }, at)
      if (isRefused(planted)) return planted
      tx.append(`agency/${id}`, root, planted.events)
    }

    const id = deps.newId()
    const wanted = {
      id,
      name: asked.administratorName,
      displayName: asked.displayName,
      agency: root,
      grants: firstRoles.map((role) => ({ role, agency: root })),
      member: null,
    }
    const opened = createAccount(system, wanted, { nameTaken: false, agencies: [root], memberAgency: undefined }, at)
    if (isRefused(opened)) return opened
    tx.append(`account/${id}`, root, opened.events)
    await setPassword(sql, id, hash, false, at)
    return { answer: id }
  })
  if (isRefused(outcome)) return outcome
  const account = await findAccount(deps.db, outcome.answer)
  return openSession(deps, account!, asked.address, false)
}
