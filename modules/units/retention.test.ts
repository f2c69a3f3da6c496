/** Retention: what may be said, what counts, what can be read, and what is gone. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { seeded } from '#core/random.ts'
import { isWithin, type Actor, type Role } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { everyEntry, replay } from '#platform/journal/replay.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { sayRetention, viewRetention } from './change-retention.ts'
import { keptSince, pastFixes } from './history-store.ts'
import { dayKeeper, listDays, readTrack, writePositions } from './positions-store.ts'
import { changeRetention, daysOf, mostOf } from './retention.ts'
import type { RetentionDeps } from './retention-deps.ts'
import { openRetention } from './retention-jobs.ts'
import { retentionProjections, retentionTables } from './retention-store.ts'

const DAY = 86_400_000
const T0 = Date.UTC(2026, 10, 22, 8)
const actor = (role: Role, agency: string): Actor => ({ account: `${role}-${agency}`, name: role, grants: [{ role, agency }] })
const top = actor('administrator', 'jx')
const county = actor('administrator', 'jx.guixi')

const tree = ['jx', 'jx.guixi', 'jx.guixi.xiongshi', 'jx.guixi.huayuan', 'jx.yushan']

// ——— the rule ———

const cases: [what: string, said: Record<string, number>, agency: string, days: number | null, outcome: string][] = [
  ['the top may keep as long as the house allows', {}, 'jx', 180, 'ok'],
  ['the top must say a number', { jx: 100 }, 'jx', null, 'retention-of-top'],
  ['below a silent top, the usual days are the most', {}, 'jx.guixi', 91, 'retention-beyond-above'],
  ['and may be said', {}, 'jx.guixi', 90, 'ok'],
  ['shorter than the one above', { jx: 30 }, 'jx.guixi', 7, 'ok'],
  ['longer than the one above', { jx: 30 }, 'jx.guixi', 31, 'retention-beyond-above'],
  ['as the one above again', { jx: 30, 'jx.guixi': 7 }, 'jx.guixi', null, 'ok'],
  ['the grandparent counts where the parent is silent', { jx: 20 }, 'jx.guixi.xiongshi', 21, 'retention-beyond-above'],
  ['a longer word of the parent does not help', { jx: 20, 'jx.guixi': 60 }, 'jx.guixi.xiongshi', 21, 'retention-beyond-above'],
]
for (const [what, words, agency, days, outcome] of cases) {
  test(`retention: ${what}`, () => {
    const decision = changeRetention({ agency, days, reason: ' 局务会决定 ' }, { said: new Map(Object.entries(words)), isTop: agency === 'jx' }, T0)
    assert.equal(isRefused(decision) ? decision.refused : 'ok', outcome)
    if (!isRefused(decision)) assert.deepEqual(decision.events, [{ type: 'retention-changed', at: T0, days, was: words[agency] ?? null, reason: '局务会决定' }])
  })
}

test('nobody keeps longer than the one above, whatever was said in whatever order', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed)
    const said = new Map<string, number>()
    for (let n = 0; n < 40; n++) {
      const agency = tree[Math.floor(random() * tree.length)]!
      const days = random() < 0.2 ? null : 1 + Math.floor(random() * 180)
      if (isRefused(changeRetention({ agency, days, reason: 'xx' }, { said, isTop: agency === 'jx' }, T0))) continue
      if (days === null) said.delete(agency)
      else said.set(agency, days)
      for (const each of tree) {
        const counts = daysOf(each, said)
        assert.ok(counts >= 1 && counts <= 180, `seed ${seed}`)
        for (const above of tree) if (each !== above && isWithin(each, above)) assert.ok(counts <= daysOf(above, said), `seed ${seed}: ${each} ${counts}, ${above} ${daysOf(above, said)}`)
        assert.ok(counts <= mostOf(each, said, each === 'jx'), `seed ${seed}`)
      }
    }
  }
})

// ——— on a real database ———

let s: Awaited<ReturnType<typeof scene>>
before(async () => {
  s = await scene()
})
after(() => s?.close())

async function scene() {
  const { database, drop } = await testDatabase()
  const clock = { now: T0 }
  const journal = postgresJournal({ db: database, projections: retentionProjections, log: silentLog })
  await journal.start()
  const deps: RetentionDeps = { db: database, journal, now: () => clock.now, agencyPaths: async () => tree }
  const retention = openRetention({
    db: database,
    now: () => clock.now,
    onFault: (what, cause) => {
      throw new Error(what, { cause })
    },
  })
  let commands = 0
  const units = tree.map((agency, index) => ({ handle: index + 1, agency }))
  for (const { handle, agency } of units) {
    await database.query(`insert into units.unit (id, handle, call_sign, kind, agency, capabilities, created_at, state_since) values ($1, $2, $1, 'car', $3::ltree, '{}', 0, 0)`, [`u${handle}`, handle, agency])
  }
  return {
    database, clock, journal, deps, retention, units,
    say: (who: Actor, agency: string, days: number | null) => sayRetention(deps, who, { commandId: `c-${++commands}`, agency, days, reason: '局务会决定' }),
    /** A fix of every unit at each noon of the last `count` days. */
    async fill(count: number) {
      const instants = Array.from({ length: count }, (_, n) => clock.now - n * DAY - 3_600_000)
      await dayKeeper(database).ensure(instants)
      await database.query(
        `insert into units.position select u, 0, at, at, 117.2, 28.29, 10, 90, null, 5, false from unnest($1::int[]) u, unnest($2::bigint[]) at on conflict do nothing`,
        [units.map(({ handle }) => handle), instants],
      )
      return instants
    },
    there: async (handle: number) => (await database.query<{ at: number }>('select fix_at as at from units.position where unit = $1 order by fix_at', [handle])).map(({ at }) => at),
    async close() {
      await retention.stop()
      await journal.stop()
      await drop()
    },
  }
}

