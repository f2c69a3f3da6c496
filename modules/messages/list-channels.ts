/** Reading channels, each reader in his own capacity. */
import { isWithin, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { Instant } from '#kernel/names.ts'
import { agencyChannel, channelFor, crewsOf, groupChannel, incidentChannel, seatOf, standingIn, unitChannel, type Channel, type Standing } from './access.ts'
import { askedIn } from './broadcast-store.ts'
import { channelOf } from './channel.ts'
import type { ChannelView, MessageView, NewReceipts, OwnChannelView, ReceiptView } from './contract.ts'
import type { MessagesDeps } from './deps.ts'
import { memberReader } from './receipts.ts'
import { channelsOfScope, findMessage, groupsOfUnit, lastMessages, lastNumbers, membersOf, messagesOf, putReceipts, searchMessages, unreadOf, type FoundMessage } from './store.ts'

/** So many channels are listed, those in which something was said last. */
const listedMax = 300
/** What was sent before that is history to a desk, not unread: its account may be new, or have been away for weeks. */
const unreadMs = 24 * 3_600_000

type Mine = { readonly channel: Channel; readonly standing: Standing }

/** The channels that somebody is in: of a desk those with something in them, of a crew all. */
export async function ownChannels(deps: MessagesDeps, actor: Actor): Promise<Mine[]> {
  const seat = seatOf(deps, actor)
  const found = new Map<string, Channel>()
  const put = (channel: Channel) => void (found.has(channel.id) || found.set(channel.id, channel))
  if (seat.unit?.onDutySince) {
    const { unit } = seat
    put(unitChannel(unit))
    for (const row of await groupsOfUnit(deps.db, unit.id)) put(groupChannel(row.id, { ...row, isClosed: row.closed_at !== null }))
    for (const agency of await deps.agencies()) if (isWithin(unit.agency, agency.path)) put(agencyChannel(agency))
    if (unit.incident) for (const incident of await deps.incidents(deps.db, [unit.incident])) put(incidentChannel(incident, deps.now()))
  }
  if (seat.scope.length > 0) {
    const rows = await channelsOfScope(deps.db, seat.scope, listedMax)
    const named = (kind: Channel['kind']) => rows.filter((row) => row.kind === kind).map((row) => channelOf(row.id).of)
    const units = new Map(deps.describeUnits(named('unit')).map((unit) => [`unit-${unit.id}`, unitChannel(unit)]))
    const incidents = new Map((await deps.incidents(deps.db, named('incident'))).map((incident) => [`incident-${incident.id}`, incidentChannel(incident, deps.now())]))
    const agencies = new Map((await deps.agencies()).map((agency) => [`agency-${agency.id}`, agencyChannel(agency)]))
    for (const row of rows) {
      const channel = row.kind === 'group' ? groupChannel(row.id, { ...row, isClosed: row.closed_at !== null }) : (units.get(row.id) ?? incidents.get(row.id) ?? agencies.get(row.id))
      if (channel) put(channel) // of a retired unit nothing is listed; its messages stay in the journal
    }
  }
  return [...found.values()].flatMap((channel) => {
    const standing = standingIn(channel, actor, seat)
    return standing ? [{ channel, standing }] : []
  })
}

/** A channel as it is now. `last`: as the newest message is to be shown, or that there is none. */
export const viewOf = (deps: Pick<MessagesDeps, 'liveUnits' | 'describeUnits'>, channel: Channel, last: MessageView | null): ChannelView => ({
  id: channel.id,
  kind: channel.kind,
  agency: channel.agency,
  name: channel.name,
  nameEn: channel.nameEn,
  units: channel.kind === 'group' ? [...(channel.units ?? [])] : [],
  crews: crewsOf(deps, channel).reduce((sum, { crew }) => sum + crew.length, 0),
  last,
  closedAt: channel.isClosed ? (last?.at ?? 0) : null,
})

export async function listChannels(deps: MessagesDeps, actor: Actor): Promise<OwnChannelView[]> {
  return withUnread(deps, actor, await ownChannels(deps, actor))
}

async function withUnread(deps: MessagesDeps, actor: Actor, mine: readonly Mine[]): Promise<OwnChannelView[]> {
  const seen = mine.map(({ channel, standing }) => ({ id: channel.id, since: standing.since }))
  const last = await lastMessages(deps, seen)
  const unread = new Map<string, number>()
  for (const as of ['desk', 'crew'] as const) {
    const part = mine.filter(({ standing }) => standing.as === as)
    const reader = part[0]?.standing.reader
    if (reader === undefined) continue
    const since = (at: Instant) => (as === 'desk' ? Math.max(at, deps.now() - unreadMs) : at)
    for (const [id, count] of await unreadOf(deps.db, reader, actor.account, part.map(({ channel, standing }) => ({ id: channel.id, since: since(standing.since) })))) unread.set(id, count)
  }
  return mine
    .map(({ channel }) => ({ ...viewOf(deps, channel, last.get(channel.id) ?? null), unread: unread.get(channel.id) ?? 0 }))
    .sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0) || (a.id < b.id ? -1 : 1))
}

