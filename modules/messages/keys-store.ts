/** Which keys this house works with, so that a node that has others says so at its start. Names of keys, never keys. */
import type { Sql } from '#platform/db/sql.ts'

export type KeyFile = {
  readonly file: 'seal.keys' | 'push.key'
  /** Names of the keys in it, the one that is used first. */
  readonly names: readonly string[]
}

/**
 * Whether this node's file has the key that the house uses. A key that is put before the known one becomes it.
 *
 * @param isAlone  no other node is meant to have the file: another key is the house's from now on, and this is told once
 */
export async function hasHouseKey(sql: Sql, { file, names }: KeyFile, isAlone: boolean): Promise<boolean> {
  const [known] = await sql.query<{ key: string }>(
    `with before as (select key from messages.house_key where file = $1),
       kept as (
         insert into messages.house_key as h (file, key) values ($1, $2)
         on conflict (file) do update set key = excluded.key where h.key = any($3::text[]) or $4)
     select key from before`,
    [file, names[0], names, isAlone],
  )
  return known === undefined || names.includes(known.key)
}

/** For the log. */
export const otherKeyWords = ({ file }: KeyFile): string =>
  `${file} has not the key that this house uses: ${
    file === 'seal.keys'
      ? 'webhooks of group bots and phones that are told of orders, which other nodes entered, cannot be read here'
      : 'browsers that let in the house’s key take nothing from this node'
  }. Copy the file from another node, or from the backup.`
