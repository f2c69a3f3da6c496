/** The SQL of units, shifts and crews: rows are written only by the projections, from facts. */
import type { Instant } from '#kernel/names.ts'
import type { Fact, Projection, Tx } from '#kernel/journal.ts'
import { sqlOf, type Db } from '#platform/db/sql.ts'
import type { DeviceSettings, UnitKind } from './contract.ts'
import { usualSettings } from './device.ts'
import { assignmentAfter, incidentOf, type ActiveState, type Duty, type Shift, type Spell } from './duty.ts'
import type { SeatedElsewhere, Unit } from './unit.ts'

/** The tables that replaying the journal gives back, row for row. The others are observations, credentials and allocators. */
export const projectedTables = ['units.unit', 'units.shift', 'units.crew', 'units.device'] as const

type UnitRow = {
  id: string
  handle: number
  call_sign: string
  kind: UnitKind
  agency: string
  capabilities: string[]
  retired_at: number | null
  on_duty_since: number | null
  incident: string | null
  assignment: string | null
  assignment_state: ActiveState | null
  state_since: number
}

const unitColumns = `id, handle, call_sign, kind, agency::text as agency, capabilities, retired_at, on_duty_since,
  incident, assignment, assignment_state, state_since`

const lockUnitSql = `select ${unitColumns} from units.unit where id = $1 for update`

const crewSql = `
  select c.member as id, c.name from units.crew c
  where c.unit = $1 and c.left_at is null
  order by c.shift, c.seat`

/** A unit, locked until the transaction ends; retired ones too. */
export async function lockUnit(tx: Tx, id: string): Promise<Unit | undefined> {
  const sql = sqlOf(tx)
  const [row] = await sql.query<UnitRow>(lockUnitSql, [id])
  if (!row) return undefined
  const crew = row.on_duty_since === null ? [] : await sql.query<{ id: string; name: string }>(crewSql, [id])
  return {
    id: row.id,
    handle: row.handle,
    callSign: row.call_sign,
    kind: row.kind,
    agency: row.agency,
    capabilities: row.capabilities,
    retired: row.retired_at !== null,
    onDutySince: row.on_duty_since,
    crew,
    assignment: row.assignment,
  }
}

/** When the unit's newest shift that is over ended; null where there was none. */
export const lastShiftEnd = async (tx: Tx, unit: string): Promise<Instant | null> =>
  (await sqlOf(tx).query<{ at: Instant | null }>('select max(ended_at) as at from units.shift where unit = $1', [unit]))[0]!.at

const lockNamesSql = `
  select pg_advisory_xact_lock(hashtextextended(name, 0))
  from (select name from unnest($1::text[]) as name order by name offset 0) names`

/** Make two commands about the same call sign, or the same member, wait for each other. Always in one order: no deadlock. */
const lockNames = (tx: Tx, names: readonly string[]) => sqlOf(tx).query(lockNamesSql, [names])

/** Members among `ids` who sit in another unit. Locked: nobody else seats them meanwhile. */
export async function seatedElsewhere(tx: Tx, ids: readonly string[], unit: string): Promise<SeatedElsewhere[]> {
  if (ids.length === 0) return []
  await lockNames(tx, ids.map((id) => `units/member/${id}`))
  return sqlOf(tx).query<SeatedElsewhere>(
    `select c.member, c.name, u.call_sign as "callSign" from units.crew c join units.unit u on u.id = c.unit
     where c.member = any($1::text[]) and c.left_at is null and c.unit <> $2
     order by c.member`,
    [ids, unit],
  )
}

/** Whether another unit of the agency answers to this call sign. Locked: nobody else takes it meanwhile. */
export async function callSignTaken(tx: Tx, agency: string, callSign: string, unit: string): Promise<boolean> {
  await lockNames(tx, [`units/call-sign/${agency}/${callSign}`])
  const rows = await sqlOf(tx).query(
    `select 1 from units.unit
     where agency = $1::ltree and call_sign = $2 and id <> $3 and retired_at is null`,
    [agency, callSign, unit],
  )
  return rows.length > 0
}

/** The next number for frames and position rows. An allocator: numbers of commands that came to nothing are lost. */
export async function nextHandle(tx: Tx): Promise<number> {
  const [row] = await sqlOf(tx).query<{ next: number }>(`select nextval('units.handle')::integer as next`)
  return row!.next
}

