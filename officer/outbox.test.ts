import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patiently } from '#ui/in-time.ts'
import { faultsMax, openOutbox, resultOf, type OutboxStore, type SendResult, type Waiting } from './outbox.ts'
import type { KeptReport } from './report.ts'

const thing = (id: string, more: Partial<Waiting> = {}): Waiting =>
  ({ id, account: 'a1', path: '/x', body: {}, madeAt: 0, about: { kind: 'note', incident: 'i1' }, ...more })

/** A phone that may be full (`add` fails), broken (everything fails) or asleep (nothing answers, and is left after a while). */
function memoryStore(first: Waiting[] = []): OutboxStore & { kept: Waiting[]; reports: KeptReport[]; room: number; full: boolean; broken: boolean; asleep: boolean } {
  const turnOf = (each: Waiting) => each.turn ?? each.madeAt
  const store = {
    kept: first,
    full: false,
    /** So many things fit. */
    room: Infinity,
    reports: [] as KeptReport[],
    broken: false,
    asleep: false,
    async list(account: string) {
      await works()
      return store.kept.filter((each) => each.account === account).toSorted((a, b) => turnOf(a) - turnOf(b))
    },
    async add(things: readonly Waiting[], report?: KeptReport) {
      await works()
      if (store.full || store.kept.length + things.length > store.room) throw new DOMException('full', 'QuotaExceededError')
      const kept = things.map((each, n) => ({ ...each, turn: Math.max(100, ...store.kept.map((other) => other.turn ?? 0)) + 1 + n }))
      store.kept.push(...kept)
      if (report) store.reports.push(report)
      return kept
    },
    async begin(id: string) {
      await works()
      const found = find(id)
      if (found) put({ ...found, tried: true })
      return found !== undefined
    },
    async refuse(id: string, refused: NonNullable<Waiting['refused']>) {
      await works()
      put({ ...find(id)!, refused })
    },
    async withdraw(id: string) {
      await works()
      const found = find(id)
      if (!found || found.tried) return false
      await store.remove(id)
      return true
    },
    async remove(id: string) {
      await works()
      store.kept = store.kept.filter((each) => each.id !== id)
    },
  }
  const works = async () => {
    if (store.asleep) await patiently(20, new Promise(() => {}))
    if (store.broken) throw new DOMException('broken', 'UnknownError')
  }
  const find = (id: string) => store.kept.find((each) => each.id === id)
  const put = (next: Waiting) => void (store.kept = store.kept.map((each) => (each.id === next.id ? next : each)))
  return store
}

/** An outbox whose answers and timers are in the test's hands. */
function open(store: OutboxStore, answer: (waiting: Waiting, signal: AbortSignal) => SendResult | Promise<SendResult>, alone?: (work: () => Promise<void>, giveUp: AbortSignal) => Promise<boolean>) {
  const sent: string[] = []
  const refused: string[] = []
  const tried: string[] = []
  const timers: { run: () => void; ms: number }[] = []
  let line: readonly Waiting[] = []
  let isRead = false
  let unkept = 0
  const outbox = openOutbox({
    account: 'a1',
    store,
    send: async (each, signal) => {
      tried.push(each.id)
      return answer(each, signal)
    },
    onChange: (now, read) => ([line, isRead] = [now, read]),
    onSent: (each) => sent.push(each.id),
    onRefused: (each) => refused.push(each.id),
    onUnkept: () => (unkept += 1),
    delay: (failures) => 100 * 2 ** failures,
    ...(alone ? { alone } : {}),
    setTimer: (run, ms) => timers.push({ run, ms }),
    clearTimer: () => {},
  })
  return { outbox, sent, refused, tried, timers, line: () => line, isRead: () => isRead, waiting: () => line.filter((each) => !each.refused).map((each) => each.id), unkept: () => unkept }
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 5))
const yes: SendResult = { result: 'sent', answer: null }
const no: SendResult = { result: 'refused', code: 'not-found', because: 'no' }
const later: SendResult = { result: 'later' }

test('sends in the order things were made, one at a time', async () => {
  let atOnce = 0
  const box = open(memoryStore(), async () => {
    assert.equal(++atOnce, 1, 'two at once')
    await Promise.resolve()
    atOnce--
    return yes
  })
  await Promise.all([box.outbox.put(thing('one')), box.outbox.put(thing('two')), box.outbox.put(thing('three'))])
  await settled()
  assert.deepEqual(box.sent, ['one', 'two', 'three'])
  assert.deepEqual(box.waiting(), [])
})

