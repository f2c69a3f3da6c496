/** `gengfu journal verify` and `gengfu journal export`: beside a running server, or with none. */
import { createReadStream, createWriteStream } from 'node:fs'
import { access, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { findEmbedded } from '#platform/db/embedded.ts'
import { holderOf } from '#platform/db/folder-lock.ts'
import { connect, DatabaseCannotStart, openDatabase, type Database } from '#platform/db/open.ts'
import { exportLines, verifyDatabase, verifyFile, type Verdict } from '#platform/journal/verify.ts'
import { createLog } from '#platform/log.ts'

const log = createLog({ level: 'error' })

/** Prints `{"entries","firstBad","head"}`. @returns exit code: 1 when something was changed or removed */
export async function journalVerify(words: { readonly data?: string; readonly file?: string }): Promise<number> {
  const { because, ...verdict }: Verdict =
    words.file === undefined ? await withDatabase(words.data!, verifyDatabase) : await verifyFile(createReadStream(words.file))
  process.stdout.write(`${JSON.stringify(verdict)}\n`)
  if (verdict.firstBad === null) return 0
  process.stderr.write(`gengfu: the journal is not what was written, first at position ${verdict.firstBad}: ${because}\n`)
  return 1
}

/** To a file, whole or not at all; to standard output without `out`. @returns exit code */
export async function journalExport(words: { readonly data: string; readonly out?: string }): Promise<number> {
  await withDatabase(words.data, async (db) => {
    const lines = Readable.from(withLineFeeds(exportLines(db)), { objectMode: false })
    if (words.out === undefined) return pipeline(lines, process.stdout, { end: false })
    const draft = `${words.out}.part`
    try {
      await pipeline(lines, createWriteStream(draft, { mode: 0o600, flush: true }))
      await rename(draft, words.out)
    } finally {
      await rm(draft, { force: true })
    }
  })
  return 0
}

/** Lines in pieces of about 64 KiB: one write per line would take most of the time. */
async function* withLineFeeds(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let piece = ''
  for await (const line of lines) {
    piece += `${line}\n`
    if (piece.length < 65_536) continue
    yield Buffer.from(piece, 'utf8')
    piece = ''
  }
  if (piece !== '') yield Buffer.from(piece, 'utf8')
}

/** The folder's database: the outside one, the running server's, or its own started for this. */
async function withDatabase<T>(dataFolder: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openFor(dataFolder)
  try {
    const [found] = await db.query<{ here: boolean }>(`select to_regclass('journal.entry') is not null as here`)
    if (!found!.here) throw new DatabaseCannotStart(`${dataFolder} has a database, but no journal in it yet.`)
    return await work(db)
  } finally {
    await db.close()
  }
}

async function openFor(dataFolder: string): Promise<Database> {
  const outside = process.env.GENGFU_DATABASE_URL
  if (outside) return connect({ url: outside, kind: 'external', log, connections: 2 })
  const made = await access(join(dataFolder, 'postgres')).then(() => true, () => false)
  if (!made) throw new DatabaseCannotStart(`There is no database in ${dataFolder}. Is it the right --data folder?`)
  if ((await holderOf(dataFolder)) !== undefined) {
    const url = await findEmbedded(dataFolder)
    if (url !== undefined) return connect({ url, kind: 'embedded', log, connections: 2 })
  }
  return openDatabase({ dataFolder, log, connections: 2 })
}
