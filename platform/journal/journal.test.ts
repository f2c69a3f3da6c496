import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { refuse } from '#kernel/decision.ts'
import type { Actor } from '#kernel/actor.ts'
import type { Entry, Journal, JournalEvent, Listener, Story } from '#kernel/journal.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import type { Database } from '#platform/db/open.ts'
import { memoryJournal } from './memory.ts'
import { postgresJournal } from './postgres.ts'

/** What both journals promise; every test below runs on both. */
type Both = Journal & { listen(listener: Listener): () => void; start(): Promise<void>; stop(): Promise<void> }

const T = 1_767_225_600_000
const alice: Actor = { account: 'alice', name: '接警员甲', grants: [] }
const bob: Actor = { account: 'bob', name: 'Bob', grants: [] }
type Counted = JournalEvent & { readonly type: 'counted'; readonly by: number }
const counter: Story<number, Counted> = { initial: 0, evolve: (sum, event) => sum + event.by }
const counted = (by: number): Counted => ({ type: 'counted', at: T, by })

const kinds: [name: string, open: () => Promise<{ journal: Both; close: () => Promise<void> }>][] = [
  ['memory', async () => ({ journal: memoryJournal(), close: async () => {} })],
  [
    'postgres',
    async () => {
      const { database, drop } = await testDatabase()
      const journal = postgresJournal({ db: database, projections: [], log: silentLog })
      await journal.start()
      return {
        journal,
        async close() {
          await journal.stop()
          await drop()
        },
      }
    },
  ],
]

for (const [name, open] of kinds) {
  let journal: Both
  let close = async () => {}
  before(async () => void ({ journal, close } = await open()))
  after(() => close())

  const count = (id: string, stream: string, by: number, actor = alice, fingerprint?: string) =>
    journal.act({ id, actor, at: T, ...(fingerprint ? { fingerprint } : {}) }, async (tx) => {
      const sum = await tx.load(stream, counter)
      if (sum + by < 0) return refuse('too-little', { sum })
      tx.append(stream, 'town', [counted(by)])
      return { answer: { sum: sum + by } }
    })

  test(`${name}: a command's events get the next positions, and its answer comes back`, async () => {
    const from = await journal.head()
    assert.deepEqual(await count('first-command', 'counter/a', 3), { answer: { sum: 3 }, position: from + 1, repeated: false })
    assert.deepEqual(await count('second-command', 'counter/a', 4), { answer: { sum: 7 }, position: from + 2, repeated: false })
    const entries = await journal.read(from, 10)
    assert.deepEqual(entries.at(-1), {
      position: from + 2, at: T, stream: 'counter/a', type: 'counted', agency: 'town',
      actor: { account: 'alice', name: '接警员甲' }, command: 'second-command', data: { by: 4 },
    } satisfies Entry)
  })

  test(`${name}: the same id twice is one command`, async () => {
    const one = await count('only-once', 'counter/b', 5)
    const head = await journal.head()
    assert.deepEqual(await count('only-once', 'counter/b', 5), { ...one, repeated: true })
    assert.equal(await journal.head(), head)
  })

  test(`${name}: several streams are read in the one order, and no other`, async () => {
    for (const [id, stream] of [['s1', 'several/a'], ['s2', 'several/b'], ['s3', 'several/c'], ['s4', 'several/a']] as const) await count(id, stream, 1)
    const entries = await journal.read(0, 1_000, { stream: ['several/a', 'several/b', 'several/none'] })
    assert.deepEqual(entries.map(({ command }) => command), ['s1', 's2', 's4'])
    assert.deepEqual((await journal.read(entries[0]!.position, 1, { stream: ['several/b', 'several/a'] })).map(({ command }) => command), ['s2'])
    assert.deepEqual(await journal.read(0, 1_000, { stream: [] }), [])
  })

  test(`${name}: fifty copies of one command at once are one command`, async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => count('fifty-times', 'counter/fifty', 1)))
    assert.equal(answers.filter((one) => !('refused' in one) && !one.repeated).length, 1)
    assert.equal((await journal.read(0, 1_000, { stream: 'counter/fifty' })).length, 1)
  })

  test(`${name}: an id used by another account, or for another request, is refused`, async () => {
    await count('taken-id', 'counter/c', 1, alice, 'by 1')
    assert.deepEqual(await count('taken-id', 'counter/c', 1, bob, 'by 1'), { refused: 'command-id-reused' })
    assert.deepEqual(await count('taken-id', 'counter/c', 2, alice, 'by 2'), { refused: 'command-id-reused' })
    assert.ok(!('refused' in (await count('taken-id', 'counter/c', 1, alice, 'by 1'))))
  })

  test(`${name}: a refusal writes nothing, and the id may be used again`, async () => {
    const head = await journal.head()
    assert.deepEqual(await count('refused-first', 'counter/d', -1), { refused: 'too-little', params: { sum: 0 } })
    assert.equal(await journal.head(), head)
    assert.ok(!('refused' in (await count('refused-first', 'counter/d', 1))))
  })

  test(`${name}: an error in the work writes nothing`, async () => {
    const head = await journal.head()
    const failing = journal.act({ id: 'failing-work', actor: alice, at: T }, async (tx) => {
      tx.append('counter/e', 'town', [counted(1)])
      throw new Error('the handler broke')
    })
    await assert.rejects(failing, /the handler broke/)
    assert.equal(await journal.head(), head)
    assert.ok(!('refused' in (await count('after-failing', 'counter/e', 1))))
  })

  test(`${name}: writers of one stream are answered in turn`, async () => {
    await Promise.all(Array.from({ length: 60 }, (_, n) => count(`turn-${n}-of-sixty`, 'counter/turn', 1)))
    const last = await count('turn-last-one', 'counter/turn', 0)
    assert.deepEqual('answer' in last && last.answer, { sum: 60 })
  })

  test(`${name}: a command sees what it has appended itself`, async () => {
    const outcome = await journal.act({ id: 'sees-own-events', actor: alice, at: T }, async (tx) => {
      tx.append('counter/own', 'town', [counted(2), counted(3)])
      return { answer: await tx.load('counter/own', counter) }
    })
    assert.equal('answer' in outcome && outcome.answer, 5)
  })

  test(`${name}: a command without events is remembered too`, async () => {
    const head = await journal.head()
    let asked = 0
    const nothing = () => journal.act({ id: 'without-events', actor: alice, at: T }, async () => ({ answer: ++asked }))
    assert.deepEqual(await nothing(), { answer: 1, position: head, repeated: false })
    assert.deepEqual(await nothing(), { answer: 1, position: head, repeated: true })
  })

  test(`${name}: listeners have heard a command's entries when it returns, in order, each once`, async () => {
    const heard: number[] = []
    const from = await journal.head()
    const stop = journal.listen((entries) => void heard.push(...entries.map((entry) => entry.position)))
    for (let n = 0; n < 5; n++) {
      const outcome = await count(`heard-command-${n}`, `counter/heard-${n}`, 1)
      assert.equal('position' in outcome && outcome.position, heard.at(-1))
    }
    await Promise.all(Array.from({ length: 40 }, (_, n) => count(`heard-at-once-${n}`, `counter/heard-${n}`, 1)))
    stop()
    await count('not-heard-any-more', 'counter/heard', 1)
    assert.deepEqual(heard, Array.from({ length: 45 }, (_, n) => from + 1 + n))
  })

  test(`${name}: a listener may act itself without waiting for itself`, async () => {
    let done: Promise<unknown> | undefined
    const stop = journal.listen((entries) => {
      if (entries.some((entry) => entry.command === 'causes-another')) done = count('caused-by-listener', 'counter/caused', 1)
      return done?.then(() => {})
    })
    await count('causes-another', 'counter/cause', 1)
    await done
    stop()
    assert.equal((await journal.read(0, 1_000, { stream: 'counter/caused' })).length, 1)
  })

  test(`${name}: text of every kind comes back as it was`, async () => {
    const data = { zh: '龙虎山镇 "金沙路"\n', odd: '\u0000\ud800 \u2028 💂', nested: { a: [1, 2.5, -0.1, 1e21, null, true], empty: {} } }
    await journal.act({ id: 'text-of-every-kind', actor: alice, at: T }, async (tx) => {
      tx.append('text/1', 'town', [{ type: 'said', at: T, ...data, gone: undefined } as JournalEvent])
      return { answer: null }
    })
    assert.deepEqual((await journal.read(0, 10, { stream: 'text/1' }))[0]!.data, data)
  })
}

