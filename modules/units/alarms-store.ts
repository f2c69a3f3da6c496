/** The SQL of alarms: observations, from edge to edge, kept as long as positions. */
import type { Db } from '#platform/db/sql.ts'
import { joinMs, type AlarmEpisode } from './standing-alarms.ts'
import type { AlarmEdges } from './alarm.ts'

export type AlarmRow = { readonly device: number; readonly unit: number; readonly name: string; readonly beganAt: number; readonly endedAt: number | null; readonly incident: string | null }

/** Write beginnings and ends of one device's alarms. Durable when it returns; known ones stay as they are. */
export async function keepAlarms(db: Db, device: number, unit: number, takenAt: number, { began, ended }: AlarmEdges): Promise<void> {
  if (began.length > 0) {
    await db.query(
      // What somebody took note of a moment ago and comes again is the same.
      `insert into units.alarm (device, unit, taken_at, name, began_at, ended_at, seen_at, seen_by)
       select $1, $2, $3, b.name, b.began_at, b.ended_at, before.seen_at, before.seen_by
       from unnest($4::text[], $5::bigint[], $6::bigint[]) as b (name, began_at, ended_at)
       left join lateral (
         select seen_at, seen_by from units.alarm a
         where a.device = $1 and a.name = b.name and coalesce(a.ended_at, $3) - a.began_at + least(a.began_at, a.taken_at) >= $3 - $7::bigint
         order by a.began_at desc limit 1
       ) before on true
       on conflict do nothing`,
      [device, unit, takenAt, began.map(({ name }) => name), began.map(({ at }) => at), began.map(({ endedAt }) => endedAt), joinMs],
    )
  }
  if (ended.length > 0) {
    await db.query(
      `update units.alarm a set ended_at = greatest(e.at, a.began_at)
       from unnest($2::text[], $3::bigint[], $4::bigint[]) as e (name, began_at, at)
       where a.device = $1 and a.name = e.name and a.began_at = e.began_at and a.ended_at is null`,
      [device, ended.map(({ name }) => name), ended.map(({ beganAt }) => beganAt), ended.map(({ at }) => at)],
    )
  }
}

/** An emergency became this incident. */
export const keepAlarmIncident = async (db: Db, device: number, name: string, beganAt: number, incident: string): Promise<void> =>
  void (await db.query('update units.alarm set incident = $4 where device = $1 and name = $2 and began_at = $3', [device, name, beganAt, incident]))

const columns = 'device, unit, name, began_at as "beganAt", ended_at as "endedAt", incident'

/** What a node must know of one device that another may have heard. */
export const loadAlarmsOf = (db: Db, device: number, since: number): Promise<AlarmRow[]> =>
  db.query<AlarmRow>(`select ${columns} from units.alarm where device = $1 and (ended_at is null or began_at >= $2) order by began_at`, [device, since])

/** Alarms that have not ended, and when each device's last began: what a node must know at its start. */
export const loadAlarms = (db: Db, since: number): Promise<AlarmRow[]> =>
  db.query<AlarmRow>(`select ${columns} from units.alarm where ended_at is null or began_at >= $1 order by began_at`, [since])

/** Alarms of these units, or of one of their devices, all by their numbers, the newest first. */
export const listAlarms = (db: Db, units: readonly number[], since: number, limit: number, device?: number): Promise<AlarmRow[]> =>
  db.query<AlarmRow>(
    `select ${columns} from units.alarm where unit = any($1::int[]) and began_at >= $2 and ($4::int is null or device = $4) order by began_at desc, device, name limit $3`,
    [units, since, limit, device ?? null],
  )

/** What may have to be shown of these units' devices: what lasts, and what was not long ago. */
export const recentEpisodes = (db: Db, units: readonly number[], since: number): Promise<AlarmEpisode[]> =>
  db.query<AlarmEpisode>(
    `select device, unit, name, began_at as "beganAt", ended_at as "endedAt", taken_at as "takenAt", seen_at as "seenAt" from units.alarm
     where unit = any($1::int[]) and (ended_at is null or began_at >= $2)`,
    [units, since],
  )

export const dropAlarms = async (db: Db, before: number): Promise<void> => void (await db.query('delete from units.alarm where began_at < $1', [before]))