test('nothing older than its agency keeps it can be read, even before the sweep ran', async () => {
  const instants = await s.fill(200)
  const random = seeded(9)
  const said = new Map<string, number>()
  for (let round = 0; round < 12; round++) {
    const agency = tree[Math.floor(random() * tree.length)]!
    const days = 1 + Math.floor(random() * mostOf(agency, said, agency === 'jx'))
    assert.deepEqual(isRefused(await s.say(top, agency, days)), false)
    said.set(agency, days)
    for (const unit of s.units) {
      const expected = instants.filter((at) => at >= s.clock.now - daysOf(unit.agency, said) * DAY).toSorted((a, b) => a - b)
      assert.deepEqual((await readTrack(s.database, unit.handle, 0, s.clock.now, 1000, s.clock.now)).map(({ fixAt }) => fixAt), expected, `seed 9, round ${round}: ${unit.agency}`)
      assert.deepEqual((await pastFixes(s.database, unit.handle, 0, s.clock.now, 1000, s.clock.now)).fixAt, expected)
      assert.equal(await keptSince(s.database, [`u${unit.handle}`], s.clock.now), s.clock.now - daysOf(unit.agency, said) * DAY)
      assert.equal((await s.there(unit.handle)).length, instants.length, 'not swept yet')
    }
  }
})

test('the sweep takes what no agency keeps any more, and no more than that', async () => {
  for (const [agency, days] of [['jx', 60], ['jx.guixi', 30], ['jx.guixi.xiongshi', 2]] as const) assert.ok(!isRefused(await s.say(top, agency, days)))
  await s.say(top, 'jx.guixi.huayuan', null)
  await s.say(top, 'jx.yushan', null)
  const counts: Readonly<Record<string, number>> = { jx: 60, 'jx.guixi': 30, 'jx.guixi.xiongshi': 2, 'jx.guixi.huayuan': 30, 'jx.yushan': 60 }
  await s.database.query(`insert into units.alarm (device, name, began_at, unit, taken_at) select u, 'overspeed', $2::bigint - age * ${DAY}::bigint, u, 0 from unnest($1::int[]) u, generate_series(0, 70) age`, [s.units.map(({ handle }) => handle), s.clock.now - 3_600_000])
  const before = new Map(await Promise.all(s.units.map(async ({ handle }) => [handle, await s.there(handle)] as const)))
  const sweep = await s.retention.sweep()
  assert.equal(sweep.fault, null)
  assert.ok(sweep.daysDropped > 100 && sweep.rowsDeleted > 0, JSON.stringify(sweep))
  for (const { handle, agency } of s.units) {
    const since = s.clock.now - counts[agency]! * DAY
    const left = await s.there(handle)
    // what is kept longest goes with its day
    const goneBefore = counts[agency] === 60 ? Math.floor(since / DAY) * DAY : since
    const [alarms] = await s.database.query<{ count: number; oldest: number }>('select count(*)::int as count, min(began_at) as oldest from units.alarm where unit = $1', [handle])
    assert.ok(alarms!.oldest >= since && alarms!.count === counts[agency], `alarms of ${agency}: ${alarms!.count}`)
    assert.deepEqual(left, before.get(handle)!.filter((at) => at >= goneBefore), agency)
  }
  assert.ok((await listDays(s.database)).every((day) => (day + 1) * DAY > s.clock.now - 60 * DAY))
  const again = await s.retention.sweep()
  assert.deepEqual([again.daysDropped, again.rowsDeleted], [0, 0], 'a second one finds nothing')
})

