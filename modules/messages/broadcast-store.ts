/** The tables of broadcasts and their recipients: written only from events. */
import type { Fact, Projection } from '#kernel/journal.ts'
import type { AgencyPath, IncidentId, Instant, MemberId, UnitId } from '#kernel/names.ts'
import { sqlOf, type Sql } from '#platform/db/sql.ts'
import type { BroadcastEvent, BroadcastView, OwnBroadcastView, Recipient, RecipientView } from './contract.ts'
import type { Receipt } from './receipts.ts'
import { eventOf, messageFacts } from './store.ts'

const broadcastTypes: readonly BroadcastEvent['type'][] = ['broadcast-sent', 'broadcast-widened', 'broadcast-answered', 'broadcast-short', 'broadcast-escalated', 'broadcast-seen', 'broadcast-ended']

export const broadcastProjections: Projection[] = [
  {
    types: broadcastTypes,
    apply: (tx, fact) => applyBroadcast(sqlOf(tx), fact.stream.slice('broadcast/'.length), eventOf<BroadcastEvent>(fact), fact.agency, fact.actor),
  },
]

async function applyBroadcast(sql: Sql, id: string, event: BroadcastEvent, agency: AgencyPath, { account, name: by }: Fact['actor']): Promise<void> {
  switch (event.type) {
    case 'broadcast-sent':
      await sql.query(
        `insert into messages.broadcast (id, agency, incident, lon, lat, place, place_en, kind, minutes, body, asks, enough_yes, widen_minutes, ring, sent_at, sent_by, fire_at, kilometers, fence, sender, area)
         values ($1, $2::ltree, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $15, $16, $17, $18, $19, $20)`,
        [
          id, agency, event.incident, event.lon, event.lat, event.place, event.placeEn, event.kind, event.minutes, event.text, event.asks, event.enoughYes,
          event.widenMinutes, event.at, by, event.dueAt, event.kilometers ?? null, event.fence ?? null, account, event.area && JSON.stringify(event.area),
        ],
      )
      return putRecipients(sql, id, 1, event.recipients)
    case 'broadcast-widened':
      await sql.query('update messages.broadcast set ring = $2, minutes = $3, fire_at = $4 where id = $1', [id, event.ring, event.minutes, event.dueAt])
      return putRecipients(sql, id, event.ring, event.recipients)
    case 'broadcast-answered':
      await sql.query('update messages.recipient set answer = $3, answered_at = $4 where broadcast = $1 and member = $2', [id, event.member, event.answer, event.at])
      if (event.enough) await sql.query('update messages.broadcast set fire_at = null where id = $1', [id])
      return
    case 'broadcast-short':
      await sql.query('update messages.broadcast set fire_at = $3, short_at = $2 where id = $1', [id, event.at, event.dueAt ?? null])
      return
    case 'broadcast-escalated':
      await sql.query('update messages.broadcast set fire_at = null, escalated_at = $2 where id = $1', [id, event.at])
      return
    case 'broadcast-seen':
      await sql.query('update messages.broadcast set fire_at = null, seen_at = $2, seen_by = $3 where id = $1', [id, event.at, by])
      return
    case 'broadcast-ended':
      await sql.query('update messages.broadcast set fire_at = null, ended_at = $2, ended_by = $3 where id = $1', [id, event.at, by])
      return
  }
}

async function putRecipients(sql: Sql, broadcast: string, ring: number, recipients: readonly Recipient[]): Promise<void> {
  const column = <Key extends keyof Recipient>(key: Key) => recipients.map((each) => each[key])
  await sql.query(
    `insert into messages.recipient (broadcast, ring, member, name, unit, call_sign, because, seconds)
     select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::real[]) on conflict do nothing`,
    [broadcast, ring, column('member'), column('name'), column('unit'), column('callSign'), column('because'), column('seconds')],
  )
}

// ── reads ──

type Row = Omit<BroadcastView, 'of' | 'delivered' | 'read' | 'yes' | 'no' | 'recipients'>
const columns = `id, agency::text as agency, incident, lon, lat, place, place_en as "placeEn", kind, minutes, kilometers, fence, area, body as text, asks, enough_yes as "enoughYes", ring, sent_at as "sentAt",
  sent_by as by, sender, fire_at as "widensAt", short_at as "shortAt", escalated_at as "escalatedAt", seen_at as "seenAt", seen_by as "seenBy", ended_at as "endedAt"`

