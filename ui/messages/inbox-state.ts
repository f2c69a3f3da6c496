/** What a page knows of its channels: lists that were fetched, and what the live socket says, put together. Pure. */
import type { BroadcastView, ChannelView, MessageView, OwnBroadcastView, OwnChannelView, ReceiptCounts } from '#modules/messages/contract.ts'

export type Thread = {
  /** Oldest first, without gaps. */
  readonly messages: readonly MessageView[]
  /** There is nothing before the first. */
  readonly whole: boolean
}
/** A broadcast, as a desk or as one who was asked sees it. */
export type AnyBroadcast = Partial<BroadcastView> & Omit<OwnBroadcastView, 'answer' | 'isRead'> & Partial<Pick<OwnBroadcastView, 'answer' | 'isRead'>>

export type InboxState = {
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly problem: unknown
  readonly channels: ReadonlyMap<string, OwnChannelView>
  readonly threads: ReadonlyMap<string, Thread>
  readonly broadcasts: ReadonlyMap<string, AnyBroadcast>
}
export const emptyInbox: InboxState = { phase: 'loading', problem: undefined, channels: new Map(), threads: new Map(), broadcasts: new Map() }

type Gone = { readonly id: string; readonly gone: true }
type Views = { readonly [kind: string]: readonly unknown[] }

/**
 * The state after a batch of the live socket.
 *
 * @param me    whose messages are never unread
 * @param open  the channel that is being read: what comes there is read
 * @returns `behind`: threads that miss something between what they have and what came; the page fetches it
 */
export function heard(state: InboxState, views: Views, me: string, open: string | null): { readonly state: InboxState; readonly behind: readonly string[] } {
  const behind: string[] = []
  let { channels, threads, broadcasts } = state
  for (const view of (views['channels'] ?? []) as (ChannelView | Gone)[]) {
    if ('gone' in view) {
      channels = without(channels, view.id)
      threads = without(threads, view.id)
      continue
    }
    const known = channels.get(view.id)
    const fresh = (view.last?.number ?? 0) - (known?.last?.number ?? 0)
    const isMine = view.last?.account === me
    const unread = view.id === open ? 0 : (known?.unread ?? 0) + (isMine ? 0 : Math.max(0, known ? fresh : 1))
    channels = new Map(channels).set(view.id, { ...view, unread })
    const thread = threads.get(view.id)
    if (!thread || !view.last) continue
    const newest = thread.messages.at(-1)?.number ?? 0
    if (view.last.number <= newest + 1) threads = new Map(threads).set(view.id, withMessages(thread, [view.last]))
    else behind.push(view.id)
  }
  for (const counts of (views['receipts'] ?? []) as ReceiptCounts[]) {
    const byNumber = new Map(counts.items.map(({ number, ...rest }) => [number, rest]))
    const counted = (message: MessageView) => (byNumber.has(message.number) ? { ...message, ...byNumber.get(message.number)! } : message)
    const thread = threads.get(counts.id)
    if (thread) threads = new Map(threads).set(counts.id, { ...thread, messages: thread.messages.map(counted) })
    const channel = channels.get(counts.id)
    if (channel?.last) channels = new Map(channels).set(counts.id, { ...channel, last: counted(channel.last) })
  }
  for (const view of (views['broadcasts'] ?? []) as (AnyBroadcast | Gone)[]) {
    if ('gone' in view) broadcasts = without(broadcasts, view.id)
    // what one answered and read oneself is not in what everybody is told: of a call just heard, nothing yet
    else broadcasts = new Map(broadcasts).set(view.id, { answer: null, isRead: false, ...broadcasts.get(view.id), ...view })
  }
  const same = channels === state.channels && threads === state.threads && broadcasts === state.broadcasts
  return { state: same ? state : { ...state, channels, threads, broadcasts }, behind }
}

/**
 * The lists as they were fetched, with what was heard while they were on their way: that is newer than they are.
 *
 * @param before  the state when they were asked for
 * @param now     the state when they came
 */
export function withLists(
  before: Pick<InboxState, 'channels' | 'broadcasts'>,
  now: Pick<InboxState, 'channels' | 'broadcasts'>,
  channels: readonly OwnChannelView[],
  broadcasts: readonly AnyBroadcast[],
): Pick<InboxState, 'channels' | 'broadcasts'> {
  return {
    channels: newer(before.channels, now.channels, channels, (listed, known) => ((known.last?.number ?? 0) > (listed.last?.number ?? 0) ? known : listed)),
    // what one said on another phone is in the list alone, what one said here meanwhile in the state alone
    broadcasts: newer(before.broadcasts, now.broadcasts, broadcasts, (listed, known) => ({ ...listed, ...known, answer: known.answer ?? listed.answer ?? null, isRead: Boolean(known.isRead || listed.isRead) })),
  }
}

/** What is listed, less what went meanwhile, with what changed or came meanwhile. */
function newer<T extends { readonly id: string }>(before: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>, listed: readonly T[], both: (listed: T, known: T) => T): ReadonlyMap<string, T> {
  const items = new Map(listed.filter(({ id }) => now.has(id) || !before.has(id)).map((each) => [each.id, each]))
  for (const [id, known] of now) {
    if (known === before.get(id)) continue
    const found = items.get(id)
    items.set(id, found ? both(found, known) : known)
  }
  return items
}

/** A thread with these messages in it: by number, the newer view of the same one wins. */
export function withMessages(thread: Thread, messages: readonly MessageView[]): Thread {
  const byNumber = new Map([...thread.messages, ...messages].map((message) => [message.number, message]))
  return { ...thread, messages: [...byNumber.values()].sort((a, b) => a.number - b.number) }
}

function without<T>(map: ReadonlyMap<string, T>, id: string): ReadonlyMap<string, T> {
  if (!map.has(id)) return map
  const next = new Map(map)
  next.delete(id)
  return next
}

/** Channels with the newest message first; those without one by name. */
export const inOrder = (channels: Iterable<OwnChannelView>): OwnChannelView[] =>
  [...channels].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0) || a.name.localeCompare(b.name, 'zh-CN', { numeric: true }))

export const unreadCount = (channels: Iterable<OwnChannelView>): number => [...channels].reduce((sum, { unread }) => sum + unread, 0)
