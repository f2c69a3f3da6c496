/** Many writers, several nodes, lost connections: the order of positions is the order of commits, and no reader misses one. */
import assert from 'node:assert/strict'
import { connect as dial, createServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { seeded } from '#core/random.ts'
import type { Actor } from '#kernel/actor.ts'
import type { Entry, JournalEvent } from '#kernel/journal.ts'
import { DatabaseUnavailable } from '#platform/db/fault.ts'
import { connect, type Database } from '#platform/db/open.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { postgresJournal, type PostgresJournal } from './postgres.ts'
import { verifyDatabase } from './verify.ts'

const T = 1_767_225_600_000
const actor: Actor = { account: 'a', name: 'A', grants: [] }

const write = (journal: PostgresJournal, id: string, stream: string, events = 1) =>
  journal.act({ id, actor, at: T }, async (tx) => {
    tx.append(stream, 'town', Array.from({ length: events }, (_, n) => ({ type: 'said', at: T, n }) as JournalEvent))
    return { answer: id }
  })

/** Ask again while all connections are taken for longer than a call waits, as clients do: twenty writers share ten. */
async function insist<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if ((error as { code?: string }).code !== 'database-unavailable') throw error
    }
  }
}

test('a reader that follows many writers on two nodes misses nothing and sees nothing move', async () => {
  const { database, drop } = await testDatabase()
  const other = connect({ url: database.url, kind: 'external', log: silentLog })
  const nodes = [database, other].map((db) => postgresJournal({ db, projections: [], log: silentLog }))
  const [one, two] = nodes as [PostgresJournal, PostgresJournal]
  try {
    const heard: Entry[][] = [[], []]
    for (const [n, node] of nodes.entries()) {
      await node.start()
      node.listen((entries) => void heard[n]!.push(...entries))
    }
    let writing = true
    const read: Entry[] = []
    const reader = (async () => {
      for (let last = false; ; last = !writing) {
        const entries = await insist(() => two.read(read.at(-1)?.position ?? 0, 7))
        read.push(...entries)
        if (last && entries.length === 0) return
        if (entries.length === 0) await sleep(1)
      }
    })()

    const seed = 3
    const random = seeded(seed)
    const writers = Array.from({ length: 40 }, async (_, writer) => {
      for (let n = 0; n < 15; n++) {
        const [node, events] = [random() < 0.5 ? one : two, 1 + Math.floor(random() * 4)]
        await insist(() => write(node, `command-${writer}-${n}`, `stream/${writer}`, events))
        if (random() < 0.2) await sleep(random() * 5)
      }
    })
    await Promise.all(writers)
    writing = false
    await reader

    const head = await one.head()
    await Promise.all(nodes.map((node) => node.waitFor(head)))
    const positions = Array.from({ length: head }, (_, n) => n + 1)
    assert.deepEqual(read.map((entry) => entry.position), positions, `seed ${seed}`)
    assert.deepEqual(heard[0], read)
    assert.deepEqual(heard[1], read)
    // each writer's own commands came one after the other
    for (let writer = 0; writer < 40; writer++) {
      const commands = [...new Set(read.filter((entry) => entry.stream === `stream/${writer}`).map((entry) => entry.command))]
      assert.deepEqual(commands, Array.from({ length: 15 }, (_, n) => `command-${writer}-${n}`))
    }
    assert.equal((await verifyDatabase(database)).firstBad, null)
  } finally {
    for (const node of nodes) await node.stop()
    await other.close()
    await drop()
  }
})

