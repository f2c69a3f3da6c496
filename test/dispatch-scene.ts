/** A small town for the tests of dispatch: two agencies, a few units and people, a clock that is set by hand. */
import type { Actor, Role } from '#kernel/actor.ts'
import type { Journal, Projection, Tx } from '#kernel/journal.ts'
import type { DispatchEvent } from '#modules/dispatch/contract.ts'
import type { DispatchDeps, DispatchFacts } from '#modules/dispatch/deps.ts'
import type { Commitment } from '#modules/dispatch/assignment.ts'
import { seededCategories } from '#modules/dispatch/category.ts'
import { seedCategories } from '#modules/dispatch/change-category.ts'
import { activeOf, incident, type Incident } from '#modules/dispatch/incident.ts'
import { dispatchFacts, eventOf, projections } from '#modules/dispatch/store.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { UnitFacts, UnitView } from '#modules/units/contract.ts'
import type { Db } from '#platform/db/sql.ts'
import { sqlOf } from '#platform/db/sql.ts'
import { memoryJournal } from '#platform/journal/memory.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from './database.ts'

export const start = Date.UTC(2026, 0, 1, 12, 0, 0)
export const place = { lon: 117.21, lat: 28.29 }

export const person = (account: string, role: Role, agency: string, member?: string): Actor => ({
  account,
  name: account,
  grants: [{ role, agency }],
  ...(member === undefined ? {} : { member }),
})
export const people = {
  night: person('night', 'dispatcher', 'guixi'),
  day: person('day', 'dispatcher', 'guixi'),
  chief: person('chief', 'commander', 'guixi'),
  elsewhere: person('elsewhere', 'dispatcher', 'yujiang'),
  desk: person('desk', 'station', 'guixi.xiongshi'),
  analyst: person('analyst', 'analyst', 'guixi'),
  root: person('root', 'administrator', 'guixi'),
  /** Sits in unit p1. */
  officer1: person('officer1', 'officer', 'guixi', 'm1'),
  /** Sits in unit p2. */
  officer2: person('officer2', 'officer', 'guixi', 'm2'),
}

const agency = (path: string, kind: AgencyView['kind'], lon: number | null = null): AgencyView => ({
  id: path.replace('.', '-'),
  path,
  name: path,
  nameEn: path,
  kind,
  lon,
  lat: lon === null ? null : place.lat,
})
export const agencies = [
  agency('guixi', 'county'),
  agency('guixi.xiongshi', 'station', 117.2),
  agency('guixi.huayuan', 'station', 117.23),
  agency('yujiang', 'county'),
]

export type SceneUnit = { -readonly [key in keyof UnitFacts]: UnitFacts[key] }
const unit = (id: string, path = 'guixi'): SceneUnit => ({
  id,
  callSign: `巡${id.slice(1)}`,
  kind: 'car',
  agency: path,
  capabilities: [],
  onDuty: true,
  stale: false,
  lon: 117.2,
  lat: 28.29,
})

export type Scene = {
  readonly deps: DispatchDeps
  readonly journal: Journal
  readonly units: Map<string, SceneUnit>
  /** Move the clock. */
  pass(seconds: number): void
  /** A new command id. */
  id(): string
  /** What the journal makes of an incident. */
  incident(id: string): Promise<Incident>
  /** The order that a unit is on, from the journal itself. */
  orderOf(unit: string): Promise<Commitment | undefined>
  end(): Promise<void>
}

type Ground = { readonly journal: Journal; readonly facts: DispatchFacts; readonly db: Db; readonly lock: (tx: Tx, unit: string) => Promise<void>; end(): Promise<void> }

async function sceneOn(ground: Ground, options: { at?: number } = {}): Promise<Scene> {
  let now = options.at ?? start
  let made = 0
  const units = new Map(['p1', 'p2', 'p3', 'p4'].map((id) => [id, unit(id)]).concat([['y1', unit('y1', 'yujiang')]]) as [string, SceneUnit][])
  const deps: DispatchDeps = {
    journal: ground.journal,
    facts: ground.facts,
    db: ground.db,
    now: () => now,
    newId: () => `id-${++made}`,
    timeZone: () => 'Asia/Shanghai',
    async unitFacts(tx, id) {
      await ground.lock(tx, id)
      return units.get(id)
    },
    unitOfMember: (member) => (member === 'm1' ? 'p1' : member === 'm2' ? 'p2' : undefined),
    spokenPlace: () => ({ text: '雄石路', textEn: 'Xiongshi Road', distanceMeters: 3 }),
    findAgency: (path) => agencies.find((each) => each.path === path),
    listStations: () => agencies.filter((each) => each.kind === 'station'),
    liveUnits: () => [...units.values()].map((each, index) => viewOf(each, index, now)),
    roads: {
      arrivals: async (to, travellers) =>
        travellers
          .map((each) => ({ id: each.id, meters: Math.abs(each.lon - to.lon) * 1e5, seconds: Math.abs(each.lon - to.lon) * 1e4 }))
          .sort((a, b) => a.seconds - b.seconds),
      way: async (from, to) => ({ seconds: 60, meters: 500, geometry: [[from.lon, from.lat], [to.lon, to.lat]], steps: [], engine: 'live', snappedFromMeters: 0, snappedToMeters: 0 }),
      closureCount: () => 0,
    },
    middleOfTown: () => ({ lon: 117.2, lat: 28.3 }),
    pictures: { save: async () => ({ sha256: 'a'.repeat(64) }), file: (sha256, type) => ({ path: `/pictures/${sha256}`, type, etag: sha256 }) },
  }
  await seedCategories(deps)
  return {
    deps,
    journal: ground.journal,
    units,
    pass: (seconds) => void (now += seconds * 1000),
    id: () => `command-${++made}`,
    incident: async (id) => stateOf(await ground.journal.read(0, 100_000, { stream: `incident/${id}` })),
    orderOf: async (id) => {
      const entries = await ground.journal.read(0, 1_000_000)
      return foldedFacts(() => entries).commitment(noTx, id)
    },
    end: () => ground.end(),
  }
}

