/** Proof, in the database or in an exported file, that no entry was changed, removed or put in between. */
import type { Begin } from '#platform/db/pool.ts'
import type { Sql } from '#platform/db/sql.ts'
import { isConnectionFault } from '#platform/db/fault.ts'
import { genesis, hashOf, type ChainedEntry } from './chain.ts'

/** `firstBad`: the first position that is not what was written; null when all are; 0 when a file's first line is not. */
export type Verdict = {
  readonly entries: number
  readonly firstBad: number | null
  readonly head: string
  /** For a person, where something is wrong. */
  readonly because?: string
}

type Verifiable = Sql & { readonly begin: Begin }

const columns = 'position, at, stream, type, agency, account, actor, command, data::text as data, hash'
const batchSize = 2_000

/**
 * Verify the journal in the database. Works beside a running server: it judges what was committed when it began.
 *
 * A row that PostgreSQL cannot read (a changed byte on the disk breaks its page's checksum) is read again without
 * checksums, so that the exact entry is named where that is possible.
 */
export async function verifyDatabase(db: Verifiable): Promise<Verdict> {
  const [head] = await db.query<{ position: number; hash: string }>('select position, hash from journal.head')
  if (!head) return { entries: 0, firstBad: 1, head: genesis, because: 'the head of the journal is missing' }
  let before = genesis
  const bad = (firstBad: number, because: string): Verdict => ({ entries: head.position, firstBad, head: head.hash, because })

  for (let position = 0; position < head.position; ) {
    const rows = await readBatch(db, position, Math.min(position + batchSize, head.position))
    if (rows.length === 0) return bad(position + 1, 'entries are missing')
    for (const row of rows) {
      position++
      if ('unreadable' in row) return bad(position, row.unreadable)
      const complaint = complaintAbout(row, position, before)
      if (complaint) return bad(position, complaint)
      before = row.hash
    }
  }
  if (before !== head.hash) return bad(Math.max(1, head.position), 'the head does not carry the hash of the last entry')

  // one statement, one moment: beside a running server both may have moved on together
  const [ends] = await db.query<{ head: number; last: number }>(
    'select position as head, (select coalesce(max(position), 0) from journal.entry) as last from journal.head',
  )
  if (ends!.last > ends!.head) return bad(ends!.head + 1, `there are entries after the head, up to ${ends!.last}`)
  if (ends!.last < ends!.head) return bad(ends!.last + 1, 'entries are missing at the end')
  return { entries: head.position, firstBad: null, head: head.hash }
}

type Read = ChainedEntry | { readonly unreadable: string }

async function readBatch(db: Verifiable, after: number, upTo: number): Promise<Read[]> {
  const read = (sql: Sql, from: number, to: number) =>
    sql.query<ChainedEntry>(`select ${columns} from journal.entry where position > $1 and position <= $2 order by position`, [from, to])
  try {
    return await read(db, after, upTo)
  } catch (error) {
    if (isConnectionFault(error)) throw error
  }
  const rows: Read[] = []
  for (let position = after; position < upTo; position++) {
    const open = await db.begin()
    try {
      // only a superuser may; the built-in server's owner is one
      await open.sql.query('savepoint checksums')
      await open.sql.query('set local ignore_checksum_failure = on').catch(() => open.sql.query('rollback to savepoint checksums'))
      const [row] = await read(open.sql, position, position + 1)
      rows.push(row ?? { unreadable: 'the entry is missing' })
    } catch (error) {
      if (isConnectionFault(error)) throw error
      rows.push({ unreadable: `the entry cannot be read: ${(error as Error).message}` })
    } finally {
      await open.rollback()
    }
    if ('unreadable' in rows.at(-1)!) break
  }
  return rows
}

/** What is wrong with an entry found at a position, given the hash before it. */
function complaintAbout(entry: ChainedEntry, position: number, before: string): string | undefined {
  if (entry.position !== position) return `found position ${entry.position}, expected ${position}`
  if (entry.hash !== hashOf(before, entry)) return 'the entry does not fit its hash and the entry before it'
  return undefined
}

// --- files ------------------------------------------------------------------------------------------------------

/** First line of an exported journal. */
type Header = { readonly journal: 1; readonly entries: number; readonly head: string }

const headerLine = (entries: number, head: string) => JSON.stringify({ journal: 1, entries, head } satisfies Header)

/** One line per entry; keys in this order, `data` as the text that the hash is over. */
const entryLine = ({ position, at, stream, type, agency, account, actor, command, data, hash }: ChainedEntry) =>
  JSON.stringify({ position, at, stream, type, agency, account, actor, command, data, hash })

/**
 * The journal as lines of a file: a header saying how many entries and the newest hash, then one entry per line.
 * Beside a running server it ends where the journal was when it began.
 */
export async function* exportLines(db: Sql): AsyncGenerator<string> {
  const [head] = await db.query<{ position: number; hash: string }>('select position, hash from journal.head')
  yield headerLine(head!.position, head!.hash)
  for (let position = 0; position < head!.position; ) {
    const rows = await db.query<ChainedEntry>(
      `select ${columns} from journal.entry where position > $1 and position <= $2 order by position limit $3`,
      [position, head!.position, batchSize],
    )
    if (rows.length === 0) throw new Error(`The journal has no entry ${position + 1}; run "journal verify".`)
    for (const row of rows) yield entryLine(row)
    position = rows.at(-1)!.position
  }
}

/** Verify an exported file, down to the byte: every line must be exactly what export writes. Needs no database. */
export async function verifyFile(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Verdict> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let header: Header | undefined
  let before = genesis
  let position = -1 // the header is line 0
  const bad = (firstBad: number, because: string): Verdict => ({ entries: header?.entries ?? 0, firstBad, head: header?.head ?? before, because })

  for await (const bytes of linesOf(chunks)) {
    position++
    if (bytes === unfinished) return bad(position, 'the last line is cut off')
    let line: string
    let value: unknown
    try {
      line = decoder.decode(bytes)
      value = JSON.parse(line)
    } catch {
      return bad(position, `line ${position + 1} is not a line of JSON`)
    }
    if (position === 0) {
      const found = value as Header
      const right = found?.journal === 1 && Number.isSafeInteger(found.entries) && /^[0-9a-f]{64}$/.test(String(found.head))
      if (!right || headerLine(found.entries, found.head) !== line) return bad(0, 'the first line is not the header of an exported journal')
      header = found
      continue
    }
    const entry = value as ChainedEntry
    if (typeof entry !== 'object' || entry === null || entryLine(entry) !== line) return bad(position, 'the line is not as export writes it')
    const complaint = complaintAbout(entry, position, before)
    if (complaint) return bad(position, complaint)
    before = entry.hash
    if (position > header!.entries) return bad(position, `the header says ${header!.entries} entries`)
  }
  if (!header) return bad(0, 'the file is empty')
  if (position < header.entries) return bad(position + 1, `the header says ${header.entries} entries, found ${position}`)
  if (before !== header.head) return bad(0, 'the header does not carry the hash of the last entry')
  return { entries: header.entries, firstBad: null, head: header.head }
}

const unfinished = new Uint8Array(0)

/** Lines without their line feed; `unfinished` at the end if the last one has none. */
async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    let from = 0
    for (let to = rest.indexOf(10); to >= 0; to = rest.indexOf(10, from)) {
      yield Buffer.from(rest.subarray(from, to))
      from = to + 1
    }
    rest = rest.subarray(from)
  }
  if (rest.length > 0) yield unfinished
}
