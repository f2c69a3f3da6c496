/** Connections that die without a word, while the database answers others. */
import assert from 'node:assert/strict'
import { connect as dial, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import { DatabaseUnavailable } from './fault.ts'
import { openPool, type Pool } from './pool.ts'

let made: Awaited<ReturnType<typeof testDatabase>>
let wire: Awaited<ReturnType<typeof swallowing>>
let pool: Pool
before(async () => {
  made = await testDatabase({ empty: true })
  wire = await swallowing(made.database.url)
  pool = openPool({ url: wire.url, max: 3, log: silentLog, name: 'gengfu-pool-test' })
})
after(async () => {
  wire?.close()
  await pool?.close()
  await made?.drop()
})

for (const way of ['out', 'back'] as const) {
  test(`a statement fails as a fault when everything on the way ${way} is swallowed, and the next has another connection; one that is only slow is waited for`, async () => {
    const slow = pool.query<{ n: number }>('select 1 as n from pg_sleep(9)')
    await sleep(300) // it has its connection
    await pool.query('select 1') // the one that will die
    wire.swallow(way, (hello) => hello.includes('gengfu-pool-test'), 1)
    await assert.rejects(pool.query('select 2'), DatabaseUnavailable)
    assert.deepEqual(await pool.query('select 3 as n'), [{ n: 3 }])
    assert.deepEqual(await slow, [{ n: 1 }])
  })
}

test('a transaction whose opener thinks for a while is left alone; when its connection dies, its next statement fails', async () => {
  const pool = openPool({ url: wire.url, max: 1, log: silentLog, name: 'gengfu-pool-alone' })
  const { sql, rollback } = await pool.begin()
  await sql.query('select 1')
  await sleep(7_000)
  assert.deepEqual(await sql.query('select 2 as n'), [{ n: 2 }])
  wire.swallow('out', (hello) => hello.includes('gengfu-pool-alone'), 1)
  await assert.rejects(sql.query('select 3'), DatabaseUnavailable)
  await rollback()
  assert.deepEqual(await pool.query('select 4 as n'), [{ n: 4 }])
  await pool.close()
})

/** The database behind a wire that can take what is sent over connections it has, and pass it on to nobody. */
async function swallowing(url: string) {
  const { host, port, user, password, database } = new pg.Client({ connectionString: url }) as unknown as Record<string, string> // read-only fields that the types leave out
  /** Newest last. */
  const lines: { readonly near: Socket; readonly far: Socket; hello: string }[] = []
  const server = createServer((near) => {
    const far = host!.startsWith('/') ? dial(`${host}/.s.PGSQL.${port}`) : dial(Number(port), host)
    const line = { near, far, hello: '' }
    lines.push(line)
    near.once('data', (hello: Buffer) => (line.hello = String(hello)))
    for (const socket of [near, far]) {
      socket.on('error', () => {})
      socket.on('close', () => {
        near.destroy()
        far.destroy()
        if (lines.includes(line)) lines.splice(lines.indexOf(line), 1)
      })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `postgresql://${user}:${encodeURIComponent(password ?? '')}@127.0.0.1:${(server.address() as { port: number }).port}/${database}`,
    /** From now on, on the newest so many of these lines; both sides are acknowledged as ever. */
    swallow(way: 'out' | 'back', which: (hello: string) => boolean, newest: number) {
      for (const { near, far } of lines.filter(({ hello }) => which(hello)).slice(-newest)) {
        const [from, to] = way === 'out' ? [near, far] : [far, near]
        from.unpipe(to)
        from.on('data', () => {})
      }
    },
    close() {
      server.close()
      for (const { near } of lines) near.destroy()
    },
  }
}
