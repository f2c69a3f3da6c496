/** Tens of thousands of units on duty in a folder's database, with every entry in the journal, faster than the doors would let them in. */
import { randomUUID } from 'node:crypto'
import { system } from '#kernel/actor.ts'
import { openDatabase } from '#platform/db/open.ts'
import { sqlOf } from '#platform/db/sql.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { right } from './measure.ts'

const perCommand = 2_500

export type Registered = { readonly id: string; readonly handle: number }

/**
 * The server must be stopped. Rows of a whole command are written in one statement each where the projections write one for each
 * entry; they are the same rows.
 *
 * @param data  a folder where a server was started before
 */
export async function registerUnits(data: string, count: number, agency: string): Promise<Registered[]> {
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
        for (const unit of units) {
          tx.append(`unit/${unit.id}`, agency, [{ type: 'unit-created', at, ...unit }, { type: 'shift-started', at, crew: [] } as never])
        }
        await sql.query(
          `insert into units.unit (id, handle, call_sign, kind, agency, capabilities, created_at, state_since, on_duty_since)
           select id, handle, sign, 'car', $4::ltree, '{}', $5, $5, $5 from unnest($1::text[], $2::int[], $3::text[]) as u (id, handle, sign)`,
          [units.map((unit) => unit.id), units.map((unit) => unit.handle), units.map((unit) => unit.callSign), agency, at],
        )
        await sql.query(`insert into units.shift (unit, number, started_at) select id, 1, $2 from unnest($1::text[]) as id`, [units.map((unit) => unit.id), at])
        return { answer: units.map(({ id, handle }) => ({ id, handle })) }
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
