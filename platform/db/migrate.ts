import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Db } from './sql.ts'

/** Only one process migrates a database at a time: a lock of this number, meaning nothing else. */
const migrationLock = 719_003_001

const madeTable = `
  create table if not exists public.migration (
    number integer primary key,
    name text not null,
    checksum text not null
  )`

/**
 * Bring the database to the newest `NNNN-name.sql` of a folder, forward only, each file in its own transaction.
 *
 * @returns the files applied now, in order
 * @throws Error when an applied file was changed since, is missing, or a number is used twice
 */
export async function migrate(db: Db, folder: string): Promise<string[]> {
  const files = await listMigrations(folder)
  const applied: string[] = []
  await db.transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock($1)', [migrationLock])
    await sql.query(madeTable)
  })
  for (const file of files) {
    await db.transaction(async (sql) => {
      await sql.query('select pg_advisory_xact_lock($1)', [migrationLock])
      const [done] = await sql.query<{ name: string; checksum: string }>('select name, checksum from public.migration where number = $1', [
        file.number,
      ])
      if (done) {
        if (done.checksum !== file.checksum) {
          throw new Error(`Migration ${file.name} was changed after it was applied: found ${file.checksum.slice(0, 12)}, expected ${done.checksum.slice(0, 12)}.`)
        }
        return
      }
      await sql.query(file.text)
      await sql.query('insert into public.migration (number, name, checksum) values ($1, $2, $3)', [file.number, file.name, file.checksum])
      applied.push(file.name)
    })
  }
  const rows = await db.query<{ number: number; name: string }>('select number, name from public.migration order by number')
  const unknown = rows.find((row) => !files.some((file) => file.number === row.number))
  if (unknown) throw new Error(`The database is newer than this program: it has migration ${unknown.name}, which is not here.`)
  return applied
}

export type Migration = { readonly number: number; readonly name: string; readonly text: string; readonly checksum: string }

/** The files of a folder in order. @throws Error on a wrong name, a number twice, or a first line that does not say how safe it is */
export async function listMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const files: Migration[] = []
  for (const name of names) {
    const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1])
    if (!Number.isInteger(number)) throw new Error(`Migration ${name}: expected a name like 0007-what-it-does.sql.`)
    if (files.at(-1)?.number === number) throw new Error(`Migrations ${files.at(-1)!.name} and ${name} have the same number.`)
    const text = await readFile(join(folder, name), 'utf8')
    if (!/^-- (safe|breaking)\b/.test(text)) throw new Error(`Migration ${name}: its first line must say "-- safe" or "-- breaking".`)
    files.push({ number, name, text, checksum: createHash('sha256').update(text.replace(/\r\n/g, '\n')).digest('hex') })
  }
  return files
}
