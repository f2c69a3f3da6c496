import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { seeded } from '#core/random.ts'
import { testDatabase } from '#test/database.ts'
import type { Db } from '#platform/db/sql.ts'
import { devicesInMemory } from './device.ts'
import { noTrack } from './fix.ts'
import { openIntake, type Observation } from './intake.ts'
import type { LiveUnits } from './live.ts'
import { dayKeeper, keyOf } from './positions-store.ts'

const T0 = Date.UTC(2026, 0, 1, 12)
let opened: Awaited<ReturnType<typeof testDatabase>>
before(async () => void (opened = await testDatabase()))
after(() => opened.drop())

/** A node that knows nothing of where units are. @param since  when their shifts began; null when none is open */
function node(db: Db, since: number | null = 0, onUntold = () => {}) {
  const devices = devicesInMemory()
  const shifts = since === null ? [{ startedAt: 0, endedAt: T0 }] : [{ startedAt: since, endedAt: null }]
  const live = { track: () => noTrack, place: () => true, findByHandle: () => ({ shifts }) } as unknown as LiveUnits
  return { devices, ...openIntake({ db, live, devices, days: dayKeeper(db), ageMs: 1e9, onStored: () => {}, onUntold }) }
}

function observation(random: () => number): Observation {
  const fix = { fixAt: T0 + Math.floor(random() * 25) * 1_000, takenAt: T0, device: Math.floor(random() * 3), lon: 115, lat: 28, speedKmh: null, courseDeg: null, accuracyMeters: null }
  return { unit: 1 + Math.floor(random() * 3), fix, altitudeMeters: null, leftOut: [] }
}

test('two nodes and their restarts take each fix once, whatever is sent again, late or twice (20 seeds)', async () => {
  const { database } = opened
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed)
    await database.query('truncate units.position')
    const nodes = [node(database), node(database)]
    const oracle = new Set<string>()
    for (let batch = 0; batch < 12; batch++) {
      if (random() < 0.15) nodes[0] = node(database)
      const observations = Array.from({ length: 1 + Math.floor(random() * 10) }, () => observation(random))
      const expected = observations.map(({ unit, fix }) => {
        const key = keyOf(unit, fix)
        if (oracle.has(key)) return 'duplicate'
        oracle.add(key)
        return 'accepted'
      })
      assert.deepEqual(await nodes[Math.floor(random() * 2)]!.add(observations), expected, `seed ${seed}, batch ${batch}`)
    }
    const [row] = await database.query<{ count: number }>('select count(*)::int as count from units.position')
    assert.equal(row!.count, oracle.size, `seed ${seed}`)
  }
})

test('what was written and never acknowledged is a duplicate when it is sent again', async () => {
  const { database } = opened
  await database.query('truncate units.position')
  let isCut = true
  // The commit is done; the connection breaks before its answer is here.
  const cut: Db = {
    ...database,
    async copy(text, rows) {
      await database.copy(text, rows)
      if (isCut) throw new Error('Connection terminated unexpectedly')
    },
  }
  const { add, devices } = node(cut)
  const one = observation(seeded(1))
  await assert.rejects(add([one]), /Connection terminated/)
  assert.equal(devices.status(one.fix.device).taken.accepted, 0)
  isCut = false
  assert.deepEqual(await add([one]), ['duplicate'])
})

test('a fix that is on disk and not shown is untold only where its unit’s shift would show it', async () => {
  const { database } = opened
  await database.query('truncate units.position')
  const one = observation(seeded(1))
  await node(database).add([one])
  for (const [since, expected] of [[one.fix.fixAt, 1], [one.fix.fixAt + 1, 0], [null, 0]] as const) {
    let untold = 0
    assert.deepEqual(await node(database, since, () => untold++).add([one]), ['duplicate'])
    assert.equal(untold, expected, `shift since ${since}`)
  }
})

test('a day whose table vanished is made again, and nothing is lost', async () => {
  const { database } = opened
  const { add } = node(database)
  const late = { ...observation(seeded(1)), unit: 77 }
  assert.deepEqual(await add([late]), ['accepted'])
  const dropDay = () => database.query(`drop table units.position_${new Date(T0).toISOString().slice(0, 10).replaceAll('-', '')}`)
  await dropDay()
  const next = { ...late, fix: { ...late.fix, fixAt: late.fix.fixAt + 1_000 } }
  assert.deepEqual(await add([next]), ['accepted'], 'as what is new is written')
  await dropDay()
  assert.deepEqual(await add([late, next]), ['accepted', 'accepted'], 'as what may be known is')
})
