/** The tables of channels, messages and receipts. Channels and messages are written only from events. */
import { invariant } from '#core/invariant.ts'
import type { Fact, Projection } from '#kernel/journal.ts'
import type { AgencyPath, Instant, MemberId, UnitId } from '#kernel/names.ts'
import { sqlOf, type Sql } from '#platform/db/sql.ts'
import { channelOf } from './channel.ts'
import type { Attachment, ChannelEvent, ChannelKind, MessageView } from './contract.ts'
import type { ChannelRow, MessageFacts, MessagesDeps } from './deps.ts'
import { countOf, type Receipt } from './receipts.ts'

/** An event again, from how the journal keeps it. The journal gives back what was appended, so the cast is safe. */
export const eventOf = <Event>(fact: Pick<Fact, 'type' | 'at' | 'data'>): Event => ({ type: fact.type, at: fact.at, ...fact.data }) as Event

export const messageFacts: MessageFacts = {
  channel: findChannelRow,
  async nextNumber(tx, { id, kind, agency }) {
    const [row] = await sqlOf(tx).query<{ last_number: number }>(
      `insert into messages.channel (id, kind, agency, home, name, units, last_number, changed_at) values ($1, $2, $3::ltree, $3::ltree, '', '{}', 1, 0)
       on conflict (id) do update set last_number = channel.last_number + 1 returning last_number`,
      [id, kind, agency],
    )
    invariant(row, 'a number was returned')
    return row.last_number
  },
  receiptsOf,
  sqlOf,
}

async function findChannelRow(sql: Sql, id: string): Promise<ChannelRow | undefined> {
  const [row] = await sql.query<{ agency: string; name: string; units: string[]; closed_at: number | null }>(
    'select agency::text as agency, name, units, closed_at from messages.channel where id = $1',
    [id],
  )
  return row && { agency: row.agency, name: row.name, units: row.units, isClosed: row.closed_at !== null }
}

// ── projections ──

const channelTypes: readonly ChannelEvent['type'][] = ['message-sent', 'group-created', 'group-changed', 'group-closed', 'group-opened']

export const channelProjections: Projection[] = [
  {
    types: channelTypes,
    apply: (tx, fact) => applyChannel(sqlOf(tx), fact.stream.slice('channel/'.length), eventOf<ChannelEvent>(fact), fact),
  },
  {
    // An incident's channel goes where the incident goes, so that the station finds it in its list.
    types: ['incident-handed-over', 'incident-reopened'],
    async apply(tx, fact) {
      const to = typeof fact.data['to'] === 'string' ? fact.data['to'] : null
      await sqlOf(tx).query('update messages.channel set agency = coalesce($2::ltree, home) where id = $1', [`incident-${fact.stream.slice('incident/'.length)}`, to])
    },
  },
]

