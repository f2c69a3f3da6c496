/** The tables of dispatch: written only from its events, read by its handlers and routes. */
import { invariant } from '#core/invariant.ts'
import type { AgencyPath, AssignmentId, IncidentId, Instant, TimerId, UnitId } from '#kernel/names.ts'
import type { Fact, Projection } from '#kernel/journal.ts'
import { sqlOf, type Db, type Sql } from '#platform/db/sql.ts'
import { callerOf } from './call-for-help.ts'
import type { AssignmentState, AssignmentView, CategoryEvent, CategoryView, DispatchEvent, IncidentsAsked, IncidentView, TimerView } from './contract.ts'
import type { DispatchFacts } from './deps.ts'
import { isActive, timerChanges, type TimerChange } from './limits.ts'

// ── facts for handlers, inside their transaction ──

/** For how long after its order ended a crew may still read the incident and write its report. */
const crewMs = 30 * 60_000

/** @param db  for what is asked before a transaction begins */
export const dispatchFacts = (db: Sql): DispatchFacts => ({
  async category(tx, id) {
    const [row] = await sqlOf(tx).query<CategoryRow>(`${selectCategories} where id = $1`, [id])
    return row && categoryView(row)
  },
  async mostUrgentCategory(tx) {
    const [row] = await sqlOf(tx).query<CategoryRow>(`${selectCategories} order by (id = 'urgent-help' and active) desc, active desc, priority, ordinal, id limit 1`)
    return row && categoryView(row)
  },
  async openCallOf(tx, caller) {
    const [row] = await sqlOf(tx).query<{ id: string }>('select id from dispatch.incident where called_by = $1 and closed_at is null order by opened_at desc, id limit 1', [caller])
    return row?.id
  },
  async commitment(tx, unit) {
    const [row] = await sqlOf(tx).query<{ assignment: string; incident: string; number: number; agency: string }>(
      `select assignment.id as assignment, incident.id as incident, incident.number, incident.agency::text as agency
       from dispatch.assignment join dispatch.incident on incident.id = assignment.incident
       where assignment.unit = $1 and assignment.ended_at is null`,
      [unit],
    )
    return row
  },
  async incidentOfAssignment(tx, assignment) {
    const [row] = await sqlOf(tx).query<{ incident: string }>('select incident from dispatch.assignment where id = $1', [assignment])
    return row?.incident
  },
  async incidentOfTimer(tx, timer) {
    const [row] = await sqlOf(tx).query<{ incident: string }>('select incident from dispatch.timer where id = $1', [timer])
    return row?.incident
  },
  isCrewOf: (tx, unit, incident, at) => isCrewOf(sqlOf(tx), unit, incident, at),
  async nextNumber(tx, day) {
    const [row] = await sqlOf(tx).query<{ last_number: number }>(
      `insert into dispatch.day (day, last_number) values ($1, 1)
       on conflict (day) do update set last_number = day.last_number + 1 returning last_number`,
      [day],
    )
    invariant(row, 'a number was returned')
    return row.last_number
  },
  async incidentsOf(command) {
    const rows = await db.query<{ incident: string }>('select incident from dispatch.command where id = $1 order by incident', [command])
    return rows.map((row) => row.incident)
  },
})

export async function isCrewOf(sql: Sql, unit: UnitId, incident: IncidentId, at: Instant): Promise<boolean> {
  const rows = await sql.query('select 1 from dispatch.assignment where unit = $1 and incident = $2 and (ended_at is null or ended_at > $3) limit 1', [
    unit,
    incident,
    at - crewMs,
  ])
  return rows.length > 0
}

// ── projections: the only writer of these tables ──

const incidentTypes: readonly DispatchEvent['type'][] = [
  'incident-opened',
  'incident-changed',
  'unit-assigned',
  'assignment-changed',
  'limit-passed',
  'limit-seen',
  'order-spoken',
  'help-called-again',
  'note-added',
  'picture-added',
  'incident-handed-over',
  'incident-joined',
  'incident-closed',
  'incident-reopened',
  'command-undone',
]

const categoryTypes: readonly CategoryEvent['type'][] = ['category-created', 'category-changed']

