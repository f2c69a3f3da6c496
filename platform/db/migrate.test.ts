import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { testDatabase } from '#test/database.ts'
import type { Database } from './open.ts'
import { migrate } from './migrate.ts'

let folder: string
let database: Database
let drop: () => Promise<void>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gengfu-migrate-'))
  ;({ database, drop } = await testDatabase({ empty: true }))
})
afterEach(async () => {
  await drop()
  rmSync(folder, { recursive: true, force: true })
})
const file = (name: string, text: string) => writeFileSync(join(folder, name), text)

test('applies each file once, in order', async () => {
  file('0002-more.sql', '-- safe\nalter table public.t add column b integer;')
  file('0001-start.sql', '-- safe\ncreate table public.t (a integer);')
  assert.deepEqual(await migrate(database, folder), ['0001-start.sql', '0002-more.sql'])
  assert.deepEqual(await migrate(database, folder), [])
  file('0003-last.sql', '-- breaking\nalter table public.t drop column a;')
  assert.deepEqual(await migrate(database, folder), ['0003-last.sql'])
})

test('several processes at once apply each file once', async () => {
  file('0001-start.sql', '-- safe\ncreate table public.t (a integer); insert into public.t values (1);')
  file('0002-more.sql', '-- safe\ninsert into public.t values (2);')
  const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(database, folder)))
  assert.deepEqual(applied.flat().sort(), ['0001-start.sql', '0002-more.sql'])
  assert.deepEqual(await database.query('select sum(a) as sum from public.t'), [{ sum: 3 }])
})

test('a file that fails leaves nothing of itself, and those before it stay', async () => {
  file('0001-start.sql', '-- safe\ncreate table public.t (a integer);')
  file('0002-broken.sql', '-- safe\ninsert into public.t values (1); select no_such_thing;')
  await assert.rejects(migrate(database, folder), /no_such_thing/)
  assert.deepEqual(await database.query('select * from public.t'), [])
  file('0002-broken.sql', '-- safe\ninsert into public.t values (1);')
  assert.deepEqual(await migrate(database, folder), ['0002-broken.sql'])
})

test('a file changed after it was applied is refused', async () => {
  file('0001-start.sql', '-- safe\ncreate table public.t (a integer);')
  await migrate(database, folder)
  file('0001-start.sql', '-- safe\ncreate table public.t (a bigint);')
  await assert.rejects(migrate(database, folder), /0001-start.sql was changed after it was applied/)
})

test('a database newer than the program is refused', async () => {
  file('0001-start.sql', '-- safe\nselect 1;')
  file('0002-more.sql', '-- safe\nselect 1;')
  await migrate(database, folder)
  rmSync(join(folder, '0002-more.sql'))
  await assert.rejects(migrate(database, folder), /newer than this program.*0002-more.sql/)
})

test('a name, number or first line that is wrong is refused', async () => {
  file('first.sql', '-- safe\n')
  await assert.rejects(migrate(database, folder), /expected a name like/)
  rmSync(join(folder, 'first.sql'))
  file('0001-a.sql', 'select 1;')
  await assert.rejects(migrate(database, folder), /first line must say/)
  file('0001-a.sql', '-- safe\n')
  file('0001-b.sql', '-- safe\n')
  await assert.rejects(migrate(database, folder), /same number/)
})
