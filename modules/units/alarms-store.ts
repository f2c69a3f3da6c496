/** The SQL of alarms: observations, from edge to edge, kept as long as positions. */
import type { Db } from '#platform/db/sql.ts'
import type { AlarmEdges } from './alarm.ts'

export type AlarmRow = { readonly device: number; readonly unit: number; readonly name: string; readonly beganAt: number; readonly endedAt: number | null; readonly incident: string | null }

/** Write beginnings and ends of one device's alarms. Durable when it returns; known ones stay as they are. */
export async function keepAlarms(db: Db, device: number, unit: number, takenAt: number, { began, ended }: AlarmEdges): Promise<void> {
  if (began.length > 0) {
    await db.query(
      `insert into units.alarm (device, unit, taken_at, name, began_at, ended_at)
       select $1, $2, $3, * from unnest($4::text[], $5::bigint[], $6::bigint[]) on conflict do nothing`,
      [device, unit, takenAt, began.map(({ name }) => name), began.map(({ at }) => at), began.map(({ endedAt }) => endedAt)],
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

/** Alarms that have not ended, and when each device's last began: what a node must know at its start. */
export const loadAlarms = (db: Db, since: number): Promise<AlarmRow[]> =>
  db.query<AlarmRow>(`select ${columns} from units.alarm where ended_at is null or began_at >= $1 order by began_at`, [since])

/** Alarms of these units, by their numbers, the newest first. */
export const listAlarms = (db: Db, units: readonly number[], since: number, limit: number): Promise<AlarmRow[]> =>
  db.query<AlarmRow>(`select ${columns} from units.alarm where unit = any($1::int[]) and began_at >= $2 order by began_at desc, device, name limit $3`, [units, since, limit])

export const dropAlarms = async (db: Db, before: number): Promise<void> => void (await db.query('delete from units.alarm where began_at < $1', [before]))