export const projections: Projection[] = [
  {
    types: incidentTypes,
    async apply(tx, fact) {
      const sql = sqlOf(tx)
      const event = eventOf<DispatchEvent>(fact)
      const incident = fact.stream.slice('incident/'.length)
      await applyIncident(sql, incident, event, fact)
      for (const change of timerChanges(incident, event)) await applyTimer(sql, incident, change, fact.actor.name)
      await remember(sql, incident, event, fact)
    },
  },
  {
    types: categoryTypes,
    apply: (tx, fact) => applyCategory(sqlOf(tx), fact.stream.slice('category/'.length), eventOf<CategoryEvent>(fact)),
  },
]

/** An event again, from how the journal keeps it. The journal gives back what was appended, so the cast is safe. */
export const eventOf = <Event>(fact: Pick<Fact, 'type' | 'at' | 'data'>): Event => ({ type: fact.type, at: fact.at, ...fact.data }) as Event

async function applyIncident(sql: Sql, incident: IncidentId, event: DispatchEvent, fact: Fact): Promise<void> {
  const { at } = event
  switch (event.type) {
    case 'incident-opened':
      await sql.query(
        `insert into dispatch.incident (id, number, day, agency, home, category, priority, status, lon, lat, place, place_en, summary,
           reporter, phone, answers, opened_at, opened_by, notes, changed_at, reported_at, called_by)
         values ($1, $2, $3, $4::ltree, $4::ltree, $5, $6, 'waiting', $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15, $16, 0, $15, $17, $18)`,
        [
          incident, event.number, event.day, event.agency, event.category, event.priority, event.lon, event.lat, event.place, event.placeEn,
          event.summary, event.reporter, event.phone, JSON.stringify(event.answers), at, fact.actor.name,
          event.report?.madeAt ?? null, event.report?.panic ? callerOf(event.report) : null,
        ],
      )
      await sql.query(
        `insert into dispatch.day (day, last_number) values ($1, $2)
         on conflict (day) do update set last_number = greatest(day.last_number, excluded.last_number)`,
        [event.day, event.number],
      )
      return
    case 'incident-changed':
      for (const [key, value] of Object.entries(event.changes)) {
        const column = changeable[key]
        invariant(column, `an incident has no ${key} that changes`)
        // The column is from the table above, never from the request.
        if (column === 'answers') await sql.query('update dispatch.incident set answers = $2::jsonb where id = $1', [incident, JSON.stringify(value)])
        else await sql.query(`update dispatch.incident set ${column} = $2 where id = $1`, [incident, value])
      }
      break
    case 'unit-assigned':
      await sql.query(
        `insert into dispatch.assignment (id, incident, unit, call_sign, state, state_since, ordered_at, ordered_by)
         values ($1, $2, $3, $4, 'ordered', $5, $5, $6)`,
        [event.assignment, incident, event.unit, event.callSign, at, fact.actor.name],
      )
      break
    case 'assignment-changed':
      // Going back (undo) forgets the later steps; a step that was skipped stays unknown.
      await sql.query(
        `update dispatch.assignment set state = $2, state_since = $3, because = $4,
           acknowledged_at = case when $5 < 1 then null when $5 = 1 then coalesce(acknowledged_at, $3) else acknowledged_at end,
           en_route_at = case when $5 < 2 then null when $5 = 2 then coalesce(en_route_at, $3) else en_route_at end,
           on_scene_at = case when $5 < 3 then null when $5 = 3 then coalesce(on_scene_at, $3) else on_scene_at end,
           reported_at = case when $5 < 4 then null when $5 = 4 then coalesce(reported_at, $3) else reported_at end,
           ended_at = case when $5 < 5 then null else $3::bigint end
         where id = $1`,
        [event.assignment, event.state, at, isActive(event.state) ? null : event.because, steps[event.state]],
      )
      break
    case 'order-spoken':
      await sql.query('update dispatch.assignment set spoken_at = coalesce(spoken_at, $2) where id = $1', [event.assignment, at])
      break
    case 'note-added':
      await sql.query('update dispatch.incident set notes = notes + 1 where id = $1', [incident])
      break
    case 'picture-added':
      await sql.query('insert into dispatch.picture (id, incident, sha256, media_type, bytes, caption, at) values ($1, $2, $3, $4, $5, $6, $7)', [
        event.picture, incident, event.sha256, event.mediaType, event.bytes, event.caption, at,
      ])
      await sql.query('update dispatch.incident set notes = notes + 1 where id = $1', [incident])
      break
    case 'incident-handed-over':
      await sql.query(`update dispatch.incident set status = 'handed-over', agency = $2::ltree, handed_to = $2::ltree where id = $1`, [incident, event.to])
      break
    case 'incident-closed':
      await sql.query(`update dispatch.incident set status = 'closed', closed_at = $2, outcome = $3, merged_into = $4 where id = $1`, [
        incident, at, event.outcome, event.mergedInto,
      ])
      break
    case 'incident-reopened':
      await sql.query(
        `update dispatch.incident set status = 'waiting', agency = home, handed_to = null, closed_at = null, outcome = null, merged_into = null
         where id = $1`,
        [incident],
      )
      break
    case 'command-undone':
      await sql.query('update dispatch.incident set notes = notes - $2 where id = $1', [incident, event.notes])
      break
    case 'help-called-again':
    case 'incident-joined':
    case 'limit-passed':
    case 'limit-seen':
      break
  }
  await sql.query(
    `update dispatch.incident set changed_at = $2, status = case
       when status not in ('waiting', 'active') then status
       when exists (select from dispatch.assignment where incident = $1 and ended_at is null) then 'active'
       else 'waiting' end
     where id = $1`,
    [incident, at],
  )
}