async function applyChannel(sql: Sql, id: string, event: ChannelEvent, fact: Fact): Promise<void> {
  switch (event.type) {
    case 'message-sent': {
      const file: Partial<Attachment> = event.attachment ?? {}
      await sql.query(
        `insert into messages.channel (id, kind, agency, home, name, units, last_number, last_at, changed_at) values ($1, $2, $3::ltree, $3::ltree, '', '{}', $4, $5, $5)
         on conflict (id) do update set last_number = greatest(channel.last_number, excluded.last_number), last_at = excluded.last_at, changed_at = excluded.changed_at`,
        [id, channelOf(id).kind, fact.agency, event.number, event.at],
      )
      await sql.query(
        `insert into messages.message (id, channel, number, at, account, sent_by, call_sign, body, attachment, sha256, media_type, bytes, seconds, members, reached, author)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
        [
          event.id, id, event.number, event.at, fact.actor.account, fact.actor.name, event.callSign, event.text, file.kind ?? null, file.sha256 ?? null,
          file.mediaType ?? null, file.bytes ?? null, file.seconds ?? null, event.members, event.reached ?? null, event.author ?? null,
        ],
      )
      return
    }
    case 'group-created':
      await sql.query(
        `insert into messages.channel (id, kind, agency, home, name, units, last_number, changed_at) values ($1, 'group', $2::ltree, $2::ltree, $3, $4, 0, $5)`,
        [id, fact.agency, event.name, event.units, event.at],
      )
      return
    case 'group-changed':
      await sql.query('update messages.channel set name = $2, units = $3, changed_at = $4 where id = $1', [id, event.name, event.units, event.at])
      return
    case 'group-closed':
      await sql.query('update messages.channel set closed_at = $2, changed_at = $2 where id = $1', [id, event.at])
      return
    case 'group-opened':
      await sql.query('update messages.channel set closed_at = null, changed_at = $2 where id = $1', [id, event.at])
      return
  }
}

// ── reads ──

type MessageRow = {
  id: string
  channel: string
  number: number
  at: number
  account: string
  sent_by: string
  call_sign: string | null
  body: string
  attachment: 'picture' | 'voice' | null
  media_type: string | null
  bytes: number | null
  seconds: number | null
} & SentTo
/** `agency`: of its channel; `members`: who was there, unless there are only so many who are said by `reached`. */
type SentTo = { readonly at: Instant; readonly members: readonly MemberId[]; readonly reached: number | null; readonly author: MemberId | null; readonly agency: AgencyPath }
const sentTo = 'at, members, reached, author, (select agency::text from messages.channel where id = message.channel) as agency'
const messageColumns = `id, channel, number, account, sent_by, call_sign, body, attachment, media_type, bytes, seconds, ${sentTo}`

/** What reading messages takes. */
type Reads = Pick<MessagesDeps, 'db' | 'crewsAt'>

/** Who was in the crews of the channel when it was sent, without the sender. */
export async function membersOf({ crewsAt }: Reads, { at, members, reached, author, agency }: SentTo): Promise<readonly MemberId[]> {
  return reached === null ? members : [...(await crewsAt(agency, at))].filter((member) => member !== author)
}

/** Messages as they are shown, with their counts. */
async function withCounts(reads: Reads, rows: readonly MessageRow[]): Promise<MessageView[]> {
  if (rows.length === 0) return []
  const receipts = await receiptsOf(reads.db, [...new Set(rows.map((row) => row.channel))])
  const members = new Map<string, readonly MemberId[]>()
  for (const row of rows) members.set(row.id, await membersOf(reads, row))
  return rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    number: row.number,
    at: row.at,
    by: row.sent_by,
    account: row.account,
    callSign: row.call_sign,
    text: row.body,
    file: row.attachment && { kind: row.attachment, mediaType: row.media_type!, bytes: row.bytes!, seconds: row.seconds },
    ...countOf({ number: row.number, members: members.get(row.id)!, callSign: row.call_sign }, receipts.get(row.channel) ?? []),
    ...(row.reached === null ? {} : { of: row.reached }),
  }))
}

/** A page of a channel: the newest, or those before or after a number; always oldest first. */
export async function messagesOf(
  reads: Reads,
  asked: { readonly channel: string; readonly since: Instant; readonly before?: number | undefined; readonly after?: number | undefined; readonly limit: number },
): Promise<MessageView[]> {
  const forward = asked.after !== undefined
  const rows = await reads.db.query<MessageRow>(
    `select ${messageColumns} from messages.message where channel = $1 and at >= $2 and number < $3 and number > $4
     order by number ${forward ? 'asc' : 'desc'} limit $5`,
    [asked.channel, asked.since, asked.before ?? 2_147_483_647, asked.after ?? 0, asked.limit],
  )
  return withCounts(reads, forward ? rows : rows.toReversed())
}

/** Messages with these words in these channels, newest first. */
export async function searchMessages(
  reads: Reads,
  asked: { readonly words: string; readonly channels: readonly { readonly id: string; readonly since: Instant }[]; readonly limit: number },
): Promise<MessageView[]> {
  const rows = await reads.db.query<MessageRow>(
    `select ${messageColumns} from messages.message join unnest($1::text[], $2::bigint[]) as seen (seen_channel, since) on channel = seen_channel and at >= since
     where body ilike $3 order by at desc, number desc limit $4`,
    [asked.channels.map(({ id }) => id), asked.channels.map(({ since }) => since), `%${asked.words.replace(/[\\%_]/g, '\\$&')}%`, asked.limit],
  )
  return withCounts(reads, rows)
}

export type FoundMessage = { readonly id: string; readonly channel: string; readonly number: number; readonly sha256: string | null; readonly media_type: string | null; readonly attachment: 'picture' | 'voice' | null } & SentTo

export async function findMessage(sql: Sql, id: string): Promise<FoundMessage | undefined> {
  return (await sql.query<FoundMessage>(`select id, channel, number, sha256, media_type, attachment, ${sentTo} from messages.message where id = $1`, [id]))[0]
}

/** Each channel's newest message that is not older than its `since`. */
export async function lastMessages(reads: Reads, channels: readonly { readonly id: string; readonly since: Instant }[]): Promise<ReadonlyMap<string, MessageView>> {
  const rows = await reads.db.query<MessageRow>(
    `select ${messageColumns} from unnest($1::text[], $2::bigint[]) as asked (asked_channel, since) cross join lateral
       (select * from messages.message newest where newest.channel = asked_channel and newest.at >= since order by newest.at desc, newest.number desc limit 1) message`,
    [channels.map(({ id }) => id), channels.map(({ since }) => since)],
  )
  return new Map((await withCounts(reads, rows)).map((view) => [view.channel, view]))
}

/** How many messages of others a reader has not opened, by channel. */
export async function unreadOf(
  sql: Sql,
  reader: string,
  account: string,
  channels: readonly { readonly id: string; readonly since: Instant }[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.query<{ channel: string; count: number }>(
    `select channel, count(*)::int as count from messages.message join unnest($1::text[], $2::bigint[]) as asked (asked_channel, since) on channel = asked_channel and at >= since
     where account <> $3 and number > coalesce((select read from messages.receipt where receipt.channel = message.channel and reader = $4), 0)
     group by channel`,
    [channels.map(({ id }) => id), channels.map(({ since }) => since), account, reader],
  )
  return new Map(rows.map((row) => [row.channel, row.count]))
}

export type ListedChannel = { readonly id: string; readonly kind: ChannelKind; readonly agency: AgencyPath; readonly name: string; readonly units: readonly UnitId[]; readonly closed_at: Instant | null }

/** Channels of these parts of the tree in which something was said, newest first, and every group there. */
export async function channelsOfScope(sql: Sql, scope: readonly AgencyPath[], limit: number): Promise<ListedChannel[]> {
  return sql.query<ListedChannel>(
    // two lists: the first walks the newest ones, however many channels of old incidents there are
    `select id, kind, agency::text as agency, name, units, closed_at from (
       (select * from messages.channel where agency <@ any($1::ltree[]) and last_at is not null and closed_at is null order by last_at desc, id limit $2)
       union (select * from messages.channel where agency <@ any($1::ltree[]) and kind = 'group' and closed_at is null)) channel
     order by last_at desc nulls last, id limit $2`,
    [scope, limit],
  )
}

/** The groups that a unit is in. */
export async function groupsOfUnit(sql: Sql, unit: UnitId): Promise<ListedChannel[]> {
  return sql.query<ListedChannel>(
    `select id, kind, agency::text as agency, name, units, closed_at from messages.channel where kind = 'group' and units @> array[$1] and closed_at is null order by name, id`,
    [unit],
  )
}

// ── receipts: observations, kept as two numbers for each reader of each channel ──

async function receiptsOf(sql: Sql, channels: readonly string[]): Promise<ReadonlyMap<string, readonly Receipt[]>> {
  const rows = await sql.query<Receipt & { channel: string }>('select channel, reader, delivered, read from messages.receipt where channel = any($1)', [channels])
  return Map.groupBy(rows, (row) => row.channel)
}

/**
 * Somebody has got so far; never back.
 *
 * @returns the channels in which that was news
 */
export async function putReceipts(sql: Sql, reader: string, items: readonly { readonly channel: string; readonly delivered: number; readonly read: number }[]): Promise<string[]> {
  const rows = await sql.query<{ channel: string }>(
    `insert into messages.receipt (channel, reader, delivered, read)
     select channel, $1, max(greatest(delivered, read)), max(read) from unnest($2::text[], $3::int[], $4::int[]) as asked (channel, delivered, read) group by channel
     on conflict (channel, reader) do update set delivered = greatest(receipt.delivered, excluded.delivered), read = greatest(receipt.read, excluded.read)
       where receipt.delivered < excluded.delivered or receipt.read < excluded.read
     returning channel`,
    [reader, items.map(({ channel }) => channel), items.map(({ delivered }) => delivered), items.map(({ read }) => read)],
  )
  return rows.map((row) => row.channel)
}

/** How far each channel has got: receipts beyond are no receipts. */
export async function lastNumbers(sql: Sql, channels: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.query<{ id: string; last_number: number }>('select id, last_number from messages.channel where id = any($1)', [channels])
  return new Map(rows.map((row) => [row.id, row.last_number]))
}