test('keeps what nobody heard, tries again later each time, and nothing overtakes it', async () => {
  let reachable = false
  const store = memoryStore()
  const box = open(store, () => (reachable ? yes : later))
  await box.outbox.put(thing('one'))
  await settled()
  await box.outbox.put(thing('two'))
  await settled()
  assert.deepEqual(box.waiting(), ['one', 'two'])
  assert.ok(!box.tried.includes('two'), 'two overtook one')
  assert.deepEqual(box.timers.map((timer) => timer.ms), [100, 200])
  reachable = true
  box.timers.at(-1)!.run()
  await settled()
  assert.deepEqual(box.sent, ['one', 'two'])
  assert.equal(store.kept.length, 0)
})

test('what is refused is told, kept with its reason until it was read, and does not hold up the rest', async () => {
  const store = memoryStore()
  const box = open(store, (each) => (each.id === 'bad' ? no : yes))
  await box.outbox.put(thing('bad', { body: { text: '写了很久的话' } }))
  await box.outbox.put(thing('good'))
  await settled()
  assert.deepEqual([box.refused, box.sent, box.waiting()], [['bad'], ['good'], []])
  const next = open(store, () => yes)
  await settled()
  assert.deepEqual(next.tried, [], 'it is not sent again')
  assert.deepEqual(next.line().map((each) => [each.id, each.refused?.because, each.body['text']]), [['bad', 'no', '写了很久的话']])
  await next.outbox.dismiss('bad')
  assert.equal(store.kept.length, 0)
})

test('what hangs on a refused report is put aside with it, unsent', async () => {
  const store = memoryStore()
  let reachable = false
  const box = open(store, (each) => (!reachable ? later : each.id === 'report' ? no : yes))
  await box.outbox.put(thing('report'), thing('picture', { after: 'report' }), thing('another'))
  await settled()
  reachable = true
  box.outbox.nudge()
  await settled()
  assert.deepEqual([box.sent, box.refused], [['another'], ['report']])
  assert.ok(!box.tried.includes('picture'))
  assert.deepEqual(store.kept.map((each) => [each.id, each.refused?.code]), [['report', 'not-found'], ['picture', 'report-refused']])
})

test('what a closed page left behind is sent when it is opened again, by turn and not by the clock, only for the same account', async () => {
  const store = memoryStore([thing('third', { madeAt: 5, turn: 9 }), thing('second', { madeAt: 9, turn: 8 }), thing('other', { account: 'a2' }), thing('first', { madeAt: 1 })])
  const box = open(store, () => yes)
  await settled()
  assert.deepEqual(box.sent, ['first', 'second', 'third'])
  assert.deepEqual(store.kept.map((each) => each.id), ['other'])
})

test('a session that ended keeps everything and asks no more', async () => {
  const store = memoryStore()
  const box = open(store, () => ({ result: 'signed-out' }))
  await box.outbox.put(thing('one'))
  await settled()
  assert.deepEqual(box.tried, ['one'])
  assert.deepEqual(box.timers, [])
  assert.equal(store.kept.length, 1)
})

test('what was never sent can be taken back; what is on its way, gone, or may have arrived cannot', async () => {
  const store = memoryStore()
  let letGo = (_: SendResult) => {}
  const box = open(store, () => new Promise((resolve) => (letGo = resolve)))
  await box.outbox.put(thing('one'))
  await box.outbox.put(thing('two'))
  await settled()
  assert.equal(await box.outbox.withdraw('one'), false, 'on its way')
  assert.equal(await box.outbox.withdraw('two'), true)
  letGo(later) // the answer was lost: the server may have it
  await settled()
  assert.equal(await box.outbox.withdraw('one'), false, 'may have arrived')
  const again = open(store, () => yes)
  assert.equal(await again.outbox.withdraw('one'), false, 'also after the page was closed')
  await settled()
  assert.deepEqual(again.sent, ['one'])
  assert.equal(await again.outbox.withdraw('one'), false, 'gone')
  assert.equal(store.kept.length, 0)
})

test('a full phone says so, and sends all the same while the page is open', async () => {
  const store = memoryStore()
  store.full = true
  let reachable = false
  const box = open(store, () => (reachable ? yes : later))
  await box.outbox.put(thing('one'))
  await settled()
  assert.equal(box.unkept(), 1)
  assert.deepEqual(box.line().map((each) => [each.id, each.unkept]), [['one', true]])
  reachable = true
  box.timers.at(-1)!.run()
  await settled()
  assert.deepEqual(box.sent, ['one'])
})