const changeable: Readonly<Record<string, string>> = {
  category: 'category',
  priority: 'priority',
  lon: 'lon',
  lat: 'lat',
  place: 'place',
  placeEn: 'place_en',
  summary: 'summary',
  reporter: 'reporter',
  phone: 'phone',
  answers: 'answers',
}

const steps: Readonly<Record<AssignmentState, number>> = {
  ordered: 0,
  acknowledged: 1,
  'en-route': 2,
  'on-scene': 3,
  reported: 4,
  cleared: 5,
  refused: 5,
  diverted: 5,
  cancelled: 5,
}

async function applyTimer(sql: Sql, incident: IncidentId, change: TimerChange, actor: string): Promise<void> {
  switch (change.do) {
    case 'start': {
      const { id, kind, assignment, startedAt, dueAt, fireAt, escalation, escalatedAt } = change.timer
      await sql.query(
        `insert into dispatch.timer (id, incident, kind, assignment, started_at, due_at, fire_at, escalation, escalated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (id) do update set started_at = excluded.started_at, due_at = excluded.due_at, fire_at = excluded.fire_at,
           escalation = excluded.escalation, escalated_at = excluded.escalated_at, seen_by = null`,
        [id, incident, kind, assignment, startedAt, dueAt, fireAt, escalation, escalatedAt],
      )
      return
    }
    case 'stop':
      if (change.of === 'all') await sql.query('delete from dispatch.timer where incident = $1', [incident])
      else if (change.of === 'incident') await sql.query('delete from dispatch.timer where incident = $1 and assignment is null', [incident])
      else await sql.query('delete from dispatch.timer where incident = $1 and assignment = $2', [incident, change.of])
      return
    case 'escalate':
      await sql.query('update dispatch.timer set escalation = $2, escalated_at = $3, fire_at = $4, seen_by = null where id = $1', [
        change.id, change.escalation, change.at, change.fireAt,
      ])
      return
    case 'see':
      await sql.query('update dispatch.timer set seen_by = $2, fire_at = $3 where id = $1', [change.id, actor, change.fireAt])
      return
  }
}

/** Where to look when a command is undone. Limits that run out are nobody's command. */
async function remember(sql: Sql, incident: IncidentId, event: DispatchEvent, fact: Fact): Promise<void> {
  if (event.type === 'limit-passed') return
  await sql.query('insert into dispatch.command (id, incident) values ($1, $2) on conflict do nothing', [fact.command, incident])
}