test('what is committed but not flushed is shown to nobody', async () => {
  const { database, drop } = await testDatabase()
  const journal = postgresJournal({ db: database, projections: [], log: silentLog })
  try {
    await journal.start()
    // a commit that nobody has flushed is not shown
    const open = await database.begin('set local synchronous_commit = off')
    await open.sql.query(
      `select journal.append(array[1]::bigint[], array['s'], array['t'], array['a'], array['{}'], 'acc', 'n', 'unflushed-command', 1, null, 'null')`,
    )
    await open.commit()
    assert.deepEqual(await journal.read(0, 10), [])
    assert.equal(await journal.head(), 0)
    // the next flush shows it, and everything after it in order
    const outcome = await write(journal, 'flushes-both', 's')
    assert.equal('position' in outcome && outcome.position, 2)
    assert.deepEqual((await journal.read(0, 10)).map((entry) => entry.command), ['unflushed-command', 'flushes-both'])
  } finally {
    await journal.stop()
    await drop()
  }
})

test('while the database is away calls fail at once; afterwards everything goes on, and nothing was missed', async () => {
  const { database, drop } = await testDatabase()
  const wire = await cuttable(database.url)
  const near = connect({ url: wire.url, kind: 'external', log: silentLog })
  const journal = postgresJournal({ db: near, projections: [], log: silentLog })
  const elsewhere = postgresJournal({ db: database, projections: [], log: silentLog })
  const heard: string[] = []
  try {
    await journal.start()
    journal.listen((entries) => void heard.push(...entries.map((entry) => entry.command)))
    await write(journal, 'before-the-outage', 's')

    await wire.cut()
    for (let n = 0; n < 3; n++) {
      const started = performance.now()
      await assert.rejects(write(journal, 'during-the-outage', 's'), { code: 'database-unavailable' })
      await assert.rejects(journal.read(0, 1), { code: 'database-unavailable' })
      assert.ok(performance.now() - started < 2_000, 'fails at once')
      assert.equal(near.isHealthy(), false)
      await sleep(150)
    }
    await write(elsewhere, 'on-another-node', 's')
    await wire.mend()

    for (const until = performance.now() + 30_000; !near.isHealthy(); await sleep(20)) assert.ok(performance.now() < until, 'reconnects')
    const outcome = await write(journal, 'during-the-outage', 's')
    assert.ok('position' in outcome && !outcome.repeated)
    assert.deepEqual(heard, ['before-the-outage', 'on-another-node', 'during-the-outage'])

    // the connection that hears other nodes is back too
    await write(elsewhere, 'after-the-outage', 's')
    for (const until = performance.now() + 30_000; heard.length < 4; await sleep(20)) assert.ok(performance.now() < until, 'hears the other node again')
  } finally {
    await journal.stop()
    await near.close()
    await wire.close()
    await drop()
  }
})

test('a node that listens on a line that died without a word, and whose first look after that fails, hears what others wrote', async () => {
  const { database, drop } = await testDatabase()
  const wire = await cuttable(database.url)
  const far = connect({ url: wire.url, kind: 'external', log: silentLog })
  let failures = 0
  const urgent: typeof far.urgent = {
    query(text, params) {
      if (failures > 0 && text.includes('journal.durable')) return Promise.reject(new DatabaseUnavailable(`${failures--} more times`))
      return far.urgent.query(text, params)
    },
  }
  const [near, listening] = [postgresJournal({ db: database, projections: [], log: silentLog }), postgresJournal({ db: { ...far, urgent }, projections: [], log: silentLog })]
  try {
    const heard: string[] = []
    await Promise.all([near.start(), listening.start()])
    listening.listen((entries) => void heard.push(...entries.map(({ command }) => command)))
    await write(near, 'before-the-silence', 's')
    for (const until = performance.now() + 30_000; heard.length < 1; await sleep(20)) assert.ok(performance.now() < until, 'heard')
    wire.fallSilent()
    failures = 3
    await write(near, 'in-the-silence', 's')
    for (const until = performance.now() + 30_000; heard.length < 2; await sleep(20)) assert.ok(performance.now() < until, `heard ${heard}`)
    assert.deepEqual([heard, failures], [['before-the-silence', 'in-the-silence'], 0])
  } finally {
    await Promise.all([near.stop(), listening.stop()])
    await far.close()
    await wire.close()
    await drop()
  }
})

