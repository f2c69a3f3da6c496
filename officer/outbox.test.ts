import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openOutbox, resultOf, type OutboxStore, type SendResult, type Waiting } from './outbox.ts'

const thing = (id: string, madeAt = 0, account = 'a1'): Waiting =>
  ({ id, account, path: '/x', body: {}, madeAt, about: { kind: 'note', incident: 'i1' } })

function memoryStore(kept: Waiting[] = []): OutboxStore & { kept: Waiting[] } {
  return {
    kept,
    list: async (account) => kept.filter((each) => each.account === account),
    add: async (waiting) => void kept.push(waiting),
    remove: async (id) => void kept.splice(kept.findIndex((each) => each.id === id), 1),
  }
}

/** An outbox whose answers and timers are in the test's hands. */
function open(store: OutboxStore, answer: (waiting: Waiting) => SendResult | Promise<SendResult>) {
  const sent: string[] = []
  const refused: string[] = []
  const tried: string[] = []
  const timers: { run: () => void; ms: number }[] = []
  let waiting: readonly Waiting[] = []
  const outbox = openOutbox({
    account: 'a1',
    store,
    send: async (each) => {
      tried.push(each.id)
      return answer(each)
    },
    onChange: (now) => (waiting = now),
    onSent: (each) => sent.push(each.id),
    onRefused: (each) => refused.push(each.id),
    delay: (failures) => 100 * 2 ** failures,
    setTimer: (run, ms) => timers.push({ run, ms }),
    clearTimer: () => {},
  })
  return { outbox, sent, refused, tried, timers, waiting: () => waiting.map((each) => each.id) }
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 5))
const yes: SendResult = { result: 'sent', answer: null }

test('sends in the order things were made, one at a time', async () => {
  let atOnce = 0
  const box = open(memoryStore(), async () => {
    assert.equal(++atOnce, 1, 'two at once')
    await Promise.resolve()
    atOnce--
    return yes
  })
  await Promise.all([box.outbox.put(thing('one', 1)), box.outbox.put(thing('two', 2)), box.outbox.put(thing('three', 3))])
  await settled()
  assert.deepEqual(box.sent, ['one', 'two', 'three'])
  assert.deepEqual(box.waiting(), [])
})

test('keeps what nobody heard, tries again later each time, and nothing overtakes it', async () => {
  let reachable = false
  const store = memoryStore()
  const box = open(store, () => (reachable ? yes : { result: 'later' }))
  await box.outbox.put(thing('one', 1))
  await settled()
  await box.outbox.put(thing('two', 2))
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

test('what is refused is told and does not hold up the rest', async () => {
  const box = open(memoryStore(), (each) => (each.id === 'bad' ? { result: 'refused', problem: 'no' } : yes))
  await box.outbox.put(thing('bad', 1))
  await box.outbox.put(thing('good', 2))
  await settled()
  assert.deepEqual(box.refused, ['bad'])
  assert.deepEqual(box.sent, ['good'])
})

test('what a closed page left behind is sent when it is opened again, only for the same account', async () => {
  const store = memoryStore([thing('later', 9), thing('mine', 5), thing('other', 1, 'a2')])
  const box = open(store, () => yes)
  await settled()
  assert.deepEqual(box.sent, ['mine', 'later'])
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

test('what waits can be taken back, what is on its way or gone cannot', async () => {
  const store = memoryStore()
  let letGo = () => {}
  const box = open(store, () => new Promise((resolve) => (letGo = () => resolve(yes))))
  await box.outbox.put(thing('one', 1))
  await box.outbox.put(thing('two', 2))
  await settled()
  assert.equal(await box.outbox.withdraw('one'), false, 'on its way')
  assert.equal(await box.outbox.withdraw('two'), true)
  letGo()
  await settled()
  assert.deepEqual(box.sent, ['one'])
  assert.equal(await box.outbox.withdraw('one'), false, 'gone')
  assert.equal(store.kept.length, 0)
})

const results: [status: number, code: string, result: string][] = [
  [0, 'offline', 'later'],
  [503, 'database-unavailable', 'later'],
  [429, 'too-many', 'later'],
  [403, 'csrf', 'later'],
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
