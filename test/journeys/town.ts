/** A town to act in: the real server with its simulator, people of our own in it, and what programs may ask. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { IncidentView, LogLine } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { Served } from '#test/serve.ts'

/** One account over HTTP, as a program: bearer token, every answer that is not 2xx thrown. */
export type Caller = {
  readonly token: string
  get<T>(path: string): Promise<T>
  post<T>(path: string, body?: object): Promise<T>
}

/** @throws Error with the server's own words when the answer is not 2xx */
async function ask<T>(url: string, method: string, path: string, token: string | undefined, body?: object): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return (text ? JSON.parse(text) : undefined) as T // the server holds its replies to the schema
}

export async function signIn(url: string, account: { readonly name: string; readonly password: string }): Promise<Caller> {
  const { token } = await ask<{ token: string }>(url, 'POST', '/api/session', undefined, { name: account.name, password: account.password })
  return {
    token,
    get: (path) => ask(url, 'GET', path, token),
    post: (path, body = {}) => ask(url, 'POST', path, token, { commandId: randomUUID(), ...body }),
  }
}

/** A crew that only this journey moves: the simulator has no driver for it. */
export type Crew = {
  readonly unit: string
  readonly callSign: string
  readonly name: string
  readonly password: string
  readonly officer: Caller
  /** Report this place until the next one; the unit stays fresh. */
  standAt(place: Place): Promise<void>
  startShift(): Promise<void>
  /** Off duty, whatever the town had given it to do meanwhile. */
  endShift(): Promise<void>
  press(assignment: string, state: string, note?: string): Promise<void>
}
export type Place = { readonly lon: number; readonly lat: number }

/** Open an account through the administrator's doors and choose its own password, as its owner would. */
export async function makeAccount(
  served: Served,
  wanted: { readonly displayName: string; readonly role: string; readonly agency?: string; readonly member?: string },
): Promise<{ readonly name: string; readonly password: string }> {
  const administrator = await signIn(served.url, served.account('administrator'))
  const { displayName, role, agency = 'guixi', member } = wanted
  const name = `${role}-${randomUUID().slice(0, 8)}`
  const opened = await administrator.post<{ oneTimePassword: string }>('/api/organisation/accounts', {
    name,
    displayName,
    agency,
    grants: [{ role, agency }],
    ...(member ? { member } : {}),
  })
  const password = `Journey-${randomUUID()}`
  const first = await signIn(served.url, { name, password: opened.oneTimePassword })
  await ask(served.url, 'POST', '/api/session/password', first.token, { current: opened.oneTimePassword, next: password })
  return { name, password }
}

/**
 * Create a unit, a person and an officer's account.
 *
 * @param agency  a path of the demo town
 */
export async function makeCrew(served: Served, callSign: string, agency = 'guixi.patrol'): Promise<Crew> {
  const administrator = await signIn(served.url, served.account('administrator'))
  const { id: unit } = await administrator.post<{ id: string }>('/api/units', { callSign, kind: 'car', agency })
  const { id: member } = await administrator.post<{ id: string }>('/api/organisation/members', {
    name: `${callSign} 警员`,
    staffNumber: `J-${randomUUID().slice(0, 8)}`,
    agency,
  })
  const { name, password } = await makeAccount(served, { displayName: `${callSign} 警员`, role: 'officer', agency, member })
  const officer = await signIn(served.url, { name, password })

  let timer: ReturnType<typeof setInterval> | undefined
  return {
    unit,
    callSign,
    name,
    password,
    officer,
    async startShift() {
      await officer.post(`/api/units/${unit}/shift`, { crew: [member] })
    },
    async endShift() {
      clearInterval(timer)
      const { assignment } = await officer.get<UnitView>('/api/units/mine')
      if (assignment) await officer.post(`/api/dispatch/assignments/${assignment}/state`, { state: 'refused', note: '换班' })
      await officer.post(`/api/units/${unit}/shift/end`)
    },
    async standAt({ lon, lat }) {
      clearInterval(timer)
      const report = () =>
        ask<{ accepted: number }>(served.url, 'POST', '/api/units/positions', officer.token, { positions: [{ unit, fixAt: Date.now(), lon, lat, speedKmh: 0 }] })
      const taken = await report()
      assert.equal(taken.accepted, 1, 'the crew’s place is taken')
      // a server that is away for a moment is asked again at the next beat
      timer = setInterval(() => void report().catch(() => {}), 8000)
      timer.unref()
    },
    async press(assignment, state, note) {
      await officer.post(`/api/dispatch/assignments/${assignment}/state`, { state, ...(note ? { note } : {}) })
    },
  }
}

export type Desk = Caller & {
  units(): Promise<readonly UnitView[]>
  incident(id: string): Promise<IncidentView>
  log(id: string): Promise<readonly LogLine[]>
  /** The newest incident whose summary is exactly this; journeys give theirs a summary of its own. */
  findIncident(summary: string): Promise<IncidentView | undefined>
  open(place: Place, summary: string, category?: string): Promise<string>
}

/** The dispatcher’s account as a program, for looking at what really happened and for the other side’s moves. */
export async function openDesk(served: Served): Promise<Desk> {
  const caller = await signIn(served.url, served.account('dispatcher'))
  return {
    ...caller,
    units: async () => (await caller.get<{ items: UnitView[] }>('/api/units')).items,
    incident: (id) => caller.get(`/api/dispatch/incidents/${id}`),
    log: async (id) => (await caller.get<{ items: LogLine[] }>(`/api/dispatch/incidents/${id}/log`)).items,
    findIncident: async (summary) =>
      (await caller.get<{ items: IncidentView[] }>('/api/dispatch/incidents?status=all&limit=200')).items.find((each) => each.summary === summary),
    open: async ({ lon, lat }, summary, category = 'dispute') =>
      (await caller.post<{ id: string }>('/api/dispatch/incidents', { category, lon, lat, summary })).id,
  }
}

/** A place far from where the demo's crews patrol: north-west of the town, on a road. */
export async function farPlace(desk: Desk): Promise<Place & { readonly text: string }> {
  const free = (await desk.units()).filter((unit) => unit.lon !== null)
  const { items } = await desk.get<{ items: { lon: number; lat: number; name: string; kind: string }[] }>('/api/town/search?q=路&limit=20')
  const far = (place: Place) => Math.min(...free.map((unit) => Math.hypot(unit.lon! - place.lon, unit.lat! - place.lat)))
  const best = items.toSorted((a, b) => far(b) - far(a))[0]
  assert.ok(best, 'the town has a road')
  return { lon: best.lon, lat: best.lat, text: best.name }
}

/** Ask until it is so. @throws Error saying what was waited for */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}
