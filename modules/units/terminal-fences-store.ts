/** The SQL of the fences that terminals hold. */
import type { Tx } from '#kernel/journal.ts'
import { sqlOf, type Db, type Sql } from '#platform/db/sql.ts'
import { newDownlink } from './downlink.ts'
import { addDownlinks } from './downlink-store.ts'
import { fencesAgainMs, fencesValidMs, type FencesHeld } from './terminal-fences.ts'

/** A set as a terminal is told it: messages in their order, each once the one before is answered. */
export type FenceSet = { readonly digest: string; readonly count: number; readonly leftOut: number; readonly messages: readonly object[]; readonly renewAt: number | null }

export const fencesHeld = async (db: Db, devices: readonly number[]): Promise<Map<number, FencesHeld>> => {
  const rows = await db.query<FencesHeld>(
    `select device, told, told_at as "toldAt", told_count as "toldCount", left_out as "leftOut", held, held_at as "heldAt", held_count as "heldCount", failed
     from units.terminal_fences where device = any($1::int[])`,
    [devices],
  )
  return new Map(rows.map((row) => [row.device, row]))
}

/**
 * Tell a terminal a set in place of whatever it was being told. Of two nodes that want the same at once one does; `asked` by a person it is told again.
 *
 * @returns false where it was being told already
 */
export async function tellFences(sql: Sql, device: number, set: FenceSet, at: number, asked?: string): Promise<boolean> {
  const [begun] = await sql.query<{ series: number }>(
    `insert into units.terminal_fences as f (device, series, told, told_at, told_count, left_out) values ($1, 1, $2, $3, $4, $5)
     on conflict (device) do update set series = f.series + 1, told = $2, told_at = $3, told_count = $4, left_out = $5, failed = null
     where $6 or f.told <> $2 or f.told_at <= $7
     returning series`,
    [device, set.digest, at, set.count, set.leftOut, asked !== undefined, at - fencesAgainMs],
  )
  if (!begun) return false
  await sql.query(`update units.downlink set state = 'expired', changed_at = $2 where device = $1 and state in ('waiting', 'sent') and command ->> 'type' = 'area'`, [device, at])
  const of = asked ?? `fences/${device}/${begun.series}`
  const steps = set.messages.map((message, step) => {
    const command = { type: 'area', message, series: begun.series, isLast: step === set.messages.length - 1 } as const
    return newDownlink({ id: step === 0 ? of : `${of}/${step}`, device, command }, at + step, fencesValidMs)
  })
  await addDownlinks(sql, steps)
  return true
}

/** The same, together with the decision to tell it. */
export const tellFencesWithin = (tx: Tx, ...told: [device: number, set: FenceSet, at: number, asked: string]): Promise<boolean> => tellFences(sqlOf(tx), ...told)

/** It holds all of the set that it was told. */
export const fencesAreHeld = async (db: Db, device: number, series: number, at: number): Promise<void> =>
  void (await db.query(`update units.terminal_fences set held = told, held_at = $3, held_count = told_count, failed = null where device = $1 and series = $2`, [device, series, at]))

/** It refused a part of the set, or did not answer: the rest is not sent. */
export const fencesFailed = async (db: Db, device: number, series: number, failed: 'refused' | 'unanswered', at: number): Promise<void> => {
  await db.query('update units.terminal_fences set failed = $3 where device = $1 and series = $2', [device, series, failed])
  await db.query(
    `update units.downlink set state = 'expired', changed_at = $3
     where device = $1 and state in ('waiting', 'sent') and command ->> 'type' = 'area' and (command ->> 'series')::int = $2`,
    [device, series, at],
  )
}
