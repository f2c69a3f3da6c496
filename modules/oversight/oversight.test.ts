/** Looks at the past, on a real database and the real journal, beside real units and incidents. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Value } from 'typebox/value'
import { seeded } from '#core/random.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import { isRefused, type Refused } from '#kernel/decision.ts'
import type { JournalEvent } from '#kernel/journal.ts'
import type { DispatchEvent, IncidentView } from '#modules/dispatch/contract.ts'
import { dataWithoutPersons, withoutPersons } from '#modules/dispatch/persons.ts'
import { incidentsDuring, incidentViews, projections as dispatchProjections } from '#modules/dispatch/store.ts'
import { goOffDuty, goOnDuty } from '#modules/units/change-shift.ts'
import { createUnit } from '#modules/units/change-unit.ts'
import { countFixes, keptSince, keptSinceOfEach, pastFixes, pastUnits, shiftsOf, unitsOnDuty } from '#modules/units/history-store.ts'
import { openUnits } from '#modules/units/jobs.ts'
import { projections as unitsProjections } from '#modules/units/store.ts'
import { takePositions } from '#modules/units/take-positions.ts'
import { formFor } from '#platform/live/audience.ts'
import { incidentForms } from '#platform/live/describe.ts'
import { silentLog } from '#platform/log.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { everyEntry, replay } from '#platform/journal/replay.ts'
import { TextBody } from '#platform/http/route.ts'
import { testDatabase } from '#test/database.ts'
import type { LookView, PlaybackEvents, PlaybackIncidents, PlaybackPositions, PlaybackView } from './contract.ts'
import type { OversightDeps } from './deps.ts'
import { refusals } from './refusals.ts'
import { incidentsMax, positionsMax } from './read-playback.ts'
import { routes } from './routes.ts'
import { projectedTables, projections } from './store.ts'
import { unpacked } from './track.ts'

const T0 = Date.UTC(2026, 10, 22, 8)
const SECOND = 1000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

const actor = (account: string, role: Role, agency = 'jx.guixi'): Actor => ({ account, name: account, grants: [{ role, agency }] })
const admin = actor('admin', 'administrator', 'jx')
const desk = actor('desk', 'dispatcher', 'jx')
const program = actor('program', 'integrator', 'jx')
const commander = actor('commander', 'commander')
const auditor = actor('auditor', 'auditor')
const station = actor('station', 'commander', 'jx.guixi.xiongshi')
const stationAuditor = actor('station-auditor', 'auditor', 'jx.guixi.xiongshi')
const stranger = actor('stranger', 'commander', 'jx.yushan')

async function scene() {
  const { database, drop } = await testDatabase()
  const clock = { now: T0 }
  let made = 0
  const every = [...unitsProjections, ...dispatchProjections, ...projections]
  const journal = postgresJournal({ db: database, projections: every, log: silentLog })
  const now = () => clock.now
  const newId = () => `id-${++made}`
  const findAgency = async (path: string) => (path.startsWith('jx.') ? ({ id: path.replaceAll('.', '-'), path, name: `单位${path}`, nameEn: path, kind: 'station', lon: null, lat: null } as const) : undefined)
  const onFault = (what: string, cause: unknown) => {
    throw new Error(what, { cause })
  }
  const units = await openUnits({ journal, db: database, now, newId, randomBytes: (count) => randomBytes(count), findAgency, memberNames: async () => new Map(), retentionDays: 180, onFault })
  journal.listen(units.hear)
  await journal.start()
  /** How often positions were read, and after how many entries of the journal. */
  const reads: number[] = []
  const deps: OversightDeps = {
    db: database, journal, now, newId, findAgency,
    timeZone: () => 'Asia/Shanghai',
    history: {
      units: (ids) => pastUnits(database, ids),
      onDuty: (agency, from, to, limit) => unitsOnDuty(database, agency, from, to, limit),
      shifts: (ids, from, to) => shiftsOf(database, ids, from, to),
      async fixes(unit, from, to, limit) {
        reads.push(await journal.head())
        return pastFixes(database, unit, from, to, limit, clock.now)
      },
      keptSinceOfEach: (ids) => keptSinceOfEach(database, ids, clock.now),
      countFixes: (handles, from, to) => countFixes(database, handles, from, to, clock.now),
      keptSince: (ids) => keptSince(database, ids, clock.now),
    },
    fenceNames: async (ids) => new Map(ids.map((id) => [id, `围栏${id}`])),
    toldLate: async (ids, from, to, after) =>
      new Map((await everyOf(journal)).flatMap(({ stream, at, data }): [string, number][] => (ids.includes(String(data['unit'])) && Number(data['fixAt']) >= from && Number(data['fixAt']) < to && at > after ? [[stream.slice('fence/'.length), at]] : []))),
    broadcasts: async (ids) => new Map(ids.flatMap((id) => (calls.has(id) ? [[id, calls.get(id)!] as const] : []))),
    incidents: {
      find: async (id) => (await incidentViews(database, [id]))[0],
      during: (asked) => incidentsDuring(database, asked),
      shownTo(who, incident) {
        const form = formFor(who, { forms: incidentForms(incident, [], { withoutPersons, dataWithoutPersons }) })
        return form && { view: form.view as IncidentView, dataOf: form.dataOf ?? ((data) => ({ ...data })) }
      },
      withoutPersons: dataWithoutPersons,
      viewWithoutPersons: withoutPersons,
    },
  }
  const command = () => `command-${String(++made).padStart(6, '0')}`
  return {
    database, journal, units, deps, clock, command, every, reads,
    async unit(callSign: string, agency = 'jx.guixi.xiongshi') {
      const outcome = await createUnit(units.deps, admin, { commandId: command(), callSign, kind: 'car', agency })
      assert.ok(!isRefused(outcome))
      return outcome.answer.unit
    },
    onDuty: (unit: string) => goOnDuty(units.deps, desk, unit, { commandId: command(), crew: [] }),
    offDuty: (unit: string) => goOffDuty(units.deps, desk, unit, command()),
    /** Fixes of a unit, `count` of them, one in `everyMs`, from now on; the clock moves along. */
    async drive(unit: string, count: number, everyMs = 5 * SECOND, more: object = {}) {
      for (let n = 0; n < count; ) {
        const batch = []
        for (; batch.length < 500 && n < count; n++) {
          batch.push({ unit, fixAt: clock.now, lon: 117.2 + n * 1e-5, lat: 28.29 + n * 2e-5, speedKmh: 30.5, courseDeg: 45, ...more })
          clock.now += everyMs
        }
        const taken = await takePositions(units.deps, { actor: program, language: 'en' }, batch)
        assert.equal(taken.accepted, batch.length, JSON.stringify(taken))
      }
    },
    append: (stream: string, agency: string, ...events: (JournalEvent & Record<string, unknown>)[]) =>
      journal.act({ id: command(), actor: desk, at: clock.now }, async (tx) => {
        tx.append(stream, agency, events)
        return { answer: null }
      }),
    async dump(db: typeof database) {
      const tables: Record<string, unknown> = {}
      for (const table of projectedTables) tables[table] = (await db.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`)).map(({ row }) => row).sort()
      return tables
    },
    async close() {
      await units.stop()
      await journal.stop()
      await drop()
    },
  }
}

const everyOf = (journal: { read: ReturnType<typeof postgresJournal>['read'] }) => journal.read(0, 1_000_000)

/** What broadcasts were about. */
const calls = new Map<string, { incident: string | null; units: string[] }>()

let s: Awaited<ReturnType<typeof scene>>
before(async () => {
  s = await scene()
})
after(() => s?.close())

/** Call a route as the server does: role, schema, handler, schema. Refusals come back as their code. */
async function call<T>(who: Actor, method: string, path: string, parts: { query?: object; body?: object; language?: 'zh' | 'en' } = {}): Promise<{ status: number; code?: string; body: T; headers?: Record<string, string> }> {
  for (const route of routes) {
    const names: string[] = []
    const match = new RegExp(`^${route.path.replace(/:(\w+)/g, (_, name: string) => (names.push(name), '([^/]+)'))}$`).exec(path)
    if (route.method !== method || !match) continue
    if (Array.isArray(route.access) && !who.grants.some((grant) => route.access.includes(grant.role))) return { status: 403, body: null as T }
    const params = Object.fromEntries(names.map((name, index) => [name, match[index + 1]]))
    for (const [part, value] of [['params', params], ['querystring', parts.query ?? {}], ['body', parts.body]] as const) {
      const schema = route.schema[part]
      if (schema && !Value.Check(schema, value)) return { status: 400, body: null as T }
    }
    const request = { params, querystring: parts.query ?? {}, body: parts.body, actor: who, language: parts.language ?? 'zh', address: '127.0.0.1' }
    const answer = (await route.handle(s.deps, request as never)) as { status: number; body: T; headers?: Record<string, string> } | Refused
    if (isRefused(answer)) return { status: answer.refused.endsWith('-not-found') ? 404 : 409, code: answer.refused, body: null as T }
    const schema = route.replies[answer.status]
    if (schema === TextBody) return { ...answer, body: [...(answer.body as Iterable<string>)].join('') as T }
    assert.ok(schema && (answer.body === null || Value.Check(schema, answer.body)), `${method} ${path}: ${JSON.stringify([...Value.Errors(schema!, answer.body)].slice(0, 3))}`)
    return answer
  }
  throw new Error(`no route ${method} ${path}`)
}

const open = (who: Actor, wanted: object) => call<PlaybackView>(who, 'POST', '/api/oversight/playbacks', { body: { commandId: s.command(), reason: '复盘追车', ...wanted } })
async function positionsOf(who: Actor, view: PlaybackView) {
  const byUnit = new Map<number, { fixAt: number; lon: number; lat: number }[]>()
  let pages = 0
  for (let after: string | null = ''; after !== null; pages++) {
    const { body, status }: { body: PlaybackPositions; status: number } = await call(who, 'GET', `/api/oversight/playbacks/${view.id}/positions`, { query: after ? { after } : {} })
    assert.equal(status, 200)
    for (const track of body.tracks) {
      const fixes = unpacked(track, view.from)
      const own = byUnit.get(track.handle) ?? []
      byUnit.set(track.handle, own)
      fixes.fixAt.forEach((fixAt, n) => own.push({ fixAt, lon: fixes.lon[n]!, lat: fixes.lat[n]! }))
    }
    after = body.next
    assert.equal(body.of, view.units.length)
    assert.equal(after === null, body.done === body.of)
  }
  return { byUnit, pages }
}

const opened = (id: string, agency: string, at: number, more: object = {}): DispatchEvent & Record<string, unknown> => ({
  type: 'incident-opened', at, id, agency, number: 1, day: '2026-11-22', category: 'dispute', priority: 2, lon: 117.2, lat: 28.29, place: '雄石路', placeEn: 'Xiongshi Road',
  summary: '争吵', reporter: '王某', phone: '13900000000', answers: {}, sendDueAt: at + MINUTE, ...more,
})

test('a look is in the journal, with who, what and why, before a point of it is read', async () => {
  const unit = await s.unit('巡1')
  await s.onDuty(unit)
  const from = s.clock.now
  await s.drive(unit, 20)
  const head = await s.journal.head()
  s.reads.length = 0
  const { status, body: view } = await open(commander, { units: [unit], from, to: s.clock.now, reason: '  投诉核查 ' })
  assert.equal(status, 201)
  const [entry] = await s.journal.read(head, 10)
  assert.equal(entry!.stream, `playback/${view.id}`)
  assert.equal(entry!.type, 'playback-opened')
  assert.equal(entry!.agency, 'jx.guixi.xiongshi')
  assert.equal(entry!.actor.account, 'commander')
  assert.deepEqual(entry!.data, { from, to: s.clock.now, reason: '投诉核查', units: [unit], asked: 'units', until: view.until })
  assert.deepEqual(s.reads, [], 'opening reads no point')
  const { byUnit } = await positionsOf(commander, view)
  assert.equal(byUnit.get(view.units[0]!.handle)!.length, 20)
  assert.ok(s.reads.every((position) => position >= entry!.position))
  await s.offDuty(unit)
})

test('what comes back is what was taken, in order, page after page, none lost and none twice', async () => {
  const [a, b] = [await s.unit('巡11'), await s.unit('巡12', 'jx.guixi.huayuan')]
  await s.onDuty(a)
  await s.onDuty(b)
  const from = s.clock.now
  const count = positionsMax + 700
  await s.drive(a, count, 1 * SECOND)
  await s.drive(b, 30)
  const to = s.clock.now
  const { body: view } = await open(commander, { agency: 'jx.guixi', from, to })
  assert.deepEqual(view.units.map((unit) => unit.callSign), ['巡11', '巡12'], 'those that were on duty then')
  const { byUnit, pages } = await positionsOf(commander, view)
  assert.equal(pages, 2)
  const [ofA, ofB] = view.units.map(({ handle }) => byUnit.get(handle)!)
  assert.deepEqual(ofA!.map(({ fixAt }) => fixAt), Array.from({ length: count }, (_, n) => from + n * SECOND))
  assert.deepEqual(ofA!.map(({ lon }) => lon), Array.from({ length: count }, (_, n) => Math.round((117.2 + n * 1e-5) * 1e6)))
  assert.equal(ofB!.length, 30)
  await s.offDuty(a)
  await s.offDuty(b)
})

test('a look says about how many positions it has before one is read: exactly of few units', async () => {
  const units = [await s.unit('巡71'), await s.unit('巡72')]
  for (const unit of units) await s.onDuty(unit)
  const from = s.clock.now
  await s.drive(units[0]!, 70)
  await s.drive(units[1]!, 30)
  const { body: view } = await open(commander, { units, from, to: s.clock.now })
  assert.equal(view.fixes, 100)
  assert.equal((await open(commander, { units, from: from + 5 * SECOND, to: s.clock.now })).body.fixes, 99)
  for (const unit of units) await s.offDuty(unit)
})

test('two devices that report in one millisecond are not parted by a page', async () => {
  const unit = await s.unit('巡13')
  await s.onDuty(unit)
  const { handle } = (await pastUnits(s.database, [unit]))[0]!
  const from = s.clock.now
  const instants = positionsMax / 2 + 5
  await s.database.query(
    `insert into units.position select $1, d, $2::bigint + n, $2, 117.2, 28.29, 10, 90, null, 5, false from generate_series(0, $3::int - 1) n, generate_series(1, 2) d`,
    [handle, from, instants],
  )
  s.clock.now += MINUTE
  const { body: view } = await open(commander, { units: [unit], from, to: s.clock.now })
  const { byUnit, pages } = await positionsOf(commander, view)
  assert.equal(pages, 2)
  assert.deepEqual(byUnit.get(handle)!.map(({ fixAt }) => fixAt), Array.from({ length: instants }, (_, n) => [from + n, from + n]).flat())
  await s.offDuty(unit)
})

test('off duty there is nothing to play back, and shifts say where that is', async () => {
  const unit = await s.unit('巡2')
  const from = s.clock.now
  await s.onDuty(unit)
  await s.drive(unit, 5)
  await s.offDuty(unit)
  const ended = s.clock.now
  await takePositions(s.units.deps, { actor: program, language: 'en' }, [{ unit, fixAt: (s.clock.now += MINUTE), lon: 117.9, lat: 28.9 }])
  await s.onDuty(unit)
  const again = s.clock.now
  await s.drive(unit, 5)
  const { body: view } = await open(commander, { units: [unit], from, to: s.clock.now })
  assert.deepEqual(view.units[0]!.shifts, [[from, ended], [again, null]])
  const { byUnit } = await positionsOf(commander, view)
  assert.ok(byUnit.get(view.units[0]!.handle)!.every(({ fixAt }) => fixAt < ended || fixAt >= again))
  await s.offDuty(unit)
})

test('what is outside the tree is not found, whatever door is tried, and leaves no open look', async () => {
  const mine = await s.unit('巡3')
  const theirs = await s.unit('玉1', 'jx.yushan.yan')
  await s.append('incident/there', 'jx.yushan', opened('there', 'jx.yushan', s.clock.now, { number: 77 }))
  const window = { from: s.clock.now - HOUR, to: s.clock.now }
  const head = await s.journal.head()
  assert.equal((await open(commander, { units: [theirs], ...window })).code, 'unit-not-found')
  assert.equal((await open(commander, { units: [mine, theirs], ...window })).code, 'unit-not-found')
  assert.equal((await open(commander, { units: ['nobody'], ...window })).code, 'unit-not-found')
  assert.equal((await open(commander, { agency: 'jx.yushan', ...window })).code, 'agency-not-found')
  assert.equal((await open(commander, { agency: 'jx', ...window })).code, 'agency-not-found')
  assert.equal((await open(commander, { incident: 'there', ...window })).code, 'incident-not-found')
  assert.equal((await open(station, { agency: 'jx.guixi.huayuan', ...window })).code, 'agency-not-found')
  for (const role of ['dispatcher', 'officer', 'station', 'analyst', 'administrator', 'integrator'] as const) {
    assert.equal((await open(actor(role, role), { units: [mine], ...window })).status, 403)
  }
  assert.equal(await s.journal.head(), head)
  const { body: view } = await open(commander, { units: [mine], ...window })
  for (const path of ['', '/positions', '/incidents', '/events']) {
    assert.equal((await call(stranger, 'GET', `/api/oversight/playbacks/${view.id}${path}`)).code, 'playback-not-found')
    assert.equal((await call(auditor, 'GET', `/api/oversight/playbacks/${view.id}${path}`)).code, 'playback-not-found', 'a look is its owner’s alone')
  }
  assert.equal((await call(auditor, 'POST', `/api/oversight/playbacks/${view.id}/exports`, { body: { commandId: s.command(), format: 'csv', reason: '核查' } })).code, 'playback-not-found')
  assert.equal((await call(stranger, 'DELETE', `/api/oversight/playbacks/${view.id}`)).code, 'playback-not-found')
})

test('who lost a part of the tree sees no more of it in a look that is open', async () => {
  const [a, b] = [await s.unit('巡31'), await s.unit('巡32', 'jx.guixi.huayuan')]
  const from = s.clock.now
  for (const unit of [a, b]) {
    await s.onDuty(unit)
    await s.drive(unit, 3)
  }
  const { body: view } = await open(commander, { units: [a, b], from, to: s.clock.now })
  const less: Actor = { ...commander, grants: [{ role: 'commander', agency: 'jx.guixi.huayuan' }] }
  const { body } = await call<PlaybackPositions>(less, 'GET', `/api/oversight/playbacks/${view.id}/positions`)
  assert.deepEqual(body.tracks.map(({ handle }) => handle), [view.units[1]!.handle])
  for (const unit of [a, b]) await s.offDuty(unit)
})

const refused: [what: string, wanted: () => object, code: string | number][] = [
  ['a window that ends before it begins', () => ({ agency: 'jx.guixi', from: s.clock.now, to: s.clock.now - 1 }), 'playback-backwards'],
  ['a window that has not begun', () => ({ agency: 'jx.guixi', from: s.clock.now + 1, to: s.clock.now + HOUR }), 'playback-in-future'],
  ['several units for more than 24 hours', () => ({ agency: 'jx.guixi', from: s.clock.now - DAY - 1, to: s.clock.now }), 'playback-too-long'],
  ['no reason', () => ({ agency: 'jx.guixi', from: s.clock.now - HOUR, to: s.clock.now, reason: '' }), 400],
  ['a reason of blanks', () => ({ agency: 'jx.guixi', from: s.clock.now - HOUR, to: s.clock.now, reason: '   ' }), 400],
  ['a reason of 501 letters', () => ({ agency: 'jx.guixi', from: s.clock.now - HOUR, to: s.clock.now, reason: 'x'.repeat(501) }), 400],
  ['nothing to look at', () => ({ from: s.clock.now - HOUR, to: s.clock.now }), 'playback-of-what'],
  ['two things at once', () => ({ agency: 'jx.guixi', incident: 'x', from: s.clock.now - HOUR, to: s.clock.now }), 'playback-of-what'],
]
for (const [what, wanted, code] of refused) {
  test(`refused: ${what}`, async () => {
    const head = await s.journal.head()
    const answer = await open(commander, wanted())
    assert.equal(answer.code ?? answer.status, code)
    if (answer.code) assert.ok(refusals[answer.code])
    assert.equal(await s.journal.head(), head)
  })
}

test('one unit may be looked at for 31 days, and not for longer', async () => {
  const unit = await s.unit('巡4')
  const to = s.clock.now
  assert.equal((await open(commander, { units: [unit], from: to - 31 * DAY, to })).status, 201)
  assert.equal((await open(commander, { units: [unit], from: to - 31 * DAY - 1, to })).code, 'playback-too-long')
})

test('asked twice with one command id, it is one look; with another request it is refused', async () => {
  const wanted = { agency: 'jx.guixi', from: s.clock.now - HOUR, to: s.clock.now, commandId: s.command() }
  const [first, head] = [await open(commander, wanted), await s.journal.head()]
  assert.equal((await open(commander, wanted)).body.id, first.body.id)
  assert.equal(await s.journal.head(), head)
  assert.equal((await open(commander, { ...wanted, agency: 'jx.guixi.xiongshi' })).code, 'command-id-reused')
})

test('a look ends after four hours, or when its owner ends it, and gives nothing more', async () => {
  const window = { agency: 'jx.guixi', from: s.clock.now - HOUR, to: s.clock.now }
  const { body: first } = await open(commander, window)
  assert.equal((await call(commander, 'DELETE', `/api/oversight/playbacks/${first.id}`)).status, 204)
  assert.equal((await call(commander, 'GET', `/api/oversight/playbacks/${first.id}/positions`)).code, 'playback-over')
  const { body: second } = await open(commander, window)
  s.clock.now = second.until - 1
  assert.equal((await call(commander, 'GET', `/api/oversight/playbacks/${second.id}`)).status, 200)
  s.clock.now++
  for (const path of ['', '/positions', '/incidents', '/events']) assert.equal((await call(commander, 'GET', `/api/oversight/playbacks/${second.id}${path}`)).code, 'playback-over')
})

test('each part of the tree finds the looks at its own units, and no others', async () => {
  const [a, b] = [await s.unit('巡41'), await s.unit('巡42', 'jx.guixi.huayuan')]
  const { body: view } = await open(commander, { units: [a, b], from: s.clock.now - HOUR, to: s.clock.now, reason: '专项督察' })
  const looks = async (who: Actor) => (await call<{ items: LookView[] }>(who, 'GET', '/api/oversight/playbacks')).body.items.filter(({ id }) => id === view.id)
  const [seen] = await looks(stationAuditor)
  assert.deepEqual([seen!.units, seen!.actor, seen!.reason, seen!.exports], [[a], 'commander', '专项督察', 0])
  assert.deepEqual((await looks(auditor))[0]!.units.toSorted(), [a, b].toSorted())
  assert.deepEqual(await looks(actor('elsewhere', 'auditor', 'jx.yushan')), [])
  assert.deepEqual((await s.journal.readWithin(0, 1000, ['jx.guixi.xiongshi'])).filter(({ stream }) => stream === `playback/${view.id}`).map(({ data }) => data.units), [[a]])
})

test('looks are listed newest first, page by page, none lost or twice', async () => {
  const ids: string[] = []
  for (let n = 0; n < 7; n++) ids.push((await open(commander, { agency: 'jx.guixi.paged', from: s.clock.now - HOUR, to: s.clock.now })).body.id)
  const seen: string[] = []
  for (let after: string | null | undefined = undefined; after !== null; ) {
    const { body }: { body: { items: LookView[]; next: string | null } } = await call(actor('paged', 'auditor', 'jx.guixi.paged'), 'GET', '/api/oversight/playbacks', { query: { limit: 3, ...(after ? { after } : {}) } })
    seen.push(...body.items.map(({ id }) => id))
    after = body.next
  }
  assert.deepEqual(seen.toSorted(), ids.toSorted())
  assert.equal(new Set(seen).size, ids.length)
})

test('incidents and entries: those of the look and the window, by the feed’s rules; auditors see no reporter', async () => {
  const unit = await s.unit('巡5')
  await s.onDuty(unit)
  const from = (s.clock.now += HOUR)
  await s.append('incident/before', 'jx.guixi', opened('before', 'jx.guixi', s.clock.now - 30 * MINUTE, { number: 2 }))
  s.clock.now += MINUTE
  await s.append('incident/inside', 'jx.guixi', opened('inside', 'jx.guixi', s.clock.now, { number: 3 }))
  await s.append('incident/elsewhere', 'jx.yushan', opened('elsewhere', 'jx.yushan', s.clock.now, { number: 4 }))
  await s.append('incident/inside', 'jx.guixi', {
    type: 'unit-assigned', at: s.clock.now, assignment: 'a1', unit, callSign: '巡5', acknowledgeDueAt: s.clock.now, arriveSeconds: 300,
  })
  await s.append('incident/inside', 'jx.guixi', { type: 'note-added', at: s.clock.now, text: '已到场' })
  const message = (id: string, agency: string, text: string) =>
    s.append(`channel/${id}`, agency, { type: 'message-sent', at: s.clock.now, id: `m-${id}`, channel: id, number: 1, text, attachment: null, callSign: null, members: ['m1'] })
  await message('incident-inside', 'jx.guixi', '请带执法记录仪')
  await message(`unit-${unit}`, 'jx.guixi.xiongshi', '注意安全')
  await message('incident-elsewhere', 'jx.yushan', '与此无关')
  await message('agency-guixi', 'jx.guixi', '全体注意')
  const call1 = { type: 'broadcast-sent', at: s.clock.now, id: 'c1', incident: 'inside', text: '请增援', recipients: [{ member: 'm1', name: '甲', unit, callSign: '巡5' }], scope: ['jx.guixi'], area: [[1, 2]] }
  await s.append('broadcast/c1', 'jx.guixi', call1, { type: 'broadcast-answered', at: s.clock.now, member: 'm1', name: '甲', callSign: '巡5', answer: 'yes', enough: true })
  await s.append('broadcast/c2', 'jx.guixi', { ...call1, id: 'c2', incident: null, text: '全体集合' })
  await s.append('broadcast/c3', 'jx.yushan', { ...call1, id: 'c3', incident: 'elsewhere', text: '与此无关' })
  calls.set('c1', { incident: 'inside', units: [unit] }).set('c2', { incident: null, units: ['u-other'] }).set('c3', { incident: 'elsewhere', units: [] })
  await s.append('fence/f1', 'jx', { type: 'fence-drawn', at: s.clock.now, name: '上级围栏' })
  const passage = { at: s.clock.now, passage: 'p', fixAt: s.clock.now, since: s.clock.now - 1000, afterSilence: false, severity: 'alarm' }
  await s.append('fence/f1', 'jx', { type: 'fence-entered', ...passage, unit }, { type: 'fence-entered', ...passage, unit: 'u-other' })
  await s.append('fence/f2', 'jx.guixi', { type: 'fence-retired', at: s.clock.now })
  await s.append('channel/group-1', 'jx.guixi', { type: 'group-created', at: s.clock.now, id: 'group-1', name: '一组', units: [] })
  await s.append(`unit/${unit}`, 'jx.guixi.xiongshi', { type: 'track-viewed', at: s.clock.now, from: 1, to: 2, reason: '别人看过' })
  s.clock.now += MINUTE
  const to = s.clock.now
  await s.append('incident/inside', 'jx.guixi', { type: 'note-added', at: s.clock.now, text: '窗口之后' })
  s.clock.now += MINUTE
  await s.append('incident/after', 'jx.guixi', opened('after', 'jx.guixi', s.clock.now, { number: 5 }))
  const read = async (who: Actor, wanted: object) => {
    const { body: view } = await open(who, { from, to, ...wanted })
    const { body: incidents } = await call<PlaybackIncidents>(who, 'GET', `/api/oversight/playbacks/${view.id}/incidents`)
    const { body: events } = await call<PlaybackEvents>(who, 'GET', `/api/oversight/playbacks/${view.id}/events`)
    assert.equal(events.next, null)
    return { view, incidents: incidents.items, events: events.items }
  }
  const whole = await read(commander, { agency: 'jx.guixi' })
  const before = ['incident-opened', 'unit-assigned', 'note-added', 'message-sent', 'message-sent']
  const expected = [...before, 'broadcast-sent', 'broadcast-answered', 'fence-entered']
  const expectedOfAll = [...before, 'message-sent', 'broadcast-sent', 'broadcast-answered', 'broadcast-sent', 'fence-entered', 'fence-retired']
  const said = (events: readonly { data: Record<string, unknown> }[]) => events.flatMap(({ data }) => (typeof data.channel === 'string' ? [data.text] : []))
  assert.ok(whole.incidents.some(({ id }) => id === 'before'), 'open before, and still')
  assert.ok(!whole.incidents.some(({ id }) => id === 'after' || id === 'elsewhere'))
  assert.deepEqual(whole.events.map(({ type }) => type), expectedOfAll)
  const sent = whole.events.find(({ type }) => type === 'broadcast-sent')!
  assert.deepEqual([sent.data.reached, sent.data.about, 'recipients' in sent.data, 'scope' in sent.data, 'area' in sent.data], [1, 'inside', false, false, false])
  assert.ok(whole.events.every(({ data }) => !('member' in data)))
  const entered = whole.events.find(({ type }) => type === 'fence-entered')!
  assert.deepEqual([entered.data.unit, entered.data.name], [unit, '围栏f1'])
  assert.ok(!JSON.stringify(whole.events).includes('u-other') && !JSON.stringify(whole.events).includes('与此无关'))
  assert.deepEqual(said(whole.events), ['请带执法记录仪', '注意安全', '全体注意'])
  assert.ok(whole.events.every(({ data }) => !('members' in data)))
  assert.equal(whole.events[0]!.data.reporter, '王某')
  const ofUnit = await read(commander, { units: [unit] })
  assert.deepEqual(ofUnit.incidents.map(({ id }) => id), ['inside'], 'what it was sent to')
  assert.deepEqual(ofUnit.events.map(({ type }) => type), expected)
  const ofIncident = await read(commander, { incident: 'inside' })
  assert.deepEqual(ofIncident.view.units.map(({ id }) => id), [unit], 'who was on it')
  assert.deepEqual(ofIncident.events.map(({ type }) => type), expected)
  const audited = await read(auditor, { agency: 'jx.guixi' })
  assert.deepEqual(audited.events.map(({ type }) => type), expectedOfAll)
  assert.ok(!JSON.stringify(audited.incidents).includes('王某') && !JSON.stringify(audited.events).includes('13900000000'))
  // a station sees its unit
  const ofStation = await read(station, { units: [unit] })
  assert.deepEqual([ofStation.incidents, said(ofStation.events), ofStation.events.length], [[], ['注意安全'], 2])
  assert.equal(ofStation.events[1]!.type, 'fence-entered', 'at a fence of the agency above, its own unit')
  await s.append('incident/inside', 'jx.guixi', {
    type: 'assignment-changed', at: s.clock.now, assignment: 'a1', unit, state: 'cleared', was: 'ordered', because: null, next: null, left: null,
  })
  await s.offDuty(unit)
})

test('many entries come page by page, as a scan of the whole journal has them', async () => {
  const random = seeded(41)
  const from = (s.clock.now += HOUR)
  await s.append('incident/busy', 'jx.guixi.busy', opened('busy', 'jx.guixi.busy', s.clock.now, { number: 9 }))
  for (let n = 0; n < 60; n++) {
    s.clock.now += Math.floor(random() * 20 * SECOND)
    const notes = Array.from({ length: 40 }, (_, k) => ({ type: 'note-added', at: s.clock.now, text: `${n}.${k}` }))
    await s.append(random() < 0.7 ? 'incident/busy' : 'incident/inside', 'jx.guixi.busy', ...notes)
  }
  const to = s.clock.now - MINUTE
  const { body: view } = await open(commander, { agency: 'jx.guixi.busy', from, to })
  const seen: number[] = []
  let pages = 0
  for (let after: number | null | undefined = undefined; after !== null; pages++) {
    const { body }: { body: PlaybackEvents } = await call(commander, 'GET', `/api/oversight/playbacks/${view.id}/events`, { query: after === undefined ? {} : { after } })
    seen.push(...body.items.map(({ position }) => position))
    after = body.next
  }
  const every = await s.journal.read(0, 100_000)
  assert.deepEqual(seen, every.filter(({ stream, at }) => stream === 'incident/busy' && at >= from && at < to).map(({ position }) => position))
  assert.ok(pages > 1, `${pages} pages`)
})

test('incidents come page by page, all of them, and what happened to the last is shown as to the first', async () => {
  const from = (s.clock.now += HOUR)
  const ids = Array.from({ length: incidentsMax + 30 }, (_, n) => `crowd-${n}`)
  for (const [n, id] of ids.entries()) {
    if (n % 7 === 0) s.clock.now += SECOND // several open in one millisecond
    await s.append(`incident/${id}`, 'jx.guixi.crowd', opened(id, 'jx.guixi.crowd', s.clock.now, { number: 1000 + n }))
  }
  const { body: view } = await open(commander, { agency: 'jx.guixi.crowd', from, to: (s.clock.now += MINUTE) })
  const seen: string[] = []
  const pages: number[] = []
  for (let after: string | null | undefined = undefined; after !== null; ) {
    const { body }: { body: PlaybackIncidents } = await call(commander, 'GET', `/api/oversight/playbacks/${view.id}/incidents`, { query: after === undefined ? {} : { after } })
    seen.push(...body.items.map(({ id }) => id))
    pages.push(body.items.length)
    after = body.next
  }
  assert.deepEqual(pages, [incidentsMax, 30])
  assert.deepEqual(seen.toSorted(), ids.toSorted())
  assert.equal((await call(commander, 'GET', `/api/oversight/playbacks/${view.id}/incidents`, { query: { after: 'nonsense!' } })).code, 'playback-page-unknown')
  const about: string[] = []
  for (let after: number | null | undefined = undefined; after !== null; ) {
    const { body }: { body: PlaybackEvents } = await call(commander, 'GET', `/api/oversight/playbacks/${view.id}/events`, { query: after === undefined ? {} : { after } })
    about.push(...body.items.map(({ stream }) => stream))
    after = body.next
  }
  assert.deepEqual(about, ids.map((id) => `incident/${id}`))
})

test('the future is not looked at: a look ends now at the latest', async () => {
  const { body: view } = await open(commander, { agency: 'jx.guixi', from: s.clock.now - HOUR, to: s.clock.now + 3 * HOUR })
  assert.equal(view.to, s.clock.now)
})

test('what units did at fences is in the window of its fix, however late it was told, and kept no longer than positions', async () => {
  const unit = await s.unit('巡8')
  await s.onDuty(unit)
  const from = (s.clock.now += HOUR)
  const to = from + HOUR
  const passage = (fixAt: number) => ({ type: 'fence-entered', at: s.clock.now, passage: `p${fixAt}`, unit, fixAt, since: fixAt - 1000, afterSilence: false, severity: 'quiet' })
  s.clock.now += MINUTE
  await s.append('fence/late', 'jx', passage(from - MINUTE), passage(from + 1))
  s.clock.now = to + 15 * MINUTE
  await s.append('incident/noise', 'jx.guixi.noise', opened('noise', 'jx.guixi.noise', s.clock.now, { number: 9077 }), ...Array.from({ length: 1200 }, (_, n) => ({ type: 'note-added', at: s.clock.now, text: String(n) })))
  s.clock.now = to + 5 * HOUR
  await s.append('fence/late', 'jx', passage(from + 2), passage(to - 1), passage(to))
  await s.append('fence/other', 'jx', passage(to + 1))
  s.clock.now += MINUTE
  const seen = async (wanted: object) => {
    const { body: view } = await open(commander, { units: [unit], from, to, ...wanted })
    const found: number[] = []
    for (let after: number | null | undefined = undefined; after !== null; ) {
      const { body }: { body: PlaybackEvents } = await call(commander, 'GET', `/api/oversight/playbacks/${view.id}/events`, { query: after === undefined ? {} : { after } })
      found.push(...body.items.filter(({ type }) => type === 'fence-entered').map(({ data }) => Number(data.fixAt) - from))
      after = body.next
    }
    return found
  }
  assert.deepEqual(await seen({}), [1, 2, HOUR - 1])
  assert.deepEqual(await seen({ from: from + 2, to: to + 1 }), [2, HOUR - 1, HOUR])
  await s.offDuty(unit)
  const now = s.clock.now
  s.clock.now = from + 90 * DAY + 2
  assert.deepEqual(await seen({}), [2, HOUR - 1])
  s.clock.now = now
})

test('a file of positions is logged with its own reason, and holds what was asked for', async () => {
  const unit = await s.unit('巡6"<&')
  await s.onDuty(unit)
  const from = (s.clock.now += HOUR)
  await s.drive(unit, 50)
  s.clock.now += 10 * MINUTE
  await s.drive(unit, 30)
  await s.offDuty(unit)
  const { body: view } = await open(commander, { units: [unit], from, to: s.clock.now })
  const files: Record<string, string> = {}
  for (const format of ['gpx', 'geojson', 'csv'] as const) {
    const head = await s.journal.head()
    s.reads.length = 0
    const { status, body, headers } = await call<string>(commander, 'POST', `/api/oversight/playbacks/${view.id}/exports`, { body: { commandId: s.command(), format, reason: '移送材料' } })
    assert.equal(status, 200)
    assert.match(headers!['content-disposition']!, new RegExp(`\\.${format}"$`))
    files[format] = body
    const [entry] = await s.journal.read(head, 10)
    assert.deepEqual([entry!.type, entry!.stream, entry!.data], ['playback-exported', `playback/${view.id}`, { format, reason: '移送材料' }])
    assert.ok(s.reads.length > 0 && s.reads.every((position) => position >= entry!.position), 'written down before a point was read')
  }
  assert.equal(files.gpx!.match(/<trkpt /g)!.length, 80)
  assert.equal(files.gpx!.match(/<trkseg>/g)!.length, 2)
  assert.ok(files.gpx!.includes('<name>巡6&quot;&lt;&amp;</name>'))
  const { features } = JSON.parse(files.geojson!) as { features: { geometry: { coordinates: number[][] } }[] }
  assert.deepEqual(features.map(({ geometry }) => geometry.coordinates.length), [50, 30])
  assert.equal(files.csv!.split('\r\n').length, 82)
  const [look] = (await call<{ items: LookView[] }>(auditor, 'GET', '/api/oversight/playbacks')).body.items.filter(({ id }) => id === view.id)
  assert.equal(look!.exports, 3)
})

test('the tables say what the journal says, and replay gives them again', async () => {
  const fresh = await testDatabase()
  try {
    await replay({ entries: everyEntry(s.journal), into: fresh.database, projections: s.every })
    const lived = await s.dump(s.database)
    assert.ok(Object.values(lived).every((rows) => (rows as unknown[]).length > 5))
    assert.deepEqual(await s.dump(fresh.database), lived)
  } finally {
    await fresh.drop()
  }
})
