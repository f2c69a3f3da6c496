/**
 * The channels of a page, kept true by its live socket; outside React. Says how far it has got: what reached it is
 * delivered, what its person has before the eyes is read.
 */
import { api } from '../client.ts'
import type { BroadcastView, MessageView, NewReceipts, OwnBroadcastView, OwnChannelView } from '#modules/messages/contract.ts'
import type { ChangesMessage } from '#platform/live/contract.ts'
import { emptyInbox, heard, withLists, withMessages, type AnyBroadcast, type InboxState } from './inbox-state.ts'

export type Inbox = {
  readonly get: () => InboxState
  readonly subscribe: (listener: () => void) => () => void
  /** Fetch the lists: at the start, and when the socket says that it lost count. */
  readonly load: () => Promise<void>
  readonly hear: (changes: Pick<ChangesMessage, 'views'>) => void
  /** This channel is before somebody's eyes until the function that is given back is called. */
  readonly look: (channel: string) => () => void
  /** Fetch what came before. */
  readonly older: (channel: string) => Promise<void>
  /** Fetch a channel that is not in the list yet. */
  readonly fetchChannel: (channel: string) => Promise<void>
  /** A broadcast is before the eyes of one who was asked. */
  readonly readBroadcast: (id: string) => void
  /** What one answered, shown before the server says it. */
  readonly answered: (id: string, answer: 'yes' | 'no') => void
  readonly stop: () => void
}

const pageSize = 50
const receiptsMs = 300

/**
 * @param me.account  whose messages are never unread
 * @param me.asked    whether broadcasts are those that one was asked (a crew's phone) or those that one's desk sent
 */