test('commands under way when connections break are answered truly or failed, and once in effect when asked again', async () => {
  const { database, drop } = await testDatabase()
  const wire = await cuttable(database.url)
  const near = connect({ url: wire.url, kind: 'external', log: silentLog })
  const journal = postgresJournal({ db: near, projections: [], log: silentLog })
  const heard: number[] = []
  try {
    await journal.start()
    journal.listen((entries) => void heard.push(...entries.map((entry) => entry.position)))
    const seed = 9
    const random = seeded(seed)
    let faults = 0
    const cutter = (async () => {
      // so many and no more: on a slow machine a connection may take longer than the time between two cuts
      for (let n = 0; n < 12; n++) {
        await sleep(30 + random() * 150)
        wire.breakAll()
      }
    })()
    const ids = Array.from({ length: 300 }, (_, n) => `insistent-${n}`)
    await Promise.all(
      Array.from({ length: 10 }, async (_, worker) => {
        for (let n = worker; n < ids.length; n += 10) {
          for (;;) {
            try {
              await write(journal, ids[n]!, 's')
              break
            } catch (error) {
              assert.equal((error as { code?: string }).code, 'database-unavailable')
              faults++
              await sleep(5)
            }
          }
        }
      }),
    )
    await cutter
    assert.ok(faults > 0, 'the cuts were felt')
    const entries = await elsewhereRead(database.url)
    assert.deepEqual(entries.map((entry) => entry.command).sort(), [...ids].sort())
    for (const until = performance.now() + 30_000; heard.length < 300; await sleep(20)) assert.ok(performance.now() < until, `heard ${heard.length}`)
    assert.deepEqual(heard, ids.map((_, n) => n + 1))
    assert.equal((await verifyDatabase(database)).firstBad, null)
  } finally {
    await journal.stop()
    await near.close()
    await wire.close()
    await drop()
  }
})

test('a database put back to an earlier state is noticed, and the journal goes on from there', async () => {
  const { database, drop } = await testDatabase()
  const journal = postgresJournal({ db: database, projections: [], log: silentLog })
  const heard: string[] = []
  try {
    await journal.start()
    journal.listen((entries) => void heard.push(...entries.map((entry) => `${entry.position} ${entry.command}`)))
    for (const id of ['restored-1', 'restored-2', 'restored-3']) await write(journal, id, 's')
    await putBack(database, 1)
    await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
    for (const until = performance.now() + 30_000; journal.position() !== 1; await sleep(20)) assert.ok(performance.now() < until, 'notices')
    const outcome = await write(journal, 'restored-4', 's')
    assert.equal('position' in outcome && outcome.position, 2)
    assert.deepEqual(heard, ['1 restored-1', '2 restored-2', '3 restored-3', '2 restored-4'])
  } finally {
    await journal.stop()
    await drop()
  }
})

test('a database put back, to which another node wrote past where it was before anybody looked, is told from the one that was', async () => {
  const { database, drop } = await testDatabase()
  const wire = await cuttable(database.url)
  const far = connect({ url: wire.url, kind: 'external', log: silentLog })
  const [one, two] = [far, database].map((db) => postgresJournal({ db, projections: [], log: silentLog })) as [PostgresJournal, PostgresJournal]
  const heard: string[] = []
  const begun: number[] = []
  try {
    await one.start()
    one.listen((entries) => void heard.push(...entries.map(({ command }) => command)), async (position) => {
      begun.push(position)
      if (begun.length === 1) throw new DatabaseUnavailable('the first time')
    })
    for (const id of ['kept-command', 'lost-command-1', 'lost-command-2']) await write(one, id, 's')
    await wire.cut()
    await putBack(database, 1)
    for (const n of [1, 2, 3, 4, 5]) await write(two, `elsewhere-${n}`, 's')
    await wire.mend()
    for (const until = performance.now() + 5_000; begun.length < 2; await sleep(20)) assert.ok(performance.now() < until, 'notices')
    assert.deepEqual(begun, [6, 6], 'asked again where the database was away')
    await write(two, 'after-it-was-noticed', 's')
    for (const until = performance.now() + 5_000; heard.length < 4; await sleep(20)) assert.ok(performance.now() < until, `heard ${heard}`)
    assert.deepEqual(heard, ['kept-command', 'lost-command-1', 'lost-command-2', 'after-it-was-noticed'])
    // what was lost may be asked for again, and is done
    assert.deepEqual(await write(one, 'lost-command-1', 's').then((outcome) => 'position' in outcome && [outcome.position, outcome.repeated]), [8, false])
  } finally {
    for (const node of [one, two]) await node.stop()
    await far.close()
    await wire.close()
    await drop()
  }
})