type ShiftRow = { unit: string; number: number; started_at: number; ended_at: number | null }
type CrewRow = { unit: string; shift: number; member: string; name: string; joined_at: number; left_at: number | null }

/** Every unit that is not retired, with the shifts that were open at `since` or later. */
export async function loadDuties(db: Db, since: number): Promise<Duty[]> {
  const units = await db.query<UnitRow>(`select ${unitColumns} from units.unit where retired_at is null order by handle`)
  const shiftRows = await db.query<ShiftRow>(
    `select unit, number, started_at, ended_at from units.shift
     where ended_at is null or ended_at > $1 order by unit, number`,
    [since],
  )
  const crewRows = await db.query<CrewRow>(
    `select c.unit, c.shift, c.member, c.name, c.joined_at, c.left_at
     from units.crew c join units.shift s on s.unit = c.unit and s.number = c.shift
     where s.ended_at is null or s.ended_at > $1
     order by c.unit, c.shift, c.joined_at, c.seat`,
    [since],
  )
  const spells = new Map<string, Spell[]>()
  for (const row of crewRows) {
    const key = `${row.unit}/${row.shift}`
    const spell = { id: row.member, name: row.name, joinedAt: row.joined_at, leftAt: row.left_at }
    spells.set(key, [...(spells.get(key) ?? []), spell])
  }
  const shifts = new Map<string, Shift[]>()
  for (const row of shiftRows) {
    const shift = { startedAt: row.started_at, endedAt: row.ended_at, crew: spells.get(`${row.unit}/${row.number}`) ?? [] }
    shifts.set(row.unit, [...(shifts.get(row.unit) ?? []), shift])
  }
  return units.map((row) => ({
    id: row.id,
    handle: row.handle,
    callSign: row.call_sign,
    kind: row.kind,
    agency: row.agency,
    capabilities: row.capabilities,
    shifts: shifts.get(row.id) ?? [],
    assignment: row.assignment === null ? null : { id: row.assignment, incident: row.incident!, state: row.assignment_state! },
    stateSince: row.state_since,
  }))
}

// projections

/** What was not said yet when a device was registered is as usual. */
const settingColumns = (said: Partial<DeviceSettings>) => {
  const { crs, zoneMinutes, version, requiresToken, leftOut, vehiclePlate, keepsFences, asksCrew } = { ...usualSettings, ...said }
  return [crs, zoneMinutes, version, requiresToken, leftOut, vehiclePlate, keepsFences, asksCrew] as const
}

type Apply = (tx: Tx, fact: Fact, unit: string) => Promise<void>

const run = async (tx: Tx, text: string, params: readonly unknown[]) => void (await sqlOf(tx).query(text, params))

const seatSql = `
  insert into units.crew (unit, shift, member, seat, name, joined_at)
  select $1, s.number, m.member, m.seat, m.name, $4
  from units.shift s, unnest($2::text[], $3::text[]) with ordinality as m (member, name, seat)
  where s.unit = $1 and s.ended_at is null
    and not exists (select 1 from units.crew c where c.member = m.member and c.left_at is null)
  on conflict (unit, shift, member, joined_at) do update set left_at = null`

const seat = (tx: Tx, unit: string, crew: readonly { id: string; name: string }[], at: number) =>
  run(tx, seatSql, [unit, crew.map((member) => member.id), crew.map((member) => member.name), at])

/** Nobody is told any more what waited for a device that is gone: at `$2`. */
const withdraw = `update units.downlink set state = 'expired', changed_at = $2 where state in ('waiting', 'sent') and`