async function applyCategory(sql: Sql, id: string, event: CategoryEvent): Promise<void> {
  switch (event.type) {
    case 'category-created':
      await sql.query(
        `insert into dispatch.category (id, name, name_en, pinyin, glyph, priority, arrive_seconds, needs, questions, ordinal, active)
         values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, true)`,
        [
          id, event.name, event.nameEn, event.pinyin, event.glyph, event.priority, event.arriveSeconds, JSON.stringify(event.needs),
          JSON.stringify(event.questions), event.order,
        ],
      )
      return
    case 'category-changed': {
      const { changes } = event
      await sql.query(
        `update dispatch.category set name = coalesce($2, name), name_en = coalesce($3, name_en), pinyin = coalesce($4, pinyin),
           glyph = coalesce($5, glyph), priority = coalesce($6, priority), arrive_seconds = coalesce($7, arrive_seconds),
           needs = coalesce($8::jsonb, needs), questions = coalesce($9::jsonb, questions), ordinal = coalesce($10, ordinal),
           active = coalesce($11, active)
         where id = $1`,
        [
          id, changes.name ?? null, changes.nameEn ?? null, changes.pinyin ?? null, changes.glyph ?? null, changes.priority ?? null,
          changes.arriveSeconds ?? null, changes.needs ? JSON.stringify(changes.needs) : null,
          changes.questions ? JSON.stringify(changes.questions) : null, changes.order ?? null, changes.active ?? null,
        ],
      )
    }
  }
}

// ── reads ──

type CategoryRow = Omit<CategoryView, 'nameEn' | 'arriveSeconds' | 'order'> & { name_en: string; arrive_seconds: number; ordinal: number }
const selectCategories = 'select id, name, name_en, pinyin, glyph, priority, arrive_seconds, needs, questions, ordinal, active from dispatch.category'
const categoryView = ({ name_en, arrive_seconds, ordinal, ...row }: CategoryRow): CategoryView => ({
  ...row,
  nameEn: name_en,
  arriveSeconds: arrive_seconds,
  order: ordinal,
})

export async function listCategories(sql: Sql): Promise<CategoryView[]> {
  return (await sql.query<CategoryRow>(`${selectCategories} order by ordinal, id`)).map(categoryView)
}

type IncidentRow = {
  id: string
  number: number
  day: string
  agency: string
  category: string
  priority: number
  status: IncidentView['status']
  lon: number
  lat: number
  place: string
  place_en: string
  summary: string
  reporter: string | null
  phone: string | null
  answers: Record<string, string>
  opened_at: number
  opened_by: string
  reported_at: number | null
  closed_at: number | null
  outcome: string | null
  merged_into: string | null
  handed_to: string | null
  notes: number
  changed_at: number
}
type AssignmentRow = {
  id: string
  incident: string
  unit: string
  call_sign: string
  state: AssignmentState
  state_since: number
  ordered_at: number
  ordered_by: string
  spoken_at: number | null
  acknowledged_at: number | null
  en_route_at: number | null
  on_scene_at: number | null
  reported_at: number | null
  ended_at: number | null
  because: string | null
}
type TimerRow = {
  id: string
  incident: string
  kind: TimerView['kind']
  assignment: string | null
  started_at: number
  due_at: number
  escalation: number
  escalated_at: number | null
  seen_by: string | null
}

const incidentColumns = `id, number, day, agency::text as agency, category, priority, status, lon, lat, place, place_en, summary, reporter, phone,
  answers, opened_at, opened_by, reported_at, closed_at, outcome, merged_into, handed_to::text as handed_to, notes, changed_at`

