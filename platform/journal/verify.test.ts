import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { seeded } from '#core/random.ts'
import { silentLog } from '#platform/log.ts'
import type { Database } from '#platform/db/open.ts'
import { testDatabase } from '#test/database.ts'
import { genesis, hashOf } from './chain.ts'
import { postgresJournal } from './postgres.ts'
import { exportLines, verifyDatabase, verifyFile } from './verify.ts'

const T = 1_767_225_600_000
const count = 12
let database: Database
let drop: () => Promise<void>
let file: Buffer

before(async () => {
  ;({ database, drop } = await testDatabase())
  const journal = postgresJournal({ db: database, projections: [], log: silentLog })
  await journal.start()
  for (let n = 1; n <= count / 2; n++) {
    await journal.act({ id: `command-${n}`, actor: { account: 'a1', name: '巡警甲 🚓', grants: [] }, at: T + n }, async (tx) => {
      tx.append(`incident/${n}`, 'town.west', [
        { type: 'opened', at: T + n, summary: '打架\u0000"', n } as never,
        { type: 'closed', at: T + n } as never,
      ])
      return { answer: n }
    })
  }
  await journal.stop()
  file = await exported(database)
})
after(() => drop())

async function exported(db: Database): Promise<Buffer> {
  const lines: string[] = []
  for await (const line of exportLines(db)) lines.push(line)
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

/** Change history as somebody with the database's password would; afterwards it is as before. */
async function tampering(statements: string, work: (db: Parameters<typeof verifyDatabase>[0]) => Promise<void>) {
  const open = await database.begin('alter table journal.entry disable trigger all')
  try {
    for (const statement of statements.split(';')) await open.sql.query(statement)
    await work({ query: open.sql.query, begin: () => assert.fail('no row here is unreadable') })
  } finally {
    await open.rollback()
  }
}

test('an untouched journal verifies, in the database and as a file, with one head', async () => {
  const verdict = await verifyDatabase(database)
  assert.equal(verdict.firstBad, null)
  assert.equal(verdict.entries, count)
  assert.deepEqual(await verifyFile([file]), verdict)
})

test('an empty journal verifies', async () => {
  const empty = await testDatabase()
  try {
    assert.deepEqual(await verifyDatabase(empty.database), { entries: 0, firstBad: null, head: genesis })
    assert.deepEqual(await verifyFile([await exported(empty.database)]), { entries: 0, firstBad: null, head: genesis })
  } finally {
    await empty.drop()
  }
})

test('the hash is the one that the documentation describes', () => {
  const entry = { position: 1, at: 2, stream: 's', type: 't', agency: 'a', account: '甲', actor: '', command: 'c', data: '{}' }
  // the netstrings written out by hand
  const text = `64:${genesis},1:1,1:2,1:s,1:t,1:a,3:甲,0:,1:c,2:{},`
  assert.equal(hashOf(genesis, entry), createHash('sha256').update(text).digest('hex'))
})

const changes: [what: string, statement: string, firstBad: number][] = [
  ['when it happened', 'update journal.entry set at = at + 1 where position = 5', 5],
  ['the stream', `update journal.entry set stream = stream || 'x' where position = 5`, 5],
  ['the type', `update journal.entry set type = 'reopened' where position = 5`, 5],
  ['the agency', `update journal.entry set agency = 'town.east' where position = 5`, 5],
  ['the account', `update journal.entry set account = 'a2' where position = 5`, 5],
  ['the name', `update journal.entry set actor = replace(actor, '甲', '乙') where position = 5`, 5],
  ['the command', `update journal.entry set command = 'command-9' where position = 5`, 5],
  ['the data', `update journal.entry set data = replace(data::text, '打', '扔')::json where position = 5`, 5],
  ['a space in the data', `update journal.entry set data = replace(data::text, ':', ': ')::json where position = 5`, 5],
  ['the hash', `update journal.entry set hash = overlay(hash placing 'x' from 7) where position = 5`, 5],
  ['where one field ends and the next begins', `update journal.entry set stream = stream || 'o', type = substr(type, 2) where position = 5`, 5],
  ['that it was there', 'delete from journal.entry where position = 5', 5],
  ['that it was there, and closes the gap', 'delete from journal.entry where position = 5; update journal.entry set position = -position where position > 5; update journal.entry set position = -position - 1 where position < 0', 5],
  ['the last entry away', `delete from journal.entry where position = ${count}`, count],
  ['the last entry away and the head back', `with gone as (delete from journal.entry where position = ${count}) update journal.head set position = position - 1`, count - 1],
  ['an entry in at the end', `insert into journal.entry select position + 1, at, stream, type, agency, account, actor, command, data, hash from journal.entry where position = ${count}`, count + 1],
  ['the head’s hash', `update journal.head set hash = repeat('1', 64)`, count],
  ['everything away', 'delete from journal.entry', 1],
]
for (const [what, statement, firstBad] of changes) {
  test(`verify finds who changes ${what}`, async () => {
    await tampering(statement, async (copy) => {
      assert.equal((await verifyDatabase(copy)).firstBad, firstBad)
    })
  })
}

test('verify finds two entries that changed places', async () => {
  const swap = `update journal.entry set position = case position when 3 then -4 else -3 end where position in (3, 4)`
  await tampering(`${swap}; update journal.entry set position = -position where position < 0`, async (copy) => {
    assert.equal((await verifyDatabase(copy)).firstBad, 3)
  })
})

test('verify finds every single changed byte of an exported file', async () => {
  const lineOf = (offset: number) => file.subarray(0, offset).filter((byte) => byte === 10).length
  for (let offset = 0; offset < file.length; offset++) {
    for (const mask of [1, 0x20, 0x80]) {
      const changed = Buffer.from(file)
      changed[offset]! ^= mask
      const { firstBad } = await verifyFile([changed])
      assert.notEqual(firstBad, null, `byte ${offset} ^ ${mask} was not noticed`)
      // a changed header is told at the header or, where it is still a header, where it stops being true
      if (lineOf(offset) > 0) assert.equal(firstBad, lineOf(offset), `byte ${offset} ^ ${mask}`)
    }
  }
})

test('verify finds bytes removed, added or cut off, wherever the pieces of the file break', async () => {
  const seed = 11
  const random = seeded(seed)
  for (let round = 0; round < 300; round++) {
    const at = Math.floor(random() * file.length)
    const length = 1 + Math.floor(random() * 40)
    const kind = Math.floor(random() * 3)
    const piece = file.subarray(at, at + length)
    const changed =
      kind === 0 ? Buffer.concat([file.subarray(0, at), file.subarray(at + length)])
      : kind === 1 ? Buffer.concat([file.subarray(0, at), piece, file.subarray(at)])
      : file.subarray(0, at)
    if (changed.equals(file)) continue
    const cut = Math.floor(random() * changed.length)
    const { firstBad } = await verifyFile([changed.subarray(0, cut), changed.subarray(cut)])
    assert.notEqual(firstBad, null, `seed ${seed} round ${round}: kind ${kind} at ${at} length ${length} was not noticed`)
  }
})

test('the journal’s table refuses changes in the ordinary way', async () => {
  const fresh = await testDatabase()
  try {
    await assert.rejects(fresh.database.query('update journal.entry set at = 0'), /append-only/)
    await assert.rejects(fresh.database.query('delete from journal.entry'), /append-only/)
    await assert.rejects(fresh.database.query('truncate journal.entry'), /append-only/)
  } finally {
    await fresh.drop()
  }
})
