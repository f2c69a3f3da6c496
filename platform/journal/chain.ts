/** How entries become bytes and bytes a chain. `server/migrations/0001-journal.sql` computes the same in SQL. */
import { createHash } from 'node:crypto'

/** An entry as it lies in the table and in an exported file: `data` is the JSON text, to the byte. */
export type ChainedEntry = {
  readonly position: number
  readonly at: number
  readonly stream: string
  readonly type: string
  readonly agency: string
  readonly account: string
  readonly actor: string
  readonly command: string
  readonly data: string
  readonly hash: string
}

/** The hash before the first entry. */
export const genesis = '0'.repeat(64)

/**
 * The hash of an entry, given the hash of the one before it.
 *
 * SHA-256, lower-case hexadecimal, over ten netstrings (length in bytes, colon, bytes, comma; Bernstein 1997) in UTF-8:
 * the hash before, position, at, stream, type, agency, account, actor, command, data. Numbers are decimal.
 */
export function hashOf(before: string, entry: Omit<ChainedEntry, 'hash'>): string {
  const hash = createHash('sha256')
  const { position, at, stream, type, agency, account, actor, command, data } = entry
  for (const value of [before, position, at, stream, type, agency, account, actor, command, data]) {
    const bytes = Buffer.from(String(value), 'utf8')
    hash.update(`${bytes.length}:`).update(bytes).update(',')
  }
  return hash.digest('hex')
}