/** The present views of these incidents; those that do not exist are missing. In the order asked. */
export async function incidentViews(sql: Sql, ids: readonly IncidentId[]): Promise<IncidentView[]> {
  if (ids.length === 0) return []
  const rows = await sql.query<IncidentRow>(`select ${incidentColumns} from dispatch.incident where id = any($1)`, [ids])
  const views = await withParts(sql, rows)
  const byId = new Map(views.map((view) => [view.id, view]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

async function withParts(sql: Sql, rows: readonly IncidentRow[]): Promise<IncidentView[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  // One after the other: inside a command's transaction there is one connection.
  const assignments = await sql.query<AssignmentRow>(
    `select id, incident, unit, call_sign, state, state_since, ordered_at, ordered_by, spoken_at, acknowledged_at, en_route_at, on_scene_at,
       reported_at, ended_at, because from dispatch.assignment where incident = any($1) order by ordered_at, id`,
    [ids],
  )
  const timers = await sql.query<TimerRow>(
    `select id, incident, kind, assignment, started_at, due_at, escalation, escalated_at, seen_by from dispatch.timer
     where incident = any($1) order by due_at, id`,
    [ids],
  )
  const ofIncident = <Row extends { incident: string }>(all: readonly Row[]) => Map.groupBy(all, (row) => row.incident)
  const assignmentsOf = ofIncident(assignments)
  const timersOf = ofIncident(timers)
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    day: row.day,
    category: row.category,
    priority: row.priority,
    status: row.status,
    agency: row.agency,
    lon: row.lon,
    lat: row.lat,
    place: row.place,
    placeEn: row.place_en,
    summary: row.summary,
    reporter: row.reporter,
    phone: row.phone,
    answers: row.answers,
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    ...(row.reported_at === null ? {} : { reportedAt: row.reported_at }),
    closedAt: row.closed_at,
    outcome: row.outcome,
    mergedInto: row.merged_into,
    handedTo: row.handed_to,
    assignments: (assignmentsOf.get(row.id) ?? []).map(assignmentView),
    timers: (timersOf.get(row.id) ?? []).map(timerView),
    notes: row.notes,
    changedAt: row.changed_at,
  }))
}

const assignmentView = (row: AssignmentRow): AssignmentView => ({
  id: row.id,
  incident: row.incident,
  unit: row.unit,
  callSign: row.call_sign,
  state: row.state,
  stateSince: row.state_since,
  orderedAt: row.ordered_at,
  orderedBy: row.ordered_by,
  spokenAt: row.spoken_at,
  acknowledgedAt: row.acknowledged_at,
  enRouteAt: row.en_route_at,
  onSceneAt: row.on_scene_at,
  reportedAt: row.reported_at,
  endedAt: row.ended_at,
  because: row.because,
})

const timerView = (row: TimerRow): TimerView => ({
  id: row.id,
  kind: row.kind,
  assignment: row.assignment,
  startedAt: row.started_at,
  dueAt: row.due_at,
  escalation: row.escalation,
  escalatedAt: row.escalated_at,
  seenBy: row.seen_by,
})

/** Which incidents a list shows. `unit`: only those that this unit may read as crew. */
export type IncidentFilter = {
  readonly scope: readonly AgencyPath[]
  readonly unit?: UnitId
  readonly at: Instant
  readonly statuses: readonly IncidentView['status'][]
  readonly words?: string
  readonly from?: Instant
  readonly to?: Instant
  readonly after?: { readonly openedAt: Instant; readonly id: IncidentId }
  readonly limit: number
}

/** Newest first. */
export async function listIncidents(sql: Sql, filter: IncidentFilter): Promise<IncidentView[]> {
  const rows = await sql.query<IncidentRow>(
    `select ${incidentColumns} from dispatch.incident
     where (agency <@ $1::ltree[] or ($2::text is not null and exists (
         select from dispatch.assignment where assignment.incident = incident.id and unit = $2 and (ended_at is null or ended_at > $3))))
       and status = any($4)
       and ($5::text is null or number = $6 or (place || ' ' || place_en || ' ' || summary) ilike $5)
       and opened_at >= $7 and opened_at < $8
       and (opened_at, id) < ($9, $10)
     order by opened_at desc, id desc limit $11`,
    [
      filter.scope,
      filter.unit ?? null,
      filter.at - crewMs,
      filter.statuses,
      filter.words ? `%${filter.words.replace(/[\\%_]/g, '\\$&')}%` : null,
      filter.words && /^#?\d{1,6}$/.test(filter.words) ? Number(filter.words.replace('#', '')) : null,
      filter.from ?? 0,
      filter.to ?? Number.MAX_SAFE_INTEGER,
      filter.after?.openedAt ?? Number.MAX_SAFE_INTEGER,
      filter.after?.id ?? '',
      filter.limit,
    ],
  )
  return withParts(sql, rows)
}