const applies: Readonly<Record<string, Apply>> = {
  'unit-created': (tx, { at, data }) =>
    run(
      tx,
      `insert into units.unit (id, handle, call_sign, kind, agency, capabilities, created_at, state_since)
       values ($1, $2, $3, $4, $5::ltree, $6, $7, $7)`,
      [data.id, data.handle, data.callSign, data.kind, data.agency, data.capabilities, at],
    ),
  'unit-changed': (tx, { data }, unit) =>
    run(tx, `update units.unit set call_sign = $2, kind = $3, capabilities = $4 where id = $1`, [
      unit,
      data.callSign,
      data.kind,
      data.capabilities,
    ]),
  'unit-retired': async (tx, { at }, unit) => {
    await run(tx, `update units.unit set retired_at = $2 where id = $1`, [unit, at])
    await run(tx, `delete from units.device_key k using units.device d where d.id = k.device and d.unit = $1`, [unit])
    await run(tx, `${withdraw} device in (select number from units.device where unit = $1)`, [unit, at])
    await run(tx, `update units.device set removed_at = $2 where unit = $1 and removed_at is null`, [unit, at])
  },
  'shift-started': async (tx, { at, data }, unit) => {
    await run(tx, `update units.unit set on_duty_since = $2, state_since = $2 where id = $1`, [unit, at])
    await run(
      tx,
      `insert into units.shift (unit, number, started_at)
       select $1, coalesce(max(number), 0) + 1, $2 from units.shift where unit = $1`,
      [unit, at],
    )
    await seat(tx, unit, data.crew as { id: string; name: string }[], at)
  },
  'crew-changed': async (tx, { at, data }, unit) => {
    const crew = data.crew as { id: string; name: string }[]
    await run(
      tx,
      `update units.crew set left_at = $2 where unit = $1 and left_at is null and not member = any($3::text[])`,
      [unit, at, crew.map((member) => member.id)],
    )
    await seat(tx, unit, crew, at)
  },
  'shift-ended': async (tx, { at }, unit) => {
    await run(tx, `update units.unit set on_duty_since = null, state_since = $2 where id = $1`, [unit, at])
    await run(tx, `update units.crew set left_at = $2 where unit = $1 and left_at is null`, [unit, at])
    await run(tx, `update units.shift set ended_at = $2 where unit = $1 and ended_at is null`, [unit, at])
  },
  'device-registered': (tx, { at, data }, unit) => {
    const settings = (data.settings ?? {}) as Partial<DeviceSettings>
    return run(
      tx,
      `insert into units.device (id, number, unit, label, registered_at, protocol, terminal, crs, zone_minutes, version, requires_token, left_out, vehicle_plate, keeps_fences, asks_crew)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [data.device, data.number, unit, data.label, at, data.protocol ?? 'phone', data.terminal ?? null, ...settingColumns(settings)],
    )
  },
  'device-changed': (tx, { data }) =>
    run(
      tx,
      `update units.device set label = $2, crs = $3, zone_minutes = $4, version = $5, requires_token = $6, left_out = $7, vehicle_plate = $8, keeps_fences = $9, asks_crew = $10 where id = $1`,
      [data.device, data.label, ...settingColumns(data.settings as Partial<DeviceSettings>)],
    ),
  // Alarms are observations and go with their retention: of those that are gone nothing is marked.
  'device-alarm-seen': (tx, { at, actor, data }) =>
    run(tx, `update units.alarm set seen_at = $4, seen_by = $5 where device = $1 and name = $2 and taken_at >= $3 and taken_at <= $4 and seen_at is null`, [
      data.number, data.name, data.since, at, actor.name,
    ]),
  'device-removed': async (tx, { at, data }) => {
    await run(tx, `delete from units.device_key where device = $1`, [data.device])
    await run(tx, `${withdraw} device = (select number from units.device where id = $1)`, [data.device, at])
    await run(tx, `update units.device set removed_at = $2 where id = $1`, [data.device, at])
  },
}

/** What dispatch decided about a unit, kept beside the unit: so that going off duty and being sent exclude each other by one row lock. */
async function followAssignment(tx: Tx, fact: Fact): Promise<void> {
  const unit = fact.data.unit as string
  const [row] = await sqlOf(tx).query<Pick<UnitRow, 'incident' | 'assignment' | 'assignment_state'>>(
    `select incident, assignment, assignment_state from units.unit where id = $1 for update`,
    [unit],
  )
  if (!row) return
  const current = row.assignment === null ? null : { id: row.assignment, incident: row.incident!, state: row.assignment_state! }
  const next = assignmentAfter(current, fact)
  if (next === current) return
  await run(
    tx,
    `update units.unit set incident = $2, assignment = $3, assignment_state = $4, state_since = $5 where id = $1`,
    [unit, next ? incidentOf(fact.stream) : null, next?.id ?? null, next?.state ?? null, fact.at],
  )
}

export const projections: Projection[] = [
  {
    types: Object.keys(applies),
    apply: (tx, fact) => applies[fact.type]!(tx, fact, fact.stream.slice('unit/'.length)),
  },
  { types: ['unit-assigned', 'assignment-changed'], apply: followAssignment },
]
