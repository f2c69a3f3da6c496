/** The SQL of what terminals are to be told. */
import type { Tx } from '#kernel/journal.ts'
import { sqlOf, type Db, type Sql } from '#platform/db/sql.ts'
import type { DownlinkView } from './contract.ts'
import type { Downlink } from './downlink.ts'

type Row = {
  id: string
  device: number
  command: Downlink['command']
  made_at: number
  expires_at: number
  state: DownlinkView['state']
  attempts: number
  changed_at: number
  assignment: string | null
  incident: string | null
  serials: number[]
}

const columns = 'id, device, command, made_at, expires_at, state, attempts, changed_at, assignment, incident, serials'

const downlinkOf = (row: Row): Downlink => ({
  id: row.id,
  device: row.device,
  command: row.command,
  madeAt: row.made_at,
  expiresAt: row.expires_at,
  state: row.state,
  attempts: row.attempts,
  changedAt: row.changed_at,
  assignment: row.assignment,
  incident: row.incident,
  serials: row.serials,
})

/** Take commands into the queue. Those whose ids are there already are the same commands again. */
export const addDownlinks = async (sql: Sql, downlinks: readonly Downlink[]): Promise<void> => {
  for (const one of downlinks) {
    await sql.query(
      `insert into units.downlink (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing`,
      [one.id, one.device, JSON.stringify(one.command), one.madeAt, one.expiresAt, one.state, one.attempts, one.changedAt, one.assignment, one.incident, one.serials],
    )
  }
}

/** The same, together with the decision to tell it. */
export const addDownlinkWithin = (tx: Tx, downlink: Downlink): Promise<void> => addDownlinks(sqlOf(tx), [downlink])

/** The devices that something waits for, each once: few, whatever is connected. */
export const devicesWaiting = async (db: Db): Promise<number[]> =>
  (await db.query<{ device: number }>(`select distinct device from units.downlink where state in ('waiting', 'sent')`)).map(({ device }) => device)

/** What waits for these devices, oldest first. */
export const waitingDownlinks = async (db: Db, devices: readonly number[]): Promise<Downlink[]> =>
  (await db.query<Row>(`select ${columns} from units.downlink where device = any($1::int[]) and state in ('waiting', 'sent') order by made_at, id`, [devices])).map(downlinkOf)

/** The state after one more step; what is answered or too late stays so. */
export const setDownlink = async (db: Db, { id, state, attempts, changedAt, serials }: Downlink): Promise<boolean> =>
  (await db.query(
    `update units.downlink set state = $2, attempts = $3, changed_at = $4, serials = $5 where id = $1 and state in ('waiting', 'sent') returning id`,
    [id, state, attempts, changedAt, serials],
  )).length > 0

/** The question of which this was a serial, whatever became of it. */
export const questionOf = async (db: Db, device: number, serial: number, since: number): Promise<Downlink | undefined> =>
  (await db.query<Row>(`select ${columns} from units.downlink where device = $1 and made_at >= $3 and $2 = any(serials) order by made_at desc limit 1`, [device, serial, since])).map(downlinkOf)[0]

/**
 * What a device was told lately, the newest first, without answers to its alarms.
 *
 * @param most  a set of fences counts once, and comes whole
 */
export const listDownlinks = async (db: Db, device: number, most: number): Promise<Downlink[]> =>
  (await db.query<Row>(
    `with told as (
       select *, coalesce('set/' || (command ->> 'series'), id) as thing from units.downlink
       where device = $1 and command ->> 'type' <> 'confirm-alarm'
     )
     select ${columns} from told
     where thing in (select thing from told group by thing order by max(made_at) desc, thing limit $2)
     order by made_at desc, id`,
    [device, most],
  )).map(downlinkOf)

/** An order that somebody answered, or that is over: it is not read out any more. */
export const withdrawOrders = async (sql: Sql, assignments: readonly string[], now: number): Promise<void> =>
  void (await sql.query(`update units.downlink set state = 'expired', changed_at = $2 where assignment = any($1::text[]) and state in ('waiting', 'sent')`, [assignments, now]))

/** What nobody fetched in time, also of devices that never came. */
export const expireDownlinks = async (db: Db, now: number): Promise<void> =>
  void (await db.query(`update units.downlink set state = 'expired', changed_at = $1 where expires_at <= $1 and state in ('waiting', 'sent')`, [now]))

export const dropDownlinks = async (db: Db, before: number): Promise<void> => void (await db.query('delete from units.downlink where made_at < $1', [before]))