/** Incidents in a box around a point, opened since, newest first: whoever asks measures the distance itself. */
export async function incidentsInBox(
  sql: Sql,
  asked: {
    readonly scope: readonly AgencyPath[]
    readonly west: number
    readonly south: number
    readonly east: number
    readonly north: number
    readonly since: Instant
    readonly excluding?: IncidentId
    readonly limit: number
  },
): Promise<NearRow[]> {
  return sql.query<NearRow>(
    `select id, number, day, category, priority, status, place, place_en, summary, opened_at, lon, lat from dispatch.incident
     where lat between $1 and $2 and lon between $3 and $4 and opened_at >= $5 and agency <@ $6::ltree[] and id is distinct from $7
     order by opened_at desc limit $8`,
    [asked.south, asked.north, asked.west, asked.east, asked.since, asked.scope, asked.excluding ?? null, asked.limit],
  )
}

export type NearRow = Pick<IncidentRow, 'id' | 'number' | 'day' | 'category' | 'priority' | 'status' | 'place' | 'place_en' | 'summary' | 'opened_at' | 'lon' | 'lat'>

/** Who is on what, now: the live registry of units starts from this. */
export async function activeAssignments(
  sql: Sql,
): Promise<{ assignment: AssignmentId; incident: IncidentId; unit: UnitId; state: AssignmentState; since: Instant }[]> {
  return sql.query('select id as assignment, incident, unit, state, state_since as since from dispatch.assignment where ended_at is null')
}

/** Limits that have run out and whose next in line has not been told. */
export async function dueTimers(sql: Sql, at: Instant, limit: number): Promise<{ id: TimerId; incident: IncidentId; escalation: number; started_at: Instant }[]> {
  return sql.query('select id, incident, escalation, started_at from dispatch.timer where fire_at <= $1 order by fire_at limit $2', [at, limit])
}

export async function findPicture(sql: Sql, id: string): Promise<{ incident: IncidentId; sha256: string; media_type: string } | undefined> {
  const [row] = await sql.query<{ incident: string; sha256: string; media_type: string }>(
    'select incident, sha256, media_type from dispatch.picture where id = $1',
    [id],
  )
  return row
}

const drivesEndedSql = `
  select assignment.unit, incident.priority, assignment.en_route_at as "from", coalesce(assignment.on_scene_at, assignment.ended_at) as "to"
  from dispatch.assignment join dispatch.incident on incident.id = assignment.incident
  where assignment.en_route_at is not null and coalesce(assignment.on_scene_at, assignment.ended_at) > $1 and coalesce(assignment.on_scene_at, assignment.ended_at) <= $2
  order by "to", assignment.id`
/** Drives to incidents, from setting out to arriving or to the order's end, that ended in (from, to]. */
export const drivesEnded = (db: Sql, from: Instant, to: Instant): Promise<{ unit: UnitId; priority: number; from: Instant; to: Instant }[]> => db.query(drivesEndedSql, [from, to])

/**
 * Incidents that were open in some moment of [from, to): of these parts of the tree, and those that these units were sent to meanwhile.
 * In the order of their opening; at most `limit`.
 */
export async function incidentsDuring(db: Db, asked: IncidentsAsked): Promise<IncidentView[]> {
  const rows = await db.query<IncidentRow>(
    `select ${incidentColumns} from dispatch.incident
     where ($6::text[] is null or id = any($6)) and (opened_at, id) > ($7, $8) and opened_at < $2 and (closed_at is null or closed_at > $1)
       and (agency <@ $3::ltree[] or exists (
         select from dispatch.assignment where assignment.incident = incident.id and unit = any($4) and ordered_at < $2 and (ended_at is null or ended_at > $1)))
     order by opened_at, id limit $5`,
    [asked.from, asked.to, asked.scope, asked.units, asked.limit, asked.ids ?? null, asked.after?.openedAt ?? -1, asked.after?.id ?? ''],
  )
  return withParts(db, rows)
}
