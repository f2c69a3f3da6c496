/** The messages room at work: what the live feed shows of it, clocks that run out, receipts that are told, bots that post. */
import type { Entry } from '#kernel/journal.ts'
import type { IncidentId } from '#kernel/names.ts'
import type { Actor } from '#kernel/actor.ts'
import { followJournal, type Follower } from '#platform/journal/follow.ts'
import type { Audience, Thing } from '#platform/live/audience.ts'
import { crewsOf, findChannel, seatOf, standingIn, talkers, type Channel } from './access.ts'
import { leaveNotices, postDue, sweepOldPosts, toldTypes } from './bot-jobs.ts'
import { broadcastsOfIncident, broadcastViews, dueBroadcasts, forgottenBroadcasts, shownToMembers } from './broadcast-store.ts'
import type { BroadcastView, MessageView, ReceiptCounts } from './contract.ts'
import type { Fetch, MessagesDeps } from './deps.ts'
import { viewOf } from './list-channels.ts'
import { leavePushNotices, pushDue } from './push-jobs.ts'
import { phoneTypes } from './push.ts'
import { endForgotten, widenBroadcast } from './send-broadcast.ts'
import { lastMessages, messagesOf } from './store.ts'

/** Clocks and posts are looked at this often. */
const pollMs = 500
const batch = 50
const hourMs = 3_600_000
/** A call that nobody ended is over by itself after so long. */
const forgottenMs = 24 * hourMs
/** Receipts come in flocks: they are told together. */
const receiptsMs = 250
/** Counts of so many of a channel's newest messages are told when somebody gets further. */
const countedMessages = 30

export type MessagesRoom = {
  /** For the live feed: what entries touched here. */
  describe(entries: readonly Entry[]): Promise<readonly Thing[]>
  /** For `journal.listen`: notices for bots and phones. */
  hear(entries: readonly Entry[]): void
  /** Some node said that somebody has got further in these channels; undefined after a lost connection. */
  heardReceipts(channels: readonly string[] | undefined): void
  /** For dispatch: what belongs in an incident's log beside its own entries, for a reader who may see persons. */
  logOf(actor: Actor, incident: IncidentId): Promise<IncidentLogParts>
  /** Begin to look for what is due. @param tell  shows things to everybody on this node who may see them */
  start(tell: (things: readonly Thing[]) => void): Promise<void>
  stop(): Promise<void>
}
export type IncidentLogParts = { readonly streams: readonly string[]; readonly since: number; readonly dataOf: (data: Entry['data']) => Record<string, unknown> }

export function openMessages(deps: MessagesDeps & { readonly fetch: Fetch; readonly onFault: (what: string, cause: unknown) => void }): MessagesRoom {
  let stopped = false
  let wake: (() => void) | undefined
  let running: Promise<void> | undefined
  let pushing: Promise<void> | undefined
  let tell: ((things: readonly Thing[]) => void) | undefined
  const moved = new Set<string>()
  let telling: NodeJS.Timeout | undefined
  let sweptAt = -Infinity
  let followers: readonly Follower[] = []

  async function work(): Promise<void> {
    while (!stopped) {
      const done = await tick().catch((cause: unknown) => {
        deps.onFault('messages', cause)
        return 0
      })
      if (done >= batch) continue // more may be due: a restart after a long time down
      await new Promise<void>((resolve) => {
        const timeout = setTimeout(resolve, pollMs)
        wake = () => (clearTimeout(timeout), resolve())
      })
    }
  }

  async function tick(): Promise<number> {
    const widened = await widenDue(deps)
    const posted = await postDue(deps)
    // apart from the clocks: a push service that nobody reaches must not hold up a call that is to be widened
    pushing ??= pushDue(deps)
      .then(() => {}, (cause: unknown) => deps.onFault('notices for phones', cause))
      .finally(() => (pushing = undefined))
    // Either way: a clock that was ahead is set back.
    if (Math.abs(deps.now() - sweptAt) > hourMs) {
      sweptAt = deps.now()
      await sweepOldPosts(deps)
      for (const one of await forgottenBroadcasts(deps.db, deps.now() - forgottenMs, batch)) await endForgotten(deps, one)
    }
    return Math.max(widened, posted)
  }

  async function tellReceipts(): Promise<void> {
    const ids = [...moved]
    moved.clear()
    const isBroadcast = (id: string) => id.startsWith('broadcast-')
    const broadcasts = await broadcastViews(deps.db, ids.filter(isBroadcast).map((id) => id.slice('broadcast-'.length)))
    const channels: Thing[] = []
    for (const id of ids.filter((each) => !isBroadcast(each))) {
      const channel = await findChannel(deps, deps.db, id)
      if (!channel) continue
      const newest = await messagesOf(deps, { channel: id, since: 0, limit: countedMessages })
      channels.push({ kind: 'receipts', id, stream: `receipts/${id}`, forms: [{ to: audienceOf(deps, channel, newest[0]?.at ?? 0), view: countsOf(id, newest) }] })
    }
    tell?.([...channels, ...broadcasts.map(broadcastThing)])
  }

  return {
    describe: (entries) => describe(deps, entries),
    hear(entries) {
      for (const follower of followers) follower.heard(entries)
    },
    heardReceipts(channels) {
      for (const channel of channels ?? []) moved.add(channel)
      if (stopped || telling || moved.size === 0 || !tell) return
      telling = setTimeout(() => {
        telling = undefined
        tellReceipts().catch((cause: unknown) => deps.onFault('receipts', cause))
      }, receiptsMs)
    },
    async logOf(actor, incident) {
      const broadcasts = await broadcastsOfIncident(deps.db, incident)
      const channel = await findChannel(deps, deps.db, `incident-${incident}`)
      const standing = channel && standingIn(channel, actor, seatOf(deps, actor))
      if (!standing) return { streams: [], since: 0, dataOf: memberData }
      return { streams: [`channel/incident-${incident}`, ...broadcasts.map((id) => `broadcast/${id}`)], since: standing.since, dataOf: memberData }
    },
    async start(shows) {
      tell = shows
      if (followers.length === 0) {
        const { db, onFault } = deps
        const onDone = () => wake?.()
        followers = await Promise.all([
          followJournal({ db, name: 'messages.notices', types: toldTypes, carryOut: (sql, entries) => leaveNotices(sql, deps, entries), onDone, onFault }),
          followJournal({ db, name: 'messages.phones', types: phoneTypes, carryOut: (sql, entries) => leavePushNotices(sql, deps, entries), onDone, onFault }),
        ])
      }
      running ??= work()
    },
    async stop() {
      stopped = true
      clearTimeout(telling)
      wake?.()
      await Promise.all([running, ...followers.map((follower) => follower.stop())])
      await pushing
    },
  }
}