const viewOf = (each: SceneUnit, index: number, now: number): UnitView => ({
  id: each.id,
  handle: index,
  callSign: each.callSign,
  kind: each.kind,
  agency: each.agency,
  capabilities: [...each.capabilities],
  state: each.onDuty ? 'free' : 'off-duty',
  stateSince: now,
  incident: null,
  assignment: null,
  crew: [],
  onDutySince: each.onDuty ? now : null,
  lon: each.lon,
  lat: each.lat,
  fixAt: now - 1000,
  speedKmh: null,
  courseDeg: null,
  accuracyMeters: null,
  stale: each.stale,
})

const stateOf = (entries: readonly Parameters<typeof eventOf>[0][]): Incident =>
  entries.map((entry) => eventOf<DispatchEvent>(entry)).reduce(incident.evolve, incident.initial)

/** Handlers on the memory journal; facts are answered by folding everything that happened: slow and obvious. */
export function memoryScene(options?: { at?: number }): Promise<Scene> {
  const journal = memoryJournal()
  return sceneOn({ journal, facts: foldedFacts(() => journal.entries()), db: noDatabase, lock: async () => {}, end: async () => {} }, options)
}

/** For facts that need none. */
const noTx = {} as Tx

const noDatabase: Db = {
  query: () => Promise.reject(new Error('a memory scene has no database')),
  copy: () => Promise.reject(new Error('a memory scene has no database')),
  transaction: () => Promise.reject(new Error('a memory scene has no database')),
}

/** The oracle of the tables: every fact straight from the journal. */
export function foldedFacts(entries: () => readonly { stream: string; type: string; at: number; command: string; data: Readonly<Record<string, unknown>> }[]): DispatchFacts {
  const incidents = () =>
    [...Map.groupBy(entries().filter((entry) => entry.stream.startsWith('incident/')), (entry) => entry.stream).values()].map(stateOf)
  return {
    category: async (_tx, id) => {
      const seed = seededCategories.find((each) => each.id === id)
      return seed && { ...seed, active: true }
    },
    mostUrgentCategory: async () => ({ ...seededCategories.find((each) => each.id === 'urgent-help')!, active: true }),
    openCallOf: async (_tx, caller) => {
      const opened = entries().findLast(({ type, data }) => {
        const report = type === 'incident-opened' ? (data['report'] as { panic: boolean; unit: string | null; by: string } | undefined) : undefined
        return report?.panic && caller === (report.unit === null ? `account/${report.by}` : `unit/${report.unit}`)
      })
      const state = incidents().find(({ id }) => `incident/${id}` === opened?.stream)
      return state && state.status !== 'closed' ? state.id : undefined
    },
    commitment: async (_tx, unitId) => {
      for (const state of incidents()) {
        const active = activeOf(state).find((each) => each.unit === unitId)
        if (active) return { assignment: active.id, incident: state.id, number: state.number, agency: state.agency }
      }
      return undefined
    },
    incidentOfAssignment: async (_tx, id) => incidents().find((state) => state.assignments.some((each) => each.id === id))?.id,
    incidentOfTimer: async (_tx, id) => incidents().find((state) => state.timers.some((each) => each.id === id))?.id,
    isCrewOf: async (_tx, unitId, id, at) => {
      const state = incidents().find((each) => each.id === id)
      if (!state) return false
      if (activeOf(state).some((each) => each.unit === unitId)) return true
      const mine = new Set(state.assignments.filter((each) => each.unit === unitId).map((each) => each.id))
      const last = entries().findLast((entry) => entry.type === 'assignment-changed' && mine.has(entry.data.assignment as string))
      return last !== undefined && last.at > at - 30 * 60_000
    },
    nextNumber: async (_tx, day) => incidents().filter((state) => state.day === day).length + 1,
    incidentsOf: async (command) =>
      [...new Set(entries().filter((entry) => entry.command === command && entry.stream.startsWith('incident/')).map((entry) => entry.stream.slice(9)))].sort(),
  }
}

/** The same on a real PostgreSQL, units locked by a real row. */
export async function databaseScene(options: { at?: number; connections?: number; extra?: readonly Projection[] } = {}): Promise<Scene & { readonly db: Db }> {
  const { database, drop } = await testDatabase({ connections: options.connections })
  await database.query('create table public.scene_unit (id text primary key)')
  for (const id of ['p1', 'p2', 'p3', 'p4', 'y1']) await database.query('insert into public.scene_unit values ($1)', [id])
  const journal = postgresJournal({ db: database, projections: [...projections, ...(options.extra ?? [])], log: silentLog })
  await journal.start()
  const scene = await sceneOn(
    {
      journal,
      facts: dispatchFacts(database),
      db: database,
      lock: async (tx, id) => void (await sqlOf(tx).query('select from public.scene_unit where id = $1 for update', [id])),
      async end() {
        await journal.stop()
        await drop()
      },
    },
    options,
  )
  return { ...scene, db: database }
}