async function viewsOf(sql: Sql, rows: readonly Row[]): Promise<BroadcastView[]> {
  if (rows.length === 0) return []
  const recipients = await sql.query<Omit<RecipientView, 'delivered' | 'read'> & { broadcast: string }>(
    `select broadcast, member, name, unit, call_sign as "callSign", ring, because, seconds, answer from messages.recipient where broadcast = any($1)
     order by ring, seconds nulls last, call_sign, name`,
    [rows.map((row) => row.id)],
  )
  const ofBroadcast = Map.groupBy(recipients, (each) => each.broadcast)
  const receipts = await messageFacts.receiptsOf(sql, rows.map((row) => `broadcast-${row.id}`))
  return rows.map((row) => {
    const got = new Map((receipts.get(`broadcast-${row.id}`) ?? []).map((each: Receipt) => [each.reader, each]))
    const list = (ofBroadcast.get(row.id) ?? []).map(({ broadcast: _, ...each }): RecipientView => {
      const receipt = got.get(`member/${each.member}`)
      // who answered has had it and read it, whatever his phone came to say
      return { ...each, delivered: (receipt?.delivered ?? 0) > 0 || each.answer !== null, read: (receipt?.read ?? 0) > 0 || each.answer !== null }
    })
    const count = (is: (each: RecipientView) => boolean) => list.filter(is).length
    return {
      ...row,
      of: list.length,
      delivered: count(({ delivered }) => delivered),
      read: count(({ read }) => read),
      yes: count(({ answer }) => answer === 'yes'),
      no: count(({ answer }) => answer === 'no'),
      recipients: list,
    }
  })
}

/** The present views of these broadcasts. */
export const broadcastViews = async (sql: Sql, ids: readonly string[]): Promise<BroadcastView[]> =>
  ids.length === 0 ? [] : viewsOf(sql, await sql.query<Row>(`select ${columns} from messages.broadcast where id = any($1)`, [ids]))

/** Broadcasts of these parts of the tree since an instant, newest first; of one incident where it is named. */
export const broadcastsOfScope = async (
  sql: Sql,
  asked: { readonly scope: readonly AgencyPath[]; readonly incident?: IncidentId | undefined; readonly since: Instant; readonly limit: number },
): Promise<BroadcastView[]> =>
  viewsOf(
    sql,
    await sql.query<Row>(
      `select ${columns} from messages.broadcast where agency <@ any($1::ltree[]) and ($2::text is null or incident = $2) and (sent_at >= $3 or ended_at is null)
       order by sent_at desc, id desc limit $4`,
      [asked.scope, asked.incident ?? null, asked.since, asked.limit],
    ),
  )

/** What a member was asked since an instant, newest first, as he may see it. */
export async function broadcastsOfMember(sql: Sql, member: MemberId, since: Instant, limit: number): Promise<OwnBroadcastView[]> {
  const rows = await sql.query<Row>(
    `select ${columns} from messages.broadcast where sent_at >= $2 and exists (select from messages.recipient where broadcast = broadcast.id and member = $1)
     order by sent_at desc, id desc limit $3`,
    [member, since, limit],
  )
  return (await viewsOf(sql, rows)).map((view) => {
    const mine = view.recipients.find((each) => each.member === member)
    return { ...shownToMembers(view), answer: mine?.answer ?? null, isRead: mine?.read ?? false }
  })
}

/** Without who else was asked and what they said: for those who were asked. */
export function shownToMembers(view: BroadcastView): Omit<OwnBroadcastView, 'answer' | 'isRead'> {
  const { recipients: _who, agency: _agency, sender: _sender, fence: _fence, area: _area, widensAt: _widens, shortAt: _short, escalatedAt: _above, seenAt: _seenAt, seenBy: _seenBy, ...shown } = view
  return shown
}

/** Clocks that have run out. */
export const dueBroadcasts = (sql: Sql, at: Instant, limit: number): Promise<{ id: string; ring: number; wasShort: boolean; agency: AgencyPath }[]> =>
  sql.query('select id, ring, short_at is not null as "wasShort", agency::text as agency from messages.broadcast where fire_at <= $1 order by fire_at limit $2', [at, limit])

/** Calls that nobody ended and that nobody answers any more. */
export const forgottenBroadcasts = (sql: Sql, sentBefore: Instant, limit: number): Promise<{ id: string; agency: AgencyPath }[]> =>
  sql.query('select id, agency::text as agency from messages.broadcast where ended_at is null and sent_at < $1 order by sent_at limit $2', [sentBefore, limit])

export async function findBroadcastAgency(sql: Sql, id: string): Promise<AgencyPath | undefined> {
  return (await sql.query<{ agency: string }>('select agency::text as agency from messages.broadcast where id = $1', [id]))[0]?.agency
}

/** Of these broadcasts those that a member was asked in. */
export async function askedIn(sql: Sql, member: MemberId, broadcasts: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ broadcast: string }>('select broadcast from messages.recipient where member = $1 and broadcast = any($2)', [member, broadcasts])
  return rows.map((row) => row.broadcast)
}

/** What broadcasts were about, and whose crews they called: for those who look at the past. */
export async function broadcastSubjects(sql: Sql, ids: readonly string[]): Promise<Map<string, { readonly incident: IncidentId | null; readonly units: readonly UnitId[] }>> {
  if (ids.length === 0) return new Map()
  const rows = await sql.query<{ id: string; incident: IncidentId | null; units: UnitId[] }>(
    `select id, incident, array(select distinct unit from messages.recipient where broadcast = broadcast.id) as units from messages.broadcast where id = any($1)`,
    [ids],
  )
  return new Map(rows.map(({ id, ...subject }) => [id, subject]))
}

/** The streams of an incident's broadcasts: they belong in its log. */
export const broadcastsOfIncident = async (sql: Sql, incident: IncidentId): Promise<string[]> =>
  (await sql.query<{ id: string }>('select id from messages.broadcast where incident = $1', [incident])).map(({ id }) => id)
