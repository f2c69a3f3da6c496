import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { Actor } from '#kernel/actor.ts'
import type { JournalEvent, Projection } from '#kernel/journal.ts'
import { sqlOf } from '#platform/db/sql.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { postgresJournal } from './postgres.ts'
import { dumpTables, everyEntry, replay } from './replay.ts'

const T = 1_767_225_600_000
const actor: Actor = { account: 'a', name: 'A', grants: [] }
const schema = `create schema shop;
  create table shop.stock (name text primary key, count integer not null, last_at bigint not null);
  create table shop.visit (name text, at bigint)`

const stock: Projection = {
  types: ['delivered', 'sold'],
  async apply(tx, { type, at, stream, data }) {
    const change = type === 'sold' ? -Number(data.count) : Number(data.count)
    await sqlOf(tx).query(
      `insert into shop.stock (name, count, last_at) values ($1, $2, $3)
        on conflict (name) do update set count = stock.count + excluded.count, last_at = excluded.last_at`,
      [stream, change, at],
    )
  },
}

test('replaying the journal into an empty database gives the same tables, whatever ran at once', async () => {
  const seed = 5
  const random = seeded(seed)
  const live = await testDatabase()
  const again = await testDatabase()
  try {
    for (const { database } of [live, again]) await database.query(schema)
    const journal = postgresJournal({ db: live.database, projections: [stock], log: silentLog })
    await Promise.all(
      Array.from({ length: 120 }, (_, n) =>
        journal.act({ id: `command-${n}`, actor, at: T }, async (tx) => {
          const type = random() < 0.4 ? 'sold' : 'delivered'
          tx.append(`goods/${Math.floor(random() * 5)}`, 'town', [{ type, at: T + n, count: Math.floor(random() * 9) } as JournalEvent])
          return { answer: null }
        }),
      ),
    )
    await live.database.query(`insert into shop.visit values ('somebody', 1)`) // not of the journal
    const applied = await replay({ entries: everyEntry(journal), into: again.database, projections: [stock] })
    assert.equal(applied, 120)
    const except = { except: ['shop.visit'] }
    const expected = await dumpTables(live.database, ['shop'], except)
    assert.equal(expected['shop.stock']!.length, 5)
    assert.deepEqual(await dumpTables(again.database, ['shop'], except), expected, `seed ${seed}`)
    assert.notDeepEqual(await dumpTables(again.database, ['shop']), await dumpTables(live.database, ['shop']), 'the comparison sees a difference')
  } finally {
    await live.drop()
    await again.drop()
  }
})

test('a projection that would append or load in a replay is a bug', async () => {
  const { database, drop } = await testDatabase()
  try {
    const journal = postgresJournal({ db: database, projections: [], log: silentLog })
    await journal.act({ id: 'one-command', actor, at: T }, async (tx) => {
      tx.append('goods/1', 'town', [{ type: 'sold', at: T }])
      return { answer: null }
    })
    const writing: Projection = { types: ['sold'], apply: async (tx, fact) => tx.append(fact.stream, 'town', []) }
    await assert.rejects(replay({ entries: everyEntry(journal), into: database, projections: [writing] }), /may not append/)
  } finally {
    await drop()
  }
})
