import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { ChannelView, MessageView } from '#modules/messages/contract.ts'
import { emptyInbox, heard, inOrder, unreadCount, withLists, withMessages, type AnyBroadcast, type InboxState } from './inbox-state.ts'

const message = (number: number, account = 'other', channel = 'unit-1'): MessageView => ({
  id: `m${number}`, channel, number, at: number * 1000, by: account, account, callSign: null, text: `第${number}条`, file: null, of: 2, delivered: 0, read: 0, room: null,
})
const channel = (last: MessageView | null, id = 'unit-1'): ChannelView => ({ id, kind: 'unit', agency: 'a', name: id, nameEn: null, units: [], crews: 2, last, closedAt: null })
const hear = (state: InboxState, views: Record<string, unknown[]>, open: string | null = null) => heard(state, views, 'me', open)
const ready = (own: { last: MessageView | null; unread: number }): InboxState => ({ ...emptyInbox, phase: 'ready', channels: new Map([['unit-1', { ...channel(own.last), unread: own.unread }]]) })

test('what others write is unread, one’s own and what is before the eyes is not', () => {
  const state = ready({ last: message(1), unread: 1 })
  const unread = (last: MessageView, open: string | null = null) => hear(state, { channels: [channel(last)] }, open).state.channels.get('unit-1')!.unread
  assert.equal(unread(message(2)), 2)
  assert.equal(unread(message(4)), 4, 'three at once')
  assert.equal(unread(message(2, 'me')), 1)
  assert.equal(unread(message(2), 'unit-1'), 0)
  assert.equal(unread(message(1)), 1, 'the same again')
  assert.equal(unreadCount(state.channels.values()), 1)
})

test('a channel that appears has one unread message; one that is gone takes its thread along', () => {
  const { state } = hear(ready({ last: null, unread: 0 }), { channels: [channel(message(1, 'other', 'group-2'), 'group-2')] })
  assert.equal(state.channels.get('group-2')!.unread, 1)
  const gone = hear({ ...state, threads: new Map([['group-2', { messages: [], whole: true }]]) }, { channels: [{ id: 'group-2', gone: true }] }).state
  assert.ok(!gone.channels.has('group-2') && !gone.threads.has('group-2'))
})

test('the next message is put into an open thread; a gap is said, and nothing is put in', () => {
  const open: InboxState = { ...ready({ last: message(2), unread: 0 }), threads: new Map([['unit-1', { messages: [message(1), message(2)], whole: true }]]) }
  const numbers = (state: InboxState) => state.threads.get('unit-1')!.messages.map(({ number }) => number)
  const next = hear(open, { channels: [channel(message(3))] })
  assert.deepEqual([numbers(next.state), next.behind], [[1, 2, 3], []])
  const gap = hear(open, { channels: [channel(message(5))] })
  assert.deepEqual([numbers(gap.state), gap.behind], [[1, 2], ['unit-1']])
})

test('receipts move the counts of the messages they name, in the thread and in the list', () => {
  const open: InboxState = { ...ready({ last: message(2), unread: 0 }), threads: new Map([['unit-1', { messages: [message(1), message(2)], whole: true }]]) }
  const { state } = hear(open, { receipts: [{ id: 'unit-1', items: [{ number: 2, of: 2, delivered: 2, read: 1, room: null }] }] })
  assert.deepEqual(state.threads.get('unit-1')!.messages.map(({ read }) => read), [0, 1])
  assert.equal(state.channels.get('unit-1')!.last!.read, 1)
})

test('a broadcast that moves keeps one’s own answer', () => {
  const asked = { id: 'b1', yes: 0, answer: 'yes', isRead: true }
  const { state } = hear({ ...emptyInbox, broadcasts: new Map([['b1', asked as never]]) }, { broadcasts: [{ id: 'b1', yes: 1 }] })
  assert.deepEqual(state.broadcasts.get('b1'), { ...asked, yes: 1 })
})

test('a call just heard is neither answered nor read', () => {
  const { state } = hear(emptyInbox, { broadcasts: [{ id: 'b1', asks: false }] })
  assert.deepEqual(state.broadcasts.get('b1'), { id: 'b1', asks: false, answer: null, isRead: false } as never)
  const moved = hear({ ...state, broadcasts: new Map([['b1', { ...state.broadcasts.get('b1')!, isRead: true }]]) }, { broadcasts: [{ id: 'b1', asks: false, read: 1 }] }).state
  assert.equal(moved.broadcasts.get('b1')!.isRead, true)
})

test('what was heard while the lists were on their way is newer than they are', () => {
  const call = (id: string, more: object = {}) => ({ id, yes: 0, answer: null, isRead: false, ...more }) as never as AnyBroadcast // of a view only what counts here
  const own = (last: MessageView | null, id: string) => ({ ...channel(last, id), unread: 0 })
  const before: InboxState = { ...emptyInbox, broadcasts: new Map(['old', 'moved', 'gone', 'over'].map((id) => [id, call(id)])), channels: new Map(['unit-1', 'unit-2'].map((id) => [id, own(message(1), id)])) }
  const now = hear(before, { broadcasts: [call('moved', { yes: 1 }), { id: 'new', yes: 0 }, { id: 'both', yes: 2 }, { id: 'gone', gone: true }], channels: [channel(message(2)), channel(message(1), 'group-3')] }).state
  const lists = withLists(before, now, [own(message(1), 'unit-1'), own(message(4), 'unit-2')], [call('old', { yes: 5 }), call('moved'), call('gone'), call('both', { answer: 'yes', isRead: true })])
  assert.deepEqual(Object.fromEntries(lists.broadcasts), {
    old: call('old', { yes: 5 }),
    moved: call('moved', { yes: 1 }),
    new: call('new'),
    both: call('both', { yes: 2, answer: 'yes', isRead: true }),
  })
  assert.deepEqual([...lists.channels].map(([id, { last }]) => [id, last!.number]).sort(), [['group-3', 1], ['unit-1', 2], ['unit-2', 4]])
})

test('nothing heard is the same state', () => {
  const state = ready({ last: null, unread: 0 })
  assert.equal(hear(state, { incidents: [{ id: 'i' }] }).state, state)
})

test('a thread has every message once, in order, whatever comes twice or backwards; over 200 random threads', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    let thread = { messages: [] as readonly MessageView[], whole: false }
    const all = new Set<number>()
    for (let round = 0; round < 10; round++) {
      const page = Array.from({ length: Math.floor(random() * 6) }, () => message(1 + Math.floor(random() * 20)))
      for (const { number } of page) all.add(number)
      thread = withMessages(thread, page)
    }
    assert.deepEqual(thread.messages.map(({ number }) => number), [...all].sort((a, b) => a - b), `seed ${seed}`)
  }
})

test('the newest first, then by name as people count', () => {
  const list = [channel(null, '巡10'), channel(message(1), 'a'), channel(null, '巡2'), channel(message(2), 'b')].map((each) => ({ ...each, unread: 0 }))
  assert.deepEqual(inOrder(list).map(({ id }) => id), ['b', 'a', '巡2', '巡10'])
})
