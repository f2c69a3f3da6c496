/** The SQL of learned speeds: the rule is a projection, sums are added to by one node at a time. */
import type { Fact, Projection, Tx } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import { sqlOf, type Db } from '#platform/db/sql.ts'
import type { KeptSums, Lessons } from './learn.ts'
import { monthOf, SQUARE_DAYS_MIN, SQUARE_DRIVES_MIN, type SpeedsRule } from './speeds.ts'

export const projectedSpeedsTables = ['roads.speeds_rule'] as const

export async function speedsRuleNow(db: Db): Promise<SpeedsRule> {
  const [row] = await db.query<SpeedsRule>('select used, epoch from roads.speeds_rule')
  return row ?? { used: true, epoch: 0 }
}

const ruleSql = `
  insert into roads.speeds_rule (used, epoch) values ($1, $2)
  on conflict (one) do update set used = case when $3 then excluded.used else roads.speeds_rule.used end, epoch = roads.speeds_rule.epoch + excluded.epoch`
async function apply(tx: Tx, fact: Fact): Promise<void> {
  const isSwitch = fact.type === 'road-speeds-switched'
  await sqlOf(tx).query(ruleSql, [isSwitch ? fact.data.used : true, isSwitch ? 0 : 1, isSwitch])
}
export const speedsProjections: readonly Projection[] = [{ types: ['road-speeds-switched', 'road-speeds-forgotten'], apply }]

/** Up to when drives were looked at; undefined before the first time. */
export async function learnedUntil(db: Db): Promise<Instant | undefined> {
  const [row] = await db.query<{ until: Instant }>('select learned_until as until from roads.learning')
  return row?.until
}

const sumSql = `
  insert into roads.drive_sum (epoch, mode, arc, hour, month, drives, weight, sum, squares)
  select $1, mode, arc, hour, month, count(*), sum(weight), sum(weight * ratio), sum(weight * ratio * ratio)
  from unnest($2::text[], $3::bigint[], $4::int[], $5::int[], $6::float8[], $7::float8[]) as passage (mode, arc, hour, month, weight, ratio)
  group by mode, arc, hour, month
  on conflict (epoch, mode, arc, hour, month) do update set drives = roads.drive_sum.drives + excluded.drives,
    weight = roads.drive_sum.weight + excluded.weight, sum = roads.drive_sum.sum + excluded.sum, squares = roads.drive_sum.squares + excluded.squares`
const offMapSql = `
  insert into roads.off_map (epoch, why, square_x, square_y, month, drives, days, last_day)
  select $1, why, x, y, month, count(*), count(distinct day), max(day)
  from unnest($2::text[], $3::int[], $4::int[], $5::int[], $6::int[]) as seen (why, x, y, month, day)
  group by why, x, y, month
  on conflict (epoch, why, square_x, square_y, month) do update set drives = roads.off_map.drives + excluded.drives,
    days = roads.off_map.days + excluded.days - (excluded.last_day <= roads.off_map.last_day)::int, last_day = greatest(roads.off_map.last_day, excluded.last_day)`

/**
 * Add what was learned from drives that ended between two instants. False when another node has looked at them meanwhile:
 * then nothing is added.
 *
 * @param from  undefined: nobody has ever looked
 */
export async function addLessons(db: Db, epoch: number, from: Instant | undefined, until: Instant, lessons: Lessons, hourOf: (at: Instant) => number): Promise<boolean> {
  return db.transaction(async (sql) => {
    const moved =
      from === undefined
        ? await sql.query('insert into roads.learning (learned_until) values ($1) on conflict do nothing returning 1', [until])
        : await sql.query('update roads.learning set learned_until = $2 where learned_until = $1 returning 1', [from, until])
    if (moved.length === 0) return false
    const { passages, offMap } = lessons
    if (passages.length > 0) {
      await sql.query(sumSql, [
        epoch,
        passages.map(({ mode }) => mode),
        passages.map(({ arc }) => String(arc)),
        passages.map(({ at }) => hourOf(at)),
        passages.map(({ at }) => monthOf(at)),
        passages.map(({ weight }) => weight),
        passages.map(({ logRatio }) => logRatio),
      ])
    }
    if (offMap.length > 0) {
      await sql.query(offMapSql, [
        epoch,
        offMap.map(({ why }) => why),
        offMap.map(({ x }) => x),
        offMap.map(({ y }) => y),
        offMap.map(({ at }) => monthOf(at)),
        offMap.map(({ at }) => Math.floor(at / 86_400_000)),
      ])
    }
    return true
  })
}

/** All sums of an epoch, as columns. */
export async function keptSums(db: Db, epoch: number): Promise<KeptSums> {
  const rows = await db.query<{ mode: string; arc: string; hour: number; month: number; drives: number; weight: number; sum: number; squares: number }>(
    'select mode, arc::text as arc, hour, month, drives, weight, sum, squares from roads.drive_sum where epoch = $1 order by mode, arc, hour, month',
    [epoch],
  )
  return {
    mode: rows.map(({ mode }) => mode),
    arc: rows.map(({ arc }) => BigInt(arc)),
    hour: rows.map(({ hour }) => hour),
    month: rows.map(({ month }) => month),
    drives: rows.map(({ drives }) => drives),
    weight: rows.map(({ weight }) => weight),
    sum: rows.map(({ sum }) => sum),
    squares: rows.map(({ squares }) => squares),
  }
}

export type OffMapRow = { readonly why: 'no-road' | 'no-way'; readonly x: number; readonly y: number; readonly drives: number; readonly days: number }
/** Squares that enough drives on enough days left the roads in, most first. */
export const offMapSquares = (db: Db, epoch: number, limit: number): Promise<OffMapRow[]> =>
  db.query<OffMapRow>(
    `select why, square_x as x, square_y as y, sum(drives)::int as drives, sum(days)::int as days from roads.off_map where epoch = $1
     group by why, square_x, square_y having sum(drives) >= $2 and sum(days) >= $3 order by sum(drives) desc, why, square_x, square_y limit $4`,
    [epoch, SQUARE_DRIVES_MIN, SQUARE_DAYS_MIN, limit],
  )

/** Drop what is too old or was forgotten. */
export async function dropOldLessons(db: Db, epoch: number, before: number): Promise<void> {
  await db.query('delete from roads.drive_sum where epoch < $1 or month < $2', [epoch, before])
  await db.query('delete from roads.off_map where epoch < $1 or month < $2', [epoch, before])
}