test('a phone whose database is broken at the start, or breaks later, loses nothing that is on the page', async () => {
  const store = memoryStore([thing('kept')])
  store.broken = true
  let reachable = false
  const box = open(store, () => (reachable ? yes : later))
  await box.outbox.put(thing('one'))
  await settled()
  assert.ok(box.unkept() > 0)
  assert.deepEqual(box.waiting(), ['one'])
  store.broken = false
  reachable = true
  box.outbox.nudge()
  await settled()
  assert.deepEqual(box.sent, ['kept', 'one'], 'what could not be read is read when it can be')

  await box.outbox.put(thing('two'))
  store.broken = true // it cannot be removed after it was sent
  await settled()
  assert.deepEqual(box.sent, ['kept', 'one', 'two'])
  assert.deepEqual(box.waiting(), [])
})

test('a call for help goes first, and whatever is on its way is let go for it', async () => {
  const store = memoryStore()
  let given: (signal: AbortSignal) => void = () => {}
  const box = open(store, (each, signal) =>
    each.id === 'picture' && !signal.aborted && box.sent.length === 0
      ? new Promise((resolve) => {
          given(signal)
          signal.addEventListener('abort', () => resolve(later))
        })
      : yes)
  const started = new Promise<AbortSignal>((resolve) => (given = resolve))
  await box.outbox.put(thing('picture'), thing('note'))
  await started
  await box.outbox.put(thing('help', { urgent: true }))
  await settled()
  assert.deepEqual(box.sent, ['help', 'picture', 'note'])
})

test('a call for help is tried again soon, however long nobody was heard', async () => {
  const box = open(memoryStore(), () => later)
  await box.outbox.put(thing('one'))
  await settled()
  for (let round = 0; round < 10; round++) {
    box.timers.at(-1)!.run()
    await settled()
  }
  assert.ok(box.timers.at(-1)!.ms > 10_000)
  await box.outbox.put(thing('help', { urgent: true }))
  await settled()
  assert.ok(box.timers.at(-1)!.ms <= 3000)
})

test('a database that falls asleep at any moment holds up no call for help', async () => {
  for (const [when, isKept] of [['before it is kept', false], ['when it is about to be sent', true]] as const) {
    const store = memoryStore()
    const box = open(store, () => yes)
    await settled()
    store.asleep = !isKept
    if (isKept) store.begin = () => ((store.asleep = true), patiently(20, new Promise<never>(() => {})))
    await box.outbox.put(thing('note'), thing('help', { urgent: true }))
    while (box.sent.length < 2) await settled()
    assert.deepEqual(box.sent, ['help', 'note'], when)
    assert.deepEqual(box.waiting(), [], when)
    assert.equal(await box.outbox.withdraw('help'), false)
  }
})

test('what cannot be taken back because the database sleeps is not taken back', async () => {
  const store = memoryStore()
  const box = open(store, () => new Promise(() => {}))
  await box.outbox.put(thing('one'), thing('two'))
  await settled()
  store.asleep = true
  assert.equal(await box.outbox.withdraw('two'), false)
})

test('a thing over which the server falls each time is put aside, and the rest goes on', async () => {
  const box = open(memoryStore(), (each) => (each.id === 'poison' ? { result: 'later', fault: { code: 'bug', because: 'fell over' } } : yes))
  await box.outbox.put(thing('poison'), thing('good'))
  await settled()
  for (let round = 1; round < faultsMax; round++) {
    assert.deepEqual(box.sent, [])
    box.timers.at(-1)!.run()
    await settled()
  }
  assert.deepEqual([box.refused, box.sent], [['poison'], ['good']])
  assert.equal(box.line()[0]?.refused?.because, 'fell over')
})

test('two pages of one account send each thing once, and no page drives the other on', async () => {
  const store = memoryStore()
  let held = Promise.resolve()
  const alone = (work: () => Promise<void>) => (held = held.then(work)).then(() => true)
  let reachable = false
  const answer = () => (reachable ? yes : later)
  const [left, right] = [open(store, answer, alone), open(store, answer, alone)]
  await left.outbox.put(thing('one'))
  await right.outbox.put(thing('two'))
  await settled()
  const before = left.tried.length + right.tried.length
  left.outbox.look()
  right.outbox.look()
  await settled()
  assert.equal(left.tried.length + right.tried.length, before, 'looking is no attempt')
  assert.deepEqual([left.waiting(), right.waiting()], [['one', 'two'], ['one', 'two']])
  reachable = true
  left.outbox.nudge()
  right.outbox.nudge()
  await settled()
  assert.deepEqual([...left.sent, ...right.sent].sort(), ['one', 'two'])
})

