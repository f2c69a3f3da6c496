/**
 * A day in a town of its own: boots the real program in a temporary folder, lets its simulator live, and checks the
 * laws all the while and at the end. Prints the seed when one is broken.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { serve, temporaryFolder } from '#test/serve.ts'
import { client, pause, type Answer, type Client } from './client.ts'
import { dumpTables, everyEntry, replay } from '#platform/journal/replay.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { migrate } from '#platform/db/migrate.ts'
import { openDatabase } from '#platform/db/open.ts'
import { silentLog } from '#platform/log.ts'
import { projections as dispatchProjections } from '#modules/dispatch/store.ts'
import { projections as organisationProjections } from '#modules/organisation/store.ts'
import { projections as unitsProjections } from '#modules/units/store.ts'
import { boardCheck, historyCheck, type HistoryEntry } from './laws.ts'
import type { Options } from './options.ts'
import { readTownFile } from './town-file.ts'

const program = join(import.meta.dirname, '..', 'server', 'main.ts')
const lookEveryMs = 2000

/** Live `options.hours` of the town (at its speed, so fewer of ours). Answers the exit code. */
export async function liveADay(
  options: Options,
  outside: { stopped: AbortSignal; say: (what: string, details: Record<string, unknown>) => void },
): Promise<number> {
  const { seed, speed } = options
  const town = readTownFile(options.town)
  const folder = temporaryFolder('gengfu-day-')
  const broken: string[] = []
  const complain = (complaints: readonly string[]) => {
    for (const complaint of complaints) {
      broken.push(complaint)
      outside.say('law-broken', { seed, complaint })
    }
  }
  const server = await serve({ data: folder, demo: town.demo, seed, speed })
  outside.say('serving', { url: server.url, seed, speed, hours: options.hours })
  const { stopped } = outside
  const clientOf = (role: string): Client => client({ url: server.url, ...server.account(role), stopped })
  const dispatcher = clientOf('dispatcher')
  const auditor = clientOf('auditor')
  const history = historyCheck()
  const until = Date.now() + (options.hours! * 3_600_000) / speed // parseOptions sees to it
  let looks = 0
  while (!stopped.aborted && Date.now() < until && server.child.exitCode === null) {
    await pause(Math.min(lookEveryMs, until - Date.now()), stopped)
    complain(await boardOf(dispatcher))
    complain(await historyOf(auditor, history))
    if (++looks % 15 === 0) outside.say('looked', { looks, entries: history.last(), broken: broken.length })
  }
  if (server.child.exitCode !== null) complain([`the server ended by itself with ${server.child.exitCode}: ${server.said().slice(-2000)}`])
  complain(history.end())
  const code = await server.stop()
  if (code !== 0) complain([`the server stopped with ${code}, expected 0`])
  complain(await verify(folder, history.last()))
  complain(await replayed(folder))
  outside.say('over', { seed, looks, entries: history.last(), broken: broken.length })
  return broken.length === 0 ? 0 : 1
}

/** Two lists are asked for one after the other, so what differs must differ twice. */
async function boardOf(dispatcher: Client): Promise<string[]> {
  let last: string[] = []
  for (let look = 0; look < 3; look++) {
    const [units, incidents] = await Promise.all([
      dispatcher.get<{ items: UnitView[] }>('/api/units'),
      dispatcher.get<{ items: IncidentView[] }>('/api/dispatch/incidents?status=open&limit=200'),
    ])
    if (!units.ok || !incidents.ok) return []
    const now = boardCheck(units.body.items, incidents.body.items)
    if (now.length === 0) return []
    last = look === 0 ? now : now.filter((complaint) => last.includes(complaint))
  }
  return last
}

async function historyOf(auditor: Client, history: ReturnType<typeof historyCheck>): Promise<string[]> {
  const complaints: string[] = []
  for (;;) {
    const page: Answer<{ items: HistoryEntry[] }> = await auditor.get(`/api/journal?after=${history.last()}&limit=500`)
    if (!page.ok || page.body.items.length === 0) return complaints
    complaints.push(...history.read(page.body.items))
  }
}

/** Ask the program itself whether its journal holds. */
async function verify(folder: string, seen: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, 'journal', 'verify', '--data', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) return [`journal verify ended with ${code}: ${text.trim()}`]
  const { entries, firstBad } = JSON.parse(text) as { entries: number; firstBad: number | null }
  const complaints: string[] = []
  if (firstBad !== null) complaints.push(`the journal is broken at ${firstBad}`)
  if (entries < seen) complaints.push(`the journal has ${entries} entries, and ${seen} were seen`)
  return complaints
}

/** Tables that do not follow from the journal, and why. */
const notReplayed = [
  'organisation.session', 'organisation.credential', 'organisation.sign_in_failure', // secrets are never in the journal
  'units.device_key', 'units.position', // secrets; observations
  'dispatch.day', // hands out numbers: a refused command may have used one up
]

/** Law 3: the journal, told to an empty database, gives every table row for row. */
async function replayed(folder: string): Promise<string[]> {
  const projections = [...organisationProjections, ...unitsProjections, ...dispatchProjections]
  const lived = await openDatabase({ dataFolder: folder, log: silentLog })
  try {
    const fresh = await openDatabase({ dataFolder: temporaryFolder('gengfu-replay-'), log: silentLog })
    try {
      await migrate(fresh, join(import.meta.dirname, '..', 'server', 'migrations'))
      const journal = postgresJournal({ db: lived, projections: [], log: silentLog })
      const count = await replay({ entries: everyEntry(journal), into: fresh, projections })
      const schemas = ['organisation', 'units', 'dispatch']
      const [then, again] = [await dumpTables(lived, schemas, { except: notReplayed }), await dumpTables(fresh, schemas, { except: notReplayed })]
      if (count === 0 || then['dispatch.incident'].length === 0) return [`nothing to replay: ${count} entries`]
      return Object.keys(then)
        .filter((table) => JSON.stringify(then[table]) !== JSON.stringify(again[table]))
        .map((table) => `replaying ${count} entries gives other rows of ${table}: ${firstDifference(then[table], again[table] ?? [])}`)
    } finally {
      await fresh.close()
    }
  } finally {
    await lived.close()
  }
}

function firstDifference(then: readonly string[], again: readonly string[]): string {
  const index = then.findIndex((row, at) => row !== again[at])
  return index < 0 ? `${again.length} rows, expected ${then.length}` : `${again[index] ?? 'nothing'}, expected ${then[index]}`
}