test('what is kept longest cannot be read any more from its minute on, and goes with the end of its day', async () => {
  await s.say(top, 'jx', 60)
  await s.fill(70)
  const was = s.clock.now
  const minutes = Array.from({ length: 49 }, (_, n) => was - 61 * DAY + n * 30 * 60_000)
  await dayKeeper(s.database).ensure(minutes)
  await s.database.query(`insert into units.position select 1, 1, at, at, 117.2, 28.29, 10, 90, null, 5, false from unnest($1::bigint[]) at`, [minutes])
  try {
    for (const hours of [0, 5, 15.99, 16, 16.01, 24, 31]) {
      const there = await s.there(1)
      s.clock.now = was + hours * 3_600_000
      const since = s.clock.now - 60 * DAY
      await s.retention.sweep()
      assert.deepEqual(await s.there(1), there.filter((at) => at >= Math.floor(since / DAY) * DAY), `${hours} hours later`)
      assert.deepEqual((await readTrack(s.database, 1, 0, s.clock.now, 1000, s.clock.now)).map(({ fixAt }) => fixAt), there.filter((at) => at >= since))
    }
  } finally {
    s.clock.now = was
  }
})

test('days to which late fixes may still come are never dropped, only emptied', async () => {
  await s.say(top, 'jx', 1)
  await s.fill(6)
  await s.retention.sweep()
  for (const { handle } of s.units) assert.ok((await s.there(handle)).every((at) => at >= s.clock.now - DAY))
  const days = await listDays(s.database)
  assert.ok(days.some((day) => day * DAY < s.clock.now - 2 * DAY) && days.every((day) => day * DAY >= s.clock.now - 5 * DAY), days.map((day) => (s.clock.now / DAY - day).toFixed(1)).join(' '))
  await s.say(top, 'jx', 60)
})

test('while somebody reads for long, no write waits for a day that is dropped; the rest of the sweep goes on, and the day goes later', async () => {
  await s.say(top, 'jx', 60)
  await s.say(top, 'jx.guixi.xiongshi', 2)
  await s.fill(62)
  const faults: string[] = []
  const retention = openRetention({ db: s.database, now: () => s.clock.now, onFault: (what) => faults.push(what) })
  const expired = async () => (await listDays(s.database)).filter((day) => (day + 1) * DAY <= s.clock.now - 60 * DAY).length
  assert.ok((await expired()) > 0)
  const reader = await s.database.begin()
  await reader.sql.query('select count(*) from units.position')
  const sweeping = retention.sweep()
  let writes = 0
  const isSwept = sweeping.then(() => true)
  const row = { unit: 1, altitudeMeters: null, flagged: false }
  const fix = { takenAt: 0, device: 0, lon: 117.2, lat: 28.3, speedKmh: null, courseDeg: null, accuracyMeters: null }
  while (!(await Promise.race([isSwept, sleep(50)]))) {
    const began = performance.now()
    await writePositions(s.database, [{ ...row, fix: { ...fix, fixAt: s.clock.now + ++writes } }], [])
    assert.ok(performance.now() - began < 3_000, 'a write waited for the drop, which waits for the reader')
  }
  assert.ok(writes > 5)
  const swept = await sweeping
  assert.match(swept.fault!, /canceling|pending detach/)
  assert.ok(swept.rowsDeleted > 0, 'the rows of others are gone')
  assert.ok(faults.length > 0)
  assert.deepEqual((await s.there(1)).filter((at) => at < s.clock.now - 61 * DAY), [], 'what is half out is read by nobody')
  await reader.rollback()

  await s.database.query(`create table units.position_20200101 (like units.position including all)`) // a process that ended between leaving and dropping
  assert.equal((await retention.sweep()).fault, null)
  assert.equal(await expired(), 0)
  const left = await s.database.query(`select 1 from pg_class c where relname ~ '^position_[0-9]{8}$' and not exists (select 1 from pg_inherits where inhrelid = c.oid)`)
  assert.equal(left.length, 0)
  await s.database.query('delete from units.position where fix_at > $1', [s.clock.now])
})

