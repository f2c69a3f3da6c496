/**
 * A house without a demo, as an agency would set it up: by its API, from the first administrator to units on their shift.
 *
 * Nothing in it moves by itself, so a test knows what it will find.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { callerOf, commandId, signedIn, type Answer, type Call } from './caller.ts'
import { serve, type Served } from './serve.ts'

export const guixi = join(import.meta.dirname, '..', 'demo', 'guixi', 'guixi.osm.pbf')
/** A place with roads in the map of Guixi. */
export const square = { lon: 117.2153, lat: 28.2911 }
/** An outside database of the test run is not what these tests start and stop. */
export const ownDatabase = { GENGFU_DATABASE_URL: '' }

export type House = {
  readonly served: Served
  /** Signed in, by what they are. `stranger` is not; `foreign` is a dispatcher of another station. */
  readonly people: Readonly<Record<'administrator' | 'dispatcher' | 'auditor' | 'analyst' | 'officer' | 'integrator' | 'foreign' | 'stranger', Call>>
  readonly tokens: Readonly<Record<string, string>>
  readonly passwords: Readonly<Record<string, string>>
  /** Two cars and a foot patrol of the first station, on duty. */
  readonly units: readonly string[]
  /** Say where the units are now: a place is stale after half a minute. */
  beat(): Promise<Answer>
}

export const setupTokenOf = (served: Served) => decodeURIComponent(served.setupUrl!.split('#token=')[1]!)
export const firstPassword = 'Lantern-and-gong-7'

/** Start an empty house and let the first administrator in. */
export async function emptyHouse(data?: string, words: readonly string[] = []) {
  const served = await serve({ demo: 'none', env: ownDatabase, words, ...(data === undefined ? {} : { data }) })
  return served
}

export async function firstAdministrator(served: Served): Promise<string> {
  const { status, body } = await callerOf(served.url)('POST', '/api/setup', {
    setupToken: setupTokenOf(served),
    agencyName: '更夫县公安局',
    agencyNameEn: 'Watchman County',
    administratorName: 'keeper',
    displayName: '管理员',
    password: firstPassword,
  })
  if (status !== 201) throw new Error(`setup: ${status} ${JSON.stringify(body)}`)
  return body.token as string
}

/** Send a map and wait until its import has ended, well or not. */
export async function importOver(call: Call, bytes: Uint8Array, file = 'town.osm.pbf'): Promise<Answer> {
  const started = await call('POST', `/api/town/imports?file=${file}`, undefined, { raw: new Blob([new Uint8Array(bytes)]), headers: { 'content-type': 'application/octet-stream' } })
  if (started.status !== 202) return started
  for (;;) {
    const now = await call('GET', `/api/town/imports/${started.body.id}`)
    if (now.status !== 200 || now.body.status !== 'running') return now
    await sleep(100)
  }
}

/** Everything an agency needs before its first report. */
export async function furnish(served: Served, administratorToken: string): Promise<House> {
  const administrator = callerOf(served.url, { token: administratorToken })
  const done = async (method: 'POST', path: string, body: object) => {
    const answer = await administrator(method, path, { commandId: commandId(), ...body })
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  if (!(await administrator('GET', '/api/town')).body.ready) {
    const imported = await importOver(administrator, readFileSync(guixi))
    if (imported.body.status !== 'done') throw new Error(`import: ${JSON.stringify(imported.body)}`)
  }
  for (const [label, name] of [['east', '城东派出所'], ['west', '城西派出所']]) {
    await done('POST', '/api/organisation/agencies', { parent: 'home', label, name, kind: 'station', lon: square.lon, lat: square.lat })
  }
  const member = await done('POST', '/api/organisation/members', { name: '巡警甲', staffNumber: '001', agency: 'home.east' })
  const tokens: Record<string, string> = { administrator: administratorToken }
  const passwords: Record<string, string> = { administrator: firstPassword }
  const open = async (who: string, role: string, agency: string) => {
    const account = await done('POST', '/api/organisation/accounts', {
      name: `${who}-1`,
      displayName: who,
      agency,
      grants: [{ role, agency }],
      ...(role === 'officer' ? { member: member.id } : {}),
    })
    const first = await signedIn(served.url, { name: `${who}-1`, password: account.oneTimePassword })
    passwords[who] = `Gong-and-lantern-${who.length}`
    const changed = await first.call('POST', '/api/session/password', { current: account.oneTimePassword, next: passwords[who] })
    if (changed.status !== 204) throw new Error(`${who}: ${JSON.stringify(changed.body)}`)
    tokens[who] = (await signedIn(served.url, { name: `${who}-1`, password: passwords[who] })).token
  }
  await open('dispatcher', 'dispatcher', 'home')
  await open('auditor', 'auditor', 'home')
  await open('analyst', 'analyst', 'home')
  await open('integrator', 'integrator', 'home')
  await open('officer', 'officer', 'home.east')
  await open('foreign', 'dispatcher', 'home.west')

  const units: string[] = []
  for (const [callSign, kind, crew] of [['101', 'car', [member.id]], ['102', 'car', []], ['201', 'foot', []]] as const) {
    const unit = await done('POST', '/api/units', { callSign, kind, agency: 'home.east' })
    await done('POST', `/api/units/${unit.id}/shift`, { crew })
    units.push(unit.id)
  }
  const who = (name: string) => callerOf(served.url, { token: tokens[name]! })
  const integrator = who('integrator')
  return {
    served,
    tokens,
    passwords,
    units,
    people: {
      administrator,
      dispatcher: who('dispatcher'),
      auditor: who('auditor'),
      analyst: who('analyst'),
      officer: who('officer'),
      integrator,
      foreign: who('foreign'),
      stranger: callerOf(served.url),
    },
    beat: () =>
      integrator('POST', '/api/units/positions', {
        positions: units.map((unit, index) => ({ unit, fixAt: Date.now(), lon: square.lon + 0.003 * index, lat: square.lat })),
      }),
  }
}