test('postgres: a projection works in the command’s transaction, and its error undoes the command', async () => {
  const { database, drop } = await testDatabase()
  try {
    await database.query('create table public.sums (stream text primary key, sum integer not null check (sum < 10))')
    const { sqlOf } = await import('#platform/db/sql.ts')
    const journal = postgresJournal({
      db: database,
      log: silentLog,
      projections: [
        {
          types: ['counted'],
          async apply(tx, fact) {
            await sqlOf(tx).query(
              'insert into public.sums values ($1, $2) on conflict (stream) do update set sum = sums.sum + excluded.sum',
              [fact.stream, fact.data.by],
            )
          },
        },
      ],
    })
    await journal.start()
    const count = (id: string, by: number) =>
      journal.act({ id, actor: alice, at: T }, async (tx) => {
        tx.append('counter/p', 'town', [counted(by)])
        return { answer: by }
      })
    await count('projected-one', 4)
    await count('projected-two', 5)
    await assert.rejects(count('projected-three', 5), /check constraint/)
    assert.deepEqual(await database.query('select * from public.sums'), [{ stream: 'counter/p', sum: 9 }])
    assert.equal(await journal.head(), 2)
    await journal.stop()
  } finally {
    await drop()
  }
})

test('postgres: two deadlocked commands both end well', async () => {
  await withJournal(async (journal) => {
    const both = (id: string, first: string, second: string) =>
      journal.act({ id, actor: alice, at: T }, async (tx) => {
        await tx.load(first, counter)
        await new Promise((done) => setTimeout(done, 60)) // let the other take its first lock
        await tx.load(second, counter)
        tx.append(first, 'town', [counted(1)])
        return { answer: id }
      })
    const outcomes = await Promise.all([both('lock-ab-command', 'a', 'b'), both('lock-ba-command', 'b', 'a')])
    assert.deepEqual(outcomes.map((one) => 'answer' in one && one.answer), ['lock-ab-command', 'lock-ba-command'])
    assert.equal(await journal.head(), 2)
  })
})

async function withJournal(work: (journal: ReturnType<typeof postgresJournal>, database: Database) => Promise<void>) {
  const { database, drop } = await testDatabase()
  const journal = postgresJournal({ db: database, projections: [], log: silentLog })
  await journal.start()
  try {
    await work(journal, database)
  } finally {
    await journal.stop()
    await drop()
  }
}
