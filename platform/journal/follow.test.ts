/** Jobs that follow the journal: nothing is left out because nobody was awake, nothing is done twice. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Actor } from '#kernel/actor.ts'
import type { JournalEvent } from '#kernel/journal.ts'
import { connect, type Database } from '#platform/db/open.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { followJournal, type Follower } from './follow.ts'
import { postgresJournal, type PostgresJournal } from './postgres.ts'

const actor: Actor = { account: 'a', name: 'A', grants: [] }
let made: Awaited<ReturnType<typeof testDatabase>>
let second: Database
let journal: PostgresJournal
let name: string
let count = 0
before(async () => {
  made = await testDatabase()
  second = connect({ url: made.database.url, kind: 'external', log: silentLog, connections: 3 })
  journal = postgresJournal({ db: made.database, projections: [], log: silentLog })
  await journal.start()
  await made.database.query('create table public.effect (job text, position bigint)')
})
beforeEach(() => (name = `job-${++count}`))
after(async () => {
  await journal.stop()
  await second.close()
  await made.drop()
})

let commands = 0
const write = (...types: string[]) =>
  journal.act({ id: `follow-${++commands}`, actor, at: 1 }, async (tx) => {
    tx.append('s', 'town', types.map((type) => ({ type, at: 1 }) as JournalEvent))
    return { answer: null }
  })
const follow = (more: Partial<Parameters<typeof followJournal>[0]> = {}): Promise<Follower> =>
  followJournal({
    db: made.database,
    name,
    types: ['wanted'],
    async carryOut(sql, entries) {
      for (const { position } of entries) await sql.query('insert into public.effect values ($1, $2)', [name, position])
    },
    onFault: (_what, cause) => assert.fail(String(cause)),
    ...more,
  })
const effects = async () => (await made.database.query<{ position: number }>('select position from public.effect where job = $1 order by position', [name])).length

test('the first time it begins at the head; what is written while no node is awake is carried out by the next that is, once', async () => {
  await write('wanted')
  const first = await follow()
  await first.stop()
  await write('wanted', 'other', 'wanted')
  const next = await follow()
  await next.settled()
  assert.equal(await effects(), 2)
  await next.stop()
  const again = await follow()
  await again.settled()
  assert.equal(await effects(), 2)
  await again.stop()
})

test('what fails is kept nowhere and comes again, and what comes after it is not lost', async () => {
  const faults: string[] = []
  let broken = true
  const job = await follow({
    async carryOut(sql, entries) {
      for (const { position } of entries) await sql.query('insert into public.effect values ($1, $2)', [name, position])
      if (broken) throw new Error('in the middle')
    },
    onFault: (what) => void faults.push(what),
  })
  const unlisten = journal.listen(job.heard)
  await write('wanted')
  await job.settled()
  assert.deepEqual([await effects(), faults.length], [0, 1])
  broken = false
  await write('wanted')
  await job.settled()
  assert.equal(await effects(), 2)
  unlisten()
  await job.stop()
})

test('two nodes that follow at once, through hundreds of entries, do each once', async () => {
  const jobs = await Promise.all([follow(), follow({ db: second })])
  const unlisten = jobs.map((job) => journal.listen(job.heard))
  for (let n = 0; n < 5; n++) await write(...Array.from({ length: 100 }, (_, each) => (each % 3 === 0 ? 'other' : 'wanted')))
  for (const job of jobs) await job.settled()
  assert.equal(await effects(), 5 * 66)
  assert.equal((await made.database.query('select from public.effect where job = $1 group by position having count(*) > 1', [name])).length, 0)
  for (const stop of unlisten) stop()
  for (const job of jobs) await job.stop()
})
