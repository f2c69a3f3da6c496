/** Tens of thousands of units on duty in a folder's database, with every entry in the journal, faster than the doors would let them in. */
import { randomUUID } from 'node:crypto'
import { system } from '#kernel/actor.ts'
import { openDatabase } from '#platform/db/open.ts'
import { sqlOf } from '#platform/db/sql.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { usualSettings } from '#modules/units/device.ts'
import { right } from './measure.ts'

const perCommand = 2_500

/** `terminal`: the number by which a JT/T 808 device in it is known, where it has one. */
export type Registered = { readonly id: string; readonly handle: number; readonly terminal: string | null }

/**
 * The server must be stopped. Rows of a whole command are written in one statement each where the projections write one for each
 * entry; they are the same rows.
 *
 * @param data       a folder where a server was started before
 * @param terminals  how many of them, the first, have a JT/T 808 device
 */
export async function registerUnits(data: string, count: number, terminals: number, agency: string): Promise<Registered[]> {
  const database = await openDatabase({ dataFolder: data, log: silentLog })
  const journal = postgresJournal({ db: database, projections: [], log: silentLog })
  await journal.start()
  try {
    const registered: Registered[] = []
    while (registered.length < count) {
      const at = Date.now()
      const first = registered.length
      const size = Math.min(perCommand, count - first)
      const done = await journal.act({ id: randomUUID(), actor: system, at }, async (tx) => {
        const sql = sqlOf(tx)
        const handles = await sql.query<{ handle: number }>(`select nextval('units.handle')::integer as handle from generate_series(1, $1)`, [size])
        const units = handles.map(({ handle }, n) => ({ id: randomUUID(), handle, callSign: `P${first + n + 1}`, kind: 'car', agency, capabilities: [] }))
        const numbers = await sql.query<{ number: number }>(`select nextval('units.device_number')::integer as number from generate_series(1, $1)`, [Math.min(size, Math.max(0, terminals - first))])
        const devices = numbers.map(({ number }, n) => ({ unit: units[n].id, device: randomUUID(), number, label: '车载终端', protocol: 'jt808', terminal: String(13_800_000_000 + first + n), settings: usualSettings }))
        for (const [n, unit] of units.entries()) {
          const { unit: _, ...device } = devices[n] ?? { unit: '' }
          const facts = [{ type: 'unit-created', at, ...unit }, ...('device' in device ? [{ type: 'device-registered', at, ...device }] : []), { type: 'shift-started', at, crew: [] }]
          tx.append(`unit/${unit.id}`, agency, facts)
        }
        await sql.query(
          `insert into units.unit (id, handle, call_sign, kind, agency, capabilities, created_at, state_since, on_duty_since)
           select id, handle, sign, 'car', $4::ltree, '{}', $5, $5, $5 from unnest($1::text[], $2::int[], $3::text[]) as u (id, handle, sign)`,
          [units.map((unit) => unit.id), units.map((unit) => unit.handle), units.map((unit) => unit.callSign), agency, at],
        )
        await sql.query(`insert into units.shift (unit, number, started_at) select id, 1, $2 from unnest($1::text[]) as id`, [units.map((unit) => unit.id), at])
        await sql.query(
          `insert into units.device (id, number, unit, label, registered_at, protocol, terminal)
           select id, number, unit, $5, $6, 'jt808', terminal from unnest($1::text[], $2::int[], $3::text[], $4::text[]) as d (id, number, unit, terminal)`,
          [devices.map((one) => one.device), devices.map((one) => one.number), devices.map((one) => one.unit), devices.map((one) => one.terminal), '车载终端', at],
        )
        return { answer: units.map(({ id, handle }, n) => ({ id, handle, terminal: devices[n]?.terminal ?? null })) }
      })
      right('answer' in done, `registering: ${JSON.stringify(done)}`)
      registered.push(...done.answer)
    }
    return registered
  } finally {
    await journal.stop()
    await database.close()
  }
}