export function createInbox(me: { readonly account: string; readonly asked: boolean }): Inbox {
  let state = emptyInbox
  const listeners = new Set<() => void>()
  const looking = new Map<string, number>()
  let opened: string | null = null
  /** What is still to be said of how far one has got. */
  const receipts = new Map<string, { delivered: number; read: number }>()
  let timer = 0
  let stopped = false

  const set = (next: InboxState) => {
    if (next === state) return
    state = next
    for (const listener of listeners) listener()
  }
  const putThread = (channel: string, messages: readonly MessageView[], whole: boolean | undefined) => {
    const thread = state.threads.get(channel) ?? { messages: [], whole: false }
    set({ ...state, threads: new Map(state.threads).set(channel, { ...withMessages(thread, messages), whole: whole ?? thread.whole }) })
  }

  const got = (channel: string, delivered: number, read: number) => {
    if (delivered === 0 && read === 0) return
    const known = receipts.get(channel) ?? { delivered: 0, read: 0 }
    receipts.set(channel, { delivered: Math.max(known.delivered, delivered), read: Math.max(known.read, read) })
    if (timer === 0) timer = window.setTimeout(tell, receiptsMs)
  }
  async function tell() {
    timer = 0
    const items: NewReceipts['items'] = [...receipts].slice(0, 100).map(([channel, counts]) => ({ channel, ...counts }))
    if (items.length === 0 || stopped) return
    if (!navigator.onLine) {
      timer = window.setTimeout(tell, 5_000)
      return
    }
    for (const { channel } of items) receipts.delete(channel)
    try {
      await api.post('/api/messages/receipts', { items })
    } catch {
      // out of reach: said again with the next, or when the lists are fetched again
      for (const { channel, delivered, read = 0 } of items) {
        const known = receipts.get(channel) ?? { delivered: 0, read: 0 }
        receipts.set(channel, { delivered: Math.max(known.delivered, delivered), read: Math.max(known.read, read) })
      }
    }
    if (receipts.size > 0 && timer === 0 && !stopped) timer = window.setTimeout(tell, 5_000)
  }

  const isBefore = () => document.visibilityState === 'visible'
  /** What is before the eyes is read. */
  const markRead = () => {
    if (opened === null || !isBefore()) return
    const channel = state.channels.get(opened)
    const newest = state.threads.get(opened)?.messages.at(-1)?.number ?? 0
    if (newest === 0) return
    got(opened, newest, newest)
    if (channel && channel.unread > 0) set({ ...state, channels: new Map(state.channels).set(opened, { ...channel, unread: 0 }) })
  }
  const allDelivered = (channels: Iterable<OwnChannelView>) => {
    if (!me.asked) return // a desk's receipts are its readings
    for (const { id, last } of channels) if (last) got(id, last.number, 0)
  }

  async function fetchNewest(channel: string) {
    const after = state.threads.get(channel)?.messages.at(-1)?.number
    const { items } = await api.get<{ items: MessageView[] }>(`/api/messages/channels/${channel}/messages?limit=${pageSize}`)
    const gap = after !== undefined && items.length > 0 && items[0]!.number > after + 1
    if (gap) set({ ...state, threads: new Map(state.threads).set(channel, { messages: [], whole: false }) }) // too much was missed: begin from the newest
    putThread(channel, items, items.length < pageSize ? true : undefined)
    markRead()
  }
  const fetchQuietly = (channel: string) => void fetchNewest(channel).catch(() => {}) // the next change or look asks again

  /** One at a time; asked again meanwhile, it goes round once more, so that no older answer wins. */
  const turn = { running: false, again: false }
  async function load() {
    if (turn.running) return void (turn.again = true)
    turn.running = true
    do {
      turn.again = false
      await fetchLists()
    } while (turn.again && !stopped)
    turn.running = false
  }

  async function fetchLists() {
    const before = state
    try {
      const [channels, broadcasts] = await Promise.all([
        api.get<{ items: OwnChannelView[] }>('/api/messages/channels'),
        api.get<{ items: (BroadcastView | OwnBroadcastView)[] }>(me.asked ? '/api/messages/broadcasts/mine' : '/api/messages/broadcasts'),
      ])
      const lists = withLists(before, state, channels.items, broadcasts.items as AnyBroadcast[])
      const read = opened === null ? undefined : state.channels.get(opened)
      set({
        ...state,
        phase: 'ready',
        problem: undefined,
        ...lists,
        // one that is before the eyes stays, also where it is in no list
        channels: read && !lists.channels.has(read.id) ? new Map(lists.channels).set(read.id, read) : lists.channels,
        threads: new Map([...state.threads].filter(([id]) => id === opened)),
      })
      allDelivered(channels.items)
      if (me.asked) for (const { id } of broadcasts.items) got(`broadcast-${id}`, 1, 0)
      if (opened !== null) fetchQuietly(opened)
    } catch (problem) {
      if (state.phase !== 'ready') set({ ...state, phase: 'failed', problem })
    }
  }

  const visible = () => markRead()
  document.addEventListener('visibilitychange', visible)

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    load,
    hear({ views }) {
      const before = state
      const next = heard(state, views, me.account, isBefore() ? opened : null)
      set(next.state)
      for (const channel of next.behind) fetchQuietly(channel)
      if (state.channels !== before.channels) allDelivered([...state.channels.values()].filter((each) => before.channels.get(each.id)?.last?.number !== each.last?.number))
      if (me.asked) for (const id of state.broadcasts.keys()) if (!before.broadcasts.has(id)) got(`broadcast-${id}`, 1, 0)
      markRead()
    },
    look(channel) {
      looking.set(channel, (looking.get(channel) ?? 0) + 1)
      opened = channel
      if (state.threads.has(channel)) markRead()
      fetchQuietly(channel)
      return () => {
        const left = (looking.get(channel) ?? 1) - 1
        if (left > 0) looking.set(channel, left)
        else looking.delete(channel)
        if (opened === channel && left <= 0) opened = [...looking.keys()].at(-1) ?? null
      }
    },
    async older(channel) {
      const first = state.threads.get(channel)?.messages[0]?.number
      if (first === undefined || first <= 1) return
      const { items } = await api.get<{ items: MessageView[] }>(`/api/messages/channels/${channel}/messages?before=${first}&limit=${pageSize}`)
      putThread(channel, items, items.length < pageSize)
    },
    async fetchChannel(channel) {
      const view = await api.get<OwnChannelView>(`/api/messages/channels/${channel}`)
      set({ ...state, channels: new Map(state.channels).set(channel, view) })
    },
    readBroadcast(id) {
      if (!isBefore()) return
      got(`broadcast-${id}`, 1, 1)
      const view = state.broadcasts.get(id)
      if (view && view.isRead === false) set({ ...state, broadcasts: new Map(state.broadcasts).set(id, { ...view, isRead: true }) })
    },
    answered(id, answer) {
      const view = state.broadcasts.get(id)
      if (view) set({ ...state, broadcasts: new Map(state.broadcasts).set(id, { ...view, answer, isRead: true }) })
    },
    stop() {
      stopped = true
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', visible)
    },
  }
}
