import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { seeded } from '#core/random.ts'
import { testDatabase } from '#test/database.ts'
import type { Database } from '#platform/db/open.ts'
import { positionRows } from './position-rows.ts'
import { dayKeeper, keyOf, writePositions, type PositionRow } from './positions-store.ts'

const T0 = Date.UTC(2026, 0, 1, 23, 59)
let opened: Awaited<ReturnType<typeof testDatabase>>
let database: Database
before(async () => {
  opened = await testDatabase()
  database = opened.database
  await dayKeeper(database).ensure([T0, T0 + 120_000])
})
after(() => opened.drop())

/** Any row that the pipeline can let through, over a midnight. */
function anyRow(random: () => number): PositionRow {
  const tenth = (most: number) => (random() < 0.2 ? null : Math.round(random() * most * 10) / 10)
  return {
    unit: 1 + Math.floor(random() * 4),
    fix: {
      fixAt: T0 + Math.floor(random() * 40) * 3_000,
      takenAt: T0 + Math.floor(random() * 2 ** 20),
      device: Math.floor(random() * 3),
      lon: (random() - 0.5) * 360,
      lat: (random() - 0.5) * 180,
      speedKmh: tenth(400),
      courseDeg: tenth(360),
      accuracyMeters: tenth(10_000),
    },
    altitudeMeters: random() < 0.2 ? null : (random() - 0.1) * 9_000,
    flagged: random() < 0.1,
  }
}
/** Without those that have the same key as one before. */
const different = (rows: readonly PositionRow[]) => [...new Map(rows.toReversed().map((row) => [keyOf(row.unit, row.fix), row])).values()]
const inTable = async () => (await database.query<{ row: string }>('select to_jsonb(p)::text as row from units.position p order by unit, fix_at, device')).map(({ row }) => row)

test('rows copied are rows inserted, to the last bit, on either side of midnight', async () => {
  const random = seeded(8)
  const rows = different(Array.from({ length: 300 }, () => anyRow(random)))
  await database.query('truncate units.position')
  await writePositions(database, [], rows)
  const inserted = await inTable()
  await database.query('truncate units.position')
  assert.equal((await writePositions(database, rows, [])).size, 0)
  assert.deepEqual(await inTable(), inserted)
  assert.equal(inserted.length, rows.length)
})

test('whatever is believed of rows, the table and the answers are those of inserting each by itself (30 seeds)', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seeded(seed)
    await database.query('truncate units.position')
    const oracle = new Map<string, PositionRow>()
    for (let batch = 0; batch < 5; batch++) {
      const rows = different(Array.from({ length: 1 + Math.floor(random() * 12) }, () => anyRow(random)))
      // Beliefs are right, wrong in part, or nobody has any.
      const trust = random()
      const isBelieved = rows.map(() => random() < trust)
      const known = await writePositions(database, rows.filter((_, index) => isBelieved[index]), rows.filter((_, index) => !isBelieved[index]))
      for (const row of rows) {
        const key = keyOf(row.unit, row.fix)
        assert.equal(known.has(row), oracle.has(key), `seed ${seed}, batch ${batch}, ${key}`)
        if (!oracle.has(key)) oracle.set(key, row)
      }
    }
    const kept = await database.query<{ unit: number; fix_at: number; device: number; taken_at: number }>('select unit, fix_at, device, taken_at from units.position')
    assert.deepEqual(
      kept.map((row) => `${keyOf(row.unit, { fixAt: row.fix_at, device: row.device })} ${row.taken_at}`).sort(),
      [...oracle].map(([key, { fix }]) => `${key} ${fix.takenAt}`).sort(),
      `seed ${seed}`,
    )
  }
})

test('a batch of which one row cannot be written is not written at all', async () => {
  await database.query('truncate units.position')
  const random = seeded(3)
  const noSuchDay = { ...anyRow(random), fix: { ...anyRow(random).fix, fixAt: T0 + 400 * 86_400_000 } }
  await assert.rejects(writePositions(database, [anyRow(random), noSuchDay], []), /no partition/)
  await assert.rejects(writePositions(database, [anyRow(random)], [noSuchDay]), /no partition/)
  assert.deepEqual(await inTable(), [])
})

test('instants far from ours go over as they are', () => {
  for (const at of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, T0, 8.64e15]) {
    const bytes = positionRows([{ ...anyRow(seeded(1)), fix: { ...anyRow(seeded(1)).fix, fixAt: at } }])
    assert.equal(new DataView(bytes.buffer).getBigInt64(19 + 2 + 8 + 8 + 4), BigInt(at))
  }
})