test('what is being kept is in the line before it is kept, and is not sent before', async () => {
  const store = memoryStore()
  const keep = store.add
  let go = () => {}
  store.add = async (...args) => {
    await new Promise<void>((resolve) => (go = resolve))
    return keep(...args)
  }
  const box = open(store, () => yes)
  await settled()
  void box.outbox.put(thing('help', { urgent: true }))
  assert.deepEqual([box.line().map(({ id, keeping }) => [id, keeping]), box.isRead(), box.tried], [[['help', true]], true, []])
  await settled()
  assert.deepEqual(box.tried, [])
  go()
  await settled()
  assert.deepEqual([box.sent, box.line()], [['help'], []])
})

test('a line that could not be read is not said to be empty', async () => {
  const store = memoryStore([thing('kept')])
  store.broken = true
  const box = open(store, () => later)
  await box.outbox.put(thing('help', { urgent: true }))
  assert.deepEqual([box.waiting(), box.isRead()], [['help'], false])
  store.broken = false
  box.outbox.look()
  await settled()
  assert.deepEqual([box.waiting(), box.isRead()], [['kept', 'help'], true])
})

test('a call for help waits three seconds for another page’s turn, then goes without; the rest waits', async () => {
  let free = () => {}
  const freed = new Promise<void>((resolve) => (free = resolve))
  /** Another page that is frozen while it sends. */
  const alone = async (work: () => Promise<void>, giveUp: AbortSignal) => {
    const isMine = await Promise.race([freed.then(() => true), new Promise<boolean>((resolve) => (giveUp.aborted ? resolve(false) : giveUp.addEventListener('abort', () => resolve(false))))])
    if (isMine) await work()
    return isMine
  }
  const box = open(memoryStore(), () => yes, alone)
  await box.outbox.put(thing('note'))
  await settled()
  assert.deepEqual([box.tried, box.timers], [[], []], 'what is not urgent waits without end')
  await box.outbox.put(thing('help', { urgent: true }))
  await settled()
  assert.deepEqual([box.tried, box.timers.map(({ ms }) => ms)], [[], [3000]])
  box.timers[0]!.run()
  await settled()
  assert.deepEqual(box.sent, ['help'])
  free()
  await settled()
  assert.deepEqual(box.sent, ['help', 'note'])
})

const results: [status: number, code: string, result: string][] = [
  [0, 'offline', 'later'],
  [503, 'database-unavailable', 'later'],
  [429, 'too-many', 'later'],
  [403, 'csrf', 'later'],
  [502, 'no-answer', 'later'],
  [403, 'no-answer', 'later'],
  [404, 'no-answer', 'later'],
  [401, 'no-answer', 'later'],
  [413, 'no-answer', 'refused'],
  [404, 'address-not-found', 'later'],
  [401, 'session-expired', 'signed-out'],
  [403, 'must-change-password', 'signed-out'],
  [403, 'not-allowed', 'refused'],
  [404, 'assignment-not-found', 'refused'],
  [409, 'assignment-cancelled', 'refused'],
  [400, 'malformed', 'refused'],
]
for (const [status, code, result] of results) {
  test(`${status} ${code} means ${result}`, () => assert.equal(resultOf({ status, code }), result))
}

test('a report and its writes are kept together or not at all; what does not fit together is kept one by one, and the rest is said to be unkept', async () => {
  const report = { id: 'report' } as KeptReport // what is looked at here
  const things = [thing('report', { about: { kind: 'report', incident: 'report' } }), thing('one', { after: 'report' }), thing('two', { after: 'report' })]
  const store = memoryStore()
  const box = open(store, () => later)
  await box.outbox.putReport(report, ...things)
  assert.deepEqual([store.kept.map(({ id }) => id), store.reports.length, box.unkept()], [['report', 'one', 'two'], 1, 0])

  const tight = memoryStore()
  tight.room = 2
  const other = open(tight, () => later)
  await other.outbox.putReport(report, ...things)
  assert.deepEqual([tight.kept.map(({ id }) => id), tight.reports.length, other.unkept()], [['report', 'one'], 1, 1])
  assert.deepEqual(other.line().map(({ id, unkept }) => [id, unkept === true]), [['report', false], ['one', false], ['two', true]])
})

test('a call for help made in another tab lets go of what this one is sending', async () => {
  const store = memoryStore()
  let aborted = 0
  const left = open(store, (each, signal) =>
    each.id === 'picture' && aborted === 0
      ? new Promise((resolve) => signal.addEventListener('abort', () => (aborted++, resolve(later))))
      : yes,
  )
  await left.outbox.put(thing('picture'))
  await settled()
  await store.add([thing('help', { urgent: true })]) // as the other tab keeps it, and says so
  left.outbox.look()
  await settled()
  assert.equal(aborted, 1)
  assert.deepEqual(left.sent, ['help', 'picture'])
})
