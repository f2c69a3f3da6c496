/** A town lived against a server: clients, picture, calls and life put together, until stopped. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { templateStory, type CallStream } from './call.ts'
import { client, pause, turns } from './client.ts'
import { httpDoors } from './doors.ts'
import { answeredByUs, life, type LifeCount } from './life.ts'
import { livePicture } from './picture.ts'
import { replay } from './replay.ts'
import { stopsOf, type Districts } from './stops.ts'
import { accountsFor, readTownFile, type TownFile } from './town-file.ts'

export type RunOptions = {
  readonly url: string
  /** Path of town.json. */
  readonly town: string
  readonly passwords: ReadonlyMap<string, string>
  readonly seed: number
  readonly speed: number
  readonly from?: string | undefined
  readonly calling: boolean
  readonly helping: boolean
  readonly stopped: AbortSignal
  /** Whether to end our sessions on the way out: not when the server is gone. */
  readonly polite: () => boolean
  readonly say: (what: string, details: Record<string, unknown>) => void
}

const stepMs = 500
const sayEverySteps = 60

/** Live until stopped; what it came to. Throws at once when an account or its password is missing. */
export async function run(options: RunOptions): Promise<LifeCount> {
  const { url, passwords, seed, speed, stopped, say } = options
  const town = readTownFile(options.town)
  const folder = dirname(options.town)
  const turn = turns(200, stopped)
  const clientOf = (name: string) => {
    const password = passwords.get(name)
    if (password === undefined) throw new Error(`accounts: no password for ${name}`)
    return client({ url, name, password, stopped, turn, language: town.language })
  }
  const nameOf = (role: string) => accountsFor(town, 'simulator').find((account) => account.role === role)!.name // town-file checks
  const desk = clientOf(nameOf('dispatcher'))
  const terminals = clientOf(nameOf('integrator'))
  const officers = new Map(answeredByUs(town).map(({ unit, account }) => [unit.callSign, clientOf(account.name)]))

  const doors = httpDoors({ desk, terminals, officers })
  const picture = livePicture({ url, doors, token: () => desk.token(), stopped })
  const districts = town.districts ? (JSON.parse(readFileSync(join(folder, town.districts), 'utf8')) as Districts) : undefined
  const lived = life({
    town,
    seed,
    speed,
    doors,
    picture,
    calls: callsOf(town, folder, options),
    stopsOf: (unit) => stopsOf(town, unit, seed, districts),
    calling: options.calling,
    helping: options.helping,
    note: say,
  })

  say('started', { town: town.demo, seed, speed, crews: officers.size })
  for (let steps = 1; !stopped.aborted; steps++) {
    lived.step(Date.now() + picture.aheadMs())
    if (steps % sayEverySteps === 0 || steps === 10) say('count', { ...lived.count() })
    await pause(stepMs, stopped)
  }
  await lived.settled() // every wait ends with `stopped`
  if (options.polite()) await Promise.all([desk, terminals, ...officers.values()].map((one) => one.leave()))
  const count = lived.count()
  say('stopped', { ...count })
  return count
}

function callsOf(town: TownFile, folder: string, { seed, from, say }: RunOptions): CallStream {
  if (town.calls.source === 'templates') return templateStory(town, seed)
  const history = replay(town, gunzipSync(readFileSync(join(folder, town.calls.file))).toString('utf8'), seed, from)
  say('history', { ...history.count, from: from ?? town.calls.from, notice: town.notice.en })
  return history
}