test('a command on a database that was put back without a broken connection is not acknowledged before it is on disk and everybody has started anew', async () => {
  const { database, drop } = await testDatabase()
  const journal = postgresJournal({ db: database, projections: [], log: silentLog })
  const begun: number[] = []
  try {
    await journal.start()
    journal.listen(() => {}, async (position) => {
      await sleep(100)
      begun.push(position)
    })
    for (const id of ['kept-command', 'lost-command-1', 'lost-command-2']) await write(journal, id, 's')
    await putBack(database, 1)
    const outcome = await write(journal, 'the-first-after', 's')
    assert.equal('position' in outcome && outcome.position, 2)
    assert.deepEqual(begun, [2])
    assert.equal(await journal.head(), 2, 'it is on disk')
  } finally {
    await journal.stop()
    await drop()
  }
})

/** As a backup of that moment would have it. */
async function putBack(database: Database, position: number): Promise<void> {
  await database.query('alter table journal.entry disable trigger all')
  for (const table of ['entry', 'command']) await database.query(`delete from journal.${table} where position > $1`, [position])
  await database.query('update journal.head set position = $1, hash = (select hash from journal.entry where position = $1)', [position])
  await database.query('update journal.durable set position = $1', [position])
}

async function elsewhereRead(url: string): Promise<Entry[]> {
  const db = connect({ url, kind: 'external', log: silentLog, connections: 1 })
  try {
    return await postgresJournal({ db, projections: [], log: silentLog }).read(0, 10_000)
  } finally {
    await db.close()
  }
}

/** The database behind a wire that can be cut and mended. */
async function cuttable(url: string) {
  const { host, port, user, password, database } = new pg.Client({ connectionString: url }) as unknown as Record<string, string> // read-only fields that the types leave out
  const sockets = new Set<Socket>()
  const listening = new Map<Socket, Socket>()
  let server: Server | undefined
  let wirePort = 0
  const listen = async () => {
    server = createServer((near) => {
      const far = host!.startsWith('/') ? dial(`${host}/.s.PGSQL.${port}`) : dial(Number(port), host)
      for (const socket of [near, far]) {
        sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => {
          sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
      }
      near.once('data', (hello: Buffer) => hello.includes('gengfu-listen') && listening.set(near, far))
      near.pipe(far).pipe(near)
    })
    await new Promise<void>((done) => server!.listen(wirePort, '127.0.0.1', done))
    wirePort = (server.address() as { port: number }).port
  }
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const cut = async () => {
    const closed = new Promise((done) => server!.close(done))
    breakAll()
    await closed
  }
  await listen()
  return {
    url: `postgresql://${user}:${encodeURIComponent(password ?? '')}@127.0.0.1:${wirePort}/${database}`,
    breakAll,
    /** Nothing comes through any more to who listens now, and nobody is told. */
    fallSilent() {
      for (const [near, far] of listening) {
        near.unpipe()
        far.unpipe()
      }
    },
    cut,
    mend: listen,
    close: cut,
  }
}