export async function findOwnChannel(deps: MessagesDeps, actor: Actor, id: string): Promise<OwnChannelView | Refused> {
  const found = await channelFor(deps, deps.db, actor, id)
  return 'refused' in found ? found : (await withUnread(deps, actor, [found]))[0]!
}

/** A page of a channel, oldest first. */
export async function readMessages(
  deps: MessagesDeps,
  actor: Actor,
  asked: { readonly channel: string; readonly before?: number | undefined; readonly after?: number | undefined; readonly limit: number },
): Promise<readonly MessageView[] | Refused> {
  const found = await channelFor(deps, deps.db, actor, asked.channel)
  if ('refused' in found) return found
  return messagesOf(deps, { ...asked, since: found.standing.since })
}

/** Messages with these words, in one channel or in all that the caller is in; newest first. */
export async function search(deps: MessagesDeps, actor: Actor, asked: { readonly words: string; readonly channel?: string | undefined; readonly limit: number }): Promise<readonly MessageView[] | Refused> {
  const words = asked.words.trim()
  if (words === '') return []
  if (asked.channel === undefined) {
    const channels = (await ownChannels(deps, actor)).map(({ channel, standing }) => ({ id: channel.id, since: standing.since }))
    return searchMessages(deps, { words, channels, limit: asked.limit })
  }
  const found = await channelFor(deps, deps.db, actor, asked.channel)
  return 'refused' in found ? found : searchMessages(deps, { words, channels: [{ id: found.channel.id, since: found.standing.since }], limit: asked.limit })
}

/** A message that the caller may see. */
export async function findOwnMessage(deps: MessagesDeps, actor: Actor, id: string): Promise<{ readonly message: FoundMessage; readonly standing: Standing } | Refused<'message-not-found'>> {
  const message = await findMessage(deps.db, id)
  if (!message) return refuse('message-not-found')
  const found = await channelFor(deps, deps.db, actor, message.channel)
  if ('refused' in found || message.at < found.standing.since) return refuse('message-not-found')
  return { message, standing: found.standing }
}

/** By name who has a message: for desks, who answer for it. */
export async function receiptsOfMessage(deps: MessagesDeps, actor: Actor, id: string): Promise<readonly ReceiptView[] | Refused> {
  const found = await findOwnMessage(deps, actor, id)
  if ('refused' in found) return found
  if (found.standing.as !== 'desk') return refuse('not-allowed')
  const { message } = found
  const receipts = new Map(((await deps.facts.receiptsOf(deps.db, [message.channel])).get(message.channel) ?? []).map((each) => [each.reader, each]))
  const members = await membersOf(deps, message)
  const names = await deps.memberNames(members)
  const seats = new Map(deps.liveUnits().flatMap(({ crew, callSign }) => crew.map((member) => [member.id, callSign] as const)))
  return members.map((member) => {
    const receipt = receipts.get(memberReader(member))
    return { name: names.get(member) ?? '', callSign: seats.get(member) ?? '', delivered: (receipt?.delivered ?? 0) >= message.number, read: (receipt?.read ?? 0) >= message.number }
  })
}

/**
 * A client says how far it has got. Channels that it may not see are passed over, and nobody has read what was not sent.
 *
 * @returns the channels in which that was news
 */
export async function takeReceipts(deps: MessagesDeps, actor: Actor, items: NewReceipts['items']): Promise<readonly string[]> {
  const last = await lastNumbers(deps.db, items.map(({ channel }) => channel))
  const moved: string[] = []
  if (actor.member !== undefined) {
    const called = items.filter(({ channel }) => channel.startsWith('broadcast-'))
    const asked = new Set(await askedIn(deps.db, actor.member, called.map(({ channel }) => channel.slice('broadcast-'.length))))
    const got = called.filter(({ channel }) => asked.has(channel.slice('broadcast-'.length)))
    const most = (number: number) => Math.min(1, number) // a broadcast is one message
    if (got.length > 0) moved.push(...(await putReceipts(deps.db, memberReader(actor.member), got.map(({ channel, delivered, read = 0 }) => ({ channel, delivered: most(delivered), read: most(read) })))))
  }
  const wanted = items.filter(({ channel }) => last.has(channel))
  const byReader = new Map<string, { channel: string; delivered: number; read: number }[]>()
  for (const { channel, delivered, read = 0 } of wanted) {
    const found = await channelFor(deps, deps.db, actor, channel)
    if ('refused' in found) continue
    const most = last.get(channel)!
    const { unit } = seatOf(deps, actor)
    // who leads from a car sits in two places: the watch room has read it, and so has this member of the crew
    const alsoCrew = found.standing.as === 'desk' && actor.member !== undefined && unit !== undefined && found.channel.has(unit)
    for (const reader of [found.standing.reader, ...(alsoCrew ? [memberReader(actor.member!)] : [])]) {
      byReader.set(reader, [...(byReader.get(reader) ?? []), { channel, delivered: Math.min(delivered, most), read: Math.min(read, most) }])
    }
  }
  for (const [reader, of] of byReader) moved.push(...(await putReceipts(deps.db, reader, of)))
  return [...new Set(moved)]
}