/** Ask the next ring of every broadcast whose time is up, or tell its sender. How many were due. */
export async function widenDue(deps: MessagesDeps & { readonly onFault?: (what: string, cause: unknown) => void }): Promise<number> {
  const due = await dueBroadcasts(deps.db, deps.now(), batch)
  for (const one of due) {
    try {
      await widenBroadcast(deps, one)
    } catch (cause) {
      // One that cannot be widened now must not hold up the others; its row is still there.
      deps.onFault?.(`broadcast ${one.id}`, cause)
    }
  }
  return due.length
}

/** A desk of the channel's part of the tree, and the crews in it whose shift had begun when the oldest of what is shown was sent. */
const audienceOf = (deps: Pick<MessagesDeps, 'liveUnits' | 'describeUnits'>, channel: Channel, oldest: number): Audience => ({
  roles: talkers,
  agencies: [channel.agency],
  members: crewsOf(deps, channel).flatMap(({ crew, onDutySince }) => ((onDutySince ?? Infinity) <= oldest ? crew.map(({ id }) => id) : [])),
})

const countsOf = (id: string, messages: readonly MessageView[]): ReceiptCounts => ({
  id,
  items: messages.map(({ number, of, delivered, read, room }) => ({ number, of, delivered, read, room })),
})

async function describe(deps: MessagesDeps, entries: readonly Entry[]): Promise<Thing[]> {
  const channels = new Map<string, number>()
  const broadcasts = new Set<string>()
  for (const { stream, at } of entries) {
    const [kind, id = ''] = stream.split('/')
    if (kind === 'channel') channels.set(id, Math.min(at, channels.get(id) ?? Infinity))
    if (kind === 'broadcast') broadcasts.add(id)
  }
  const things: Thing[] = []
  if (channels.size > 0) {
    const last = await lastMessages(deps, [...channels.keys()].map((id) => ({ id, since: 0 })))
    for (const [id, oldest] of channels) {
      const channel = await findChannel(deps, deps.db, id)
      const forms = channel ? [{ to: audienceOf(deps, channel, oldest), view: viewOf(deps, channel, last.get(id) ?? null), dataOf: withoutMembers }] : []
      things.push({ kind: 'channels', id, stream: `channel/${id}`, forms })
    }
  }
  if (broadcasts.size > 0) things.push(...(await broadcastViews(deps.db, [...broadcasts])).map(broadcastThing))
  return things
}

/** Whole for the desks, and for those who were asked without who else was. */
const broadcastThing = (view: BroadcastView): Thing => ({
  kind: 'broadcasts',
  id: view.id,
  stream: `broadcast/${view.id}`,
  forms: [
    { to: { roles: talkers, agencies: [view.agency] }, view },
    { to: { roles: [], agencies: [], members: view.recipients.map(({ member }) => member) }, view: shownToMembers(view), dataOf: memberData },
  ],
})

/** Counts are told in views; who was in the crews is nobody's reading. */
function withoutMembers(data: Entry['data']): Record<string, unknown> {
  const { members: _members, author: _author, ...rest } = data
  return rest
}

/** An entry of a broadcast or a channel, without who else was asked or where they were. */
function memberData(data: Entry['data']): Record<string, unknown> {
  const { recipients, members: _members, author: _author, member: _member, scope: _scope, area: _area, ...rest } = data
  return { ...rest, ...(Array.isArray(recipients) ? { reached: recipients.length } : {}) }
}