test('two nodes that sweep at once: one does, the other waits and says the same, and no fault is hidden', async () => {
  await s.say(top, 'jx', 60)
  await s.fill(66)
  const isWaitedFor = async () => (await s.database.query(`select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`)).length > 0
  const slow = (breaks: boolean): typeof s.database => ({
    ...s.database,
    async query(text: string, params?: readonly unknown[]) {
      if (text.includes('from units.unit group by')) {
        while (!(await isWaitedFor())) await sleep(5)
        if (breaks) throw new Error('this node’s own fault')
      }
      return s.database.query(text, params) as never
    },
  })
  for (const breaks of [true, false]) {
    const faults: string[] = []
    const [first, second] = [slow(breaks), s.database].map((db) => openRetention({ db, now: () => s.clock.now, onFault: (what) => faults.push(what) }))
    const one = first!.sweep()
    while ((await s.database.query(`select 1 from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`)).length === 0) await sleep(5)
    const [mine, theirs] = await Promise.all([one, second!.sweep()])
    assert.deepEqual(mine, theirs)
    assert.deepEqual((await viewRetention(s.deps, top)).sweep, mine)
    assert.equal(mine.fault, breaks ? 'this node’s own fault' : null)
    assert.equal(faults.length, breaks ? 1 : 0)
    assert.equal(mine.daysDropped > 0, !breaks)
  }
})

test('administrators say it for their part of the tree; elsewhere no agency is found', async () => {
  const head = await s.journal.head()
  const code = async (answer: Promise<object>) => ((outcome) => (isRefused(outcome) ? outcome.refused : 'ok'))(await answer)
  assert.equal(await code(s.say(county, 'jx.yushan', 5)), 'agency-not-found')
  assert.equal(await code(s.say(county, 'jx', 5)), 'agency-not-found')
  assert.equal(await code(s.say(county, 'jx.guixi.nowhere', 5)), 'agency-not-found')
  for (const role of ['commander', 'auditor', 'dispatcher'] as const) assert.equal(await code(s.say(actor(role, 'jx'), 'jx.guixi', 5)), 'agency-not-found')
  assert.equal(await s.journal.head(), head)
  assert.equal(await code(s.say(county, 'jx.guixi', 20)), 'ok')
  const [entry] = await s.journal.read(head, 5)
  assert.deepEqual([entry!.stream, entry!.type, entry!.agency, entry!.actor.account], ['retention/jx.guixi', 'retention-changed', 'jx.guixi', 'administrator-jx.guixi'])
  assert.deepEqual(entry!.data, { days: 20, was: 30, reason: '局务会决定' })
})

test('two who change it at once are answered in turn: none ends above the other', async () => {
  await s.say(top, 'jx', 100)
  await Promise.all([s.say(top, 'jx', 10), s.say(county, 'jx.guixi', 80), s.say(county, 'jx.guixi.xiongshi', 70)])
  const { agencies } = await viewRetention(s.deps, top)
  for (const each of agencies) assert.ok(each.days <= 10 && each.days <= each.most, JSON.stringify(each))
})

test('the page shows what counts, what is there, and the last sweep; a county sees its own part', async () => {
  const sweep = await s.retention.sweep()
  const all = await viewRetention(s.deps, top)
  assert.deepEqual(all.agencies.map(({ agency }) => agency), tree)
  assert.deepEqual(all.sweep, sweep)
  for (const { agency, oldestAt, units } of all.agencies) {
    const { handle } = s.units.find((unit) => unit.agency === agency)!
    assert.equal(units, 1)
    assert.equal(oldestAt, (await s.there(handle))[0] ?? null)
  }
  assert.deepEqual(all.daily.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / DAY), await listDays(s.database))
  assert.ok(all.daily.every(({ bytes, rows }) => bytes > 0 && rows >= 0))
  assert.deepEqual((await viewRetention(s.deps, county)).agencies.map(({ agency }) => agency), tree.filter((agency) => isWithin(agency, 'jx.guixi')))
})

test('what agencies said is what the journal says, and replay gives it again', async () => {
  const fresh = await testDatabase()
  try {
    await replay({ entries: everyEntry(s.journal), into: fresh.database, projections: retentionProjections })
    for (const table of retentionTables) {
      const rows = async (db: typeof s.database) => (await db.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`)).map(({ row }) => row).sort()
      const lived = await rows(s.database)
      assert.ok(lived.length > 1)
      assert.deepEqual(await rows(fresh.database), lived)
    }
  } finally {
    await fresh.drop()
  }
})
