/** A demo town: its people and units seeded from one file, its crews and callers driven by a child process through the public doors. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { system } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import type { OrganisationDeps } from '#modules/organisation/deps.ts'
import { createAccountWithPassword, ensureAgency, ensureMember } from '#modules/organisation/seed.ts'
import { createUnit } from '#modules/units/change-unit.ts'
import type { UnitsDeps } from '#modules/units/deps.ts'
import type { Log } from '#platform/log.ts'
import { readTownFile, type TownFile } from '#sim/town-file.ts'

const root = join(import.meta.dirname, '..')

export const townFolder = (demo: 'guixi' | 'portland'): string => join(root, 'demo', demo)
export const readDemo = (demo: 'guixi' | 'portland'): TownFile => readTownFile(join(townFolder(demo), 'town.json'))

export type DemoAccount = { readonly role: string; readonly name: string; readonly password: string }

/**
 * See that everything the town file names is there. Asked for at every start; what is there already stays as it is.
 *
 * @returns `people`, accounts to print; `simulator`, accounts whose passwords were made just now for the child process
 */
export async function seedTown(
  town: TownFile,
  deps: { organisation: OrganisationDeps; units: UnitsDeps },
): Promise<{ people: DemoAccount[]; simulator: DemoAccount[] }> {
  for (const { path, ...agency } of town.agencies) {
    const cut = path.lastIndexOf('.')
    await ensureAgency(deps.organisation, {
      ...agency,
      parent: cut < 0 ? null : path.slice(0, cut),
      label: path.slice(cut + 1),
      lon: agency.lon ?? null,
      lat: agency.lat ?? null,
    })
  }
  const memberIds = new Map<string, string>()
  for (const member of town.members) memberIds.set(member.staffNumber, (await ensureMember(deps.organisation, member)).id)

  const known = new Set(deps.units.live.views().map((unit) => unit.callSign))
  for (const unit of town.units) {
    if (known.has(unit.callSign)) continue
    const made = await createUnit(deps.units, system, {
      commandId: deps.units.newId(),
      callSign: unit.callSign,
      kind: unit.kind,
      agency: unit.agency,
      capabilities: unit.capabilities,
    })
    if (isRefused(made as object)) throw new Error(`demo unit ${unit.callSign} was refused: ${JSON.stringify(made)}`)
  }

  const open = async (account: TownFile['accounts'][number]) => {
    const password = account.password ?? deps.organisation.secrets.newToken()
    await createAccountWithPassword(deps.organisation, {
      name: account.name,
      displayName: account.displayName,
      agency: account.agency,
      grants: account.grants,
      ...(account.member ? { member: memberIds.get(account.member)! } : {}),
      password,
    })
    return { for: account.for, role: account.role, name: account.name, password }
  }
  // Two at a time: 23 hashes before it hold up, on a busy machine, what proves a new connection to the database.
  const accounts: Awaited<ReturnType<typeof open>>[] = []
  for (let n = 0; n < town.accounts.length; n += 2) accounts.push(...(await Promise.all(town.accounts.slice(n, n + 2).map(open))))
  const of = (who: string) => accounts.filter((account) => account.for === who).map(({ for: _, ...account }) => account)
  return { people: of('person'), simulator: of('simulator') }
}

/**
 * Start the simulator beside this process. It knows an address and some accounts, as any outside program would; its
 * passwords go to it through its standard input, which also tells it when this process is gone.
 */
export function startSimulator(options: {
  readonly url: string
  readonly demo: 'guixi' | 'portland'
  readonly accounts: readonly DemoAccount[]
  readonly seed: number
  readonly speed: number
  readonly log: Log
}): { stop(): Promise<void> } {
  const { log } = options
  let stopping = false
  let child: ReturnType<typeof launch>
  let again: NodeJS.Timeout | undefined

  function launch() {
    const started = spawn(
      process.execPath,
      [
        join(root, 'sim', 'main.ts'),
        '--url', options.url,
        '--town', join(townFolder(options.demo), 'town.json'),
        '--seed', String(options.seed),
        '--speed', String(options.speed),
        '--accounts', '-',
      ],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    )
    started.stdin.on('error', () => {}) // it ended before it read: its exit says why
    started.stdin.write(`${JSON.stringify(options.accounts)}\n`)
    createInterface({ input: started.stderr }).on('line', (line) => log.debug({ simulator: line }, 'simulator'))
    started.on('exit', (code) => {
      if (stopping) return
      log.error({ code }, 'the simulator ended; starting it again in 5 s')
      again = setTimeout(() => (child = launch()), 5000)
    })
    return started
  }
  child = launch()

  return {
    async stop() {
      stopping = true
      clearTimeout(again)
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.stdin.end()
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 2000)
      await gone
      clearTimeout(late)
    },
  }
}
