import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '#platform/db/sql.ts'
import { silentLog } from '#platform/log.ts'
import { createFlusher } from './flush.ts'

/** The rows that a flush reads and moves; `life` stands for what hashes tell apart. Each statement takes `ms`, the first ones `slow`. */
function database(slow: readonly number[] = []) {
  const at = { head: 0, durable: 0, life: 'first' }
  const late = [...slow]
  let tell: (position: number) => void = () => {}
  let [running, most] = [0, 0]
  const hash = (position: number) => (position >= 1 && position <= at.head ? `${position} ${position > 1 ? at.life : ''}` : null)
  const answer = (text: string, position: number): object[] => {
    if (text.includes('update')) {
      if (at.durable >= at.head) return []
      at.durable = at.head
      return [{ position: at.head, hash: hash(at.head) }]
    }
    if (text.includes('journal.durable')) return [{ position: at.durable, hash: hash(at.durable) }]
    return hash(position) === null ? [] : [{ hash: hash(position) }]
  }
  const sql = {
    async query(text: string, params: readonly number[] = []) {
      most = Math.max(most, ++running)
      await sleep(late.shift() ?? 1)
      running--
      const rows = answer(text, params[0]!)
      // PostgreSQL tells it on another connection, which may be the faster one
      if (text.includes('update') && rows.length > 0) tell(at.durable)
      await sleep(1)
      return rows
    },
  } as unknown as Sql // a flush asks nothing else of it
  return { at, sql, most: () => most, onMoved: (heard: (position: number) => void) => void (tell = heard) }
}

async function write(flusher: ReturnType<typeof createFlusher>, { at }: ReturnType<typeof database>) {
  const since = flusher.generation()
  const known = flusher.position()
  at.head++
  if (at.head - 1 < known) flusher.doubt()
  await flusher.untilDurable(at.head, since)
}

test('a look that takes long does not acknowledge what is of another database by what it knew before', async () => {
  const db = database([30])
  const flusher = createFlusher(db.sql, silentLog)
  const begun: number[] = []
  flusher.onDurable((position, back) => back && begun.push(position))
  const looking = flusher.flush()
  for (let n = 0; n < 3; n++) await write(flusher, db)
  Object.assign(db.at, { head: 1, durable: 1, life: 'second' })
  await assert.rejects(write(flusher, db), { code: 'database-unavailable' })
  assert.deepEqual(begun, [2])
  await looking
  assert.equal(db.most(), 1)
})

test('what is told of another database before the answer is here acknowledges nothing', async () => {
  const db = database()
  const flusher = createFlusher(db.sql, silentLog)
  db.onMoved(flusher.heard)
  const begun: number[] = []
  flusher.onDurable((position, back) => back && begun.push(position))
  for (let n = 0; n < 3; n++) await write(flusher, db)
  Object.assign(db.at, { head: 1, durable: 1, life: 'second' })
  await assert.rejects(write(flusher, db), { code: 'database-unavailable' })
  assert.deepEqual(begun, [2])
})

test('what another node says while there is a doubt is looked at, and heard', async () => {
  const db = database()
  const flusher = createFlusher(db.sql, silentLog)
  const heard: number[] = []
  flusher.onDurable((position) => heard.push(position))
  await write(flusher, db)
  flusher.doubt()
  Object.assign(db.at, { head: 4, durable: 4 })
  flusher.heard(4)
  while (heard.at(-1) !== 4) await sleep(1)
  assert.deepEqual(heard, [1, 4])
})

test('a doubt that comes up during a look is not settled by it', async () => {
  const db = database()
  const flusher = createFlusher(db.sql, silentLog)
  const begun: number[] = []
  flusher.onDurable((position, back) => back && begun.push(position))
  for (let n = 0; n < 3; n++) await write(flusher, db)
  flusher.doubt()
  const looking = flusher.flush()
  await sleep(1.5) // the hash was asked for: what it says is of the first
  Object.assign(db.at, { head: 6, durable: 6, life: 'second' })
  flusher.doubt()
  await looking
  await flusher.flush()
  assert.deepEqual(begun, [6])
})

test('whoever comes at the moment when the last one is done is served too', async () => {
  const db = database()
  const flusher = createFlusher(db.sql, silentLog)
  const chain = async () => {
    for (let n = 0; n < 50; n++) await write(flusher, db)
  }
  await Promise.all(Array.from({ length: 8 }, chain))
  assert.equal(flusher.position(), 400)
})
