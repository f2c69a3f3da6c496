import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { connectLive, type LiveOptions, type LiveStatus } from './live.ts'

/** A socket whose other end is in the test's hands. */
class FakeSocket {
  static all: FakeSocket[] = []
  readyState = 1
  binaryType = ''
  sent: string[] = []
  closed = false
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly url: string
  constructor(url: string) {
    this.url = url
    FakeSocket.all.push(this)
  }
  send(text: string) {
    this.sent.push(text)
  }
  close() {
    this.closed = true
  }
  says(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  hello(position: number) {
    this.says({ type: 'hello', position, now: Date.now() })
  }
  dies(code = 1006) {
    this.onclose?.({ code })
  }
}

const place = globalThis as { window?: unknown; document?: unknown; location?: unknown }
beforeEach(() => {
  FakeSocket.all = []
  place.window = new EventTarget()
  place.document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  place.location = { protocol: 'http:', host: 'room.test' }
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 })
})
afterEach(() => {
  mock.timers.reset()
  delete place.window
  delete place.document
  delete place.location
})

function open(options: Partial<LiveOptions> = {}) {
  const heard: string[] = []
  const statuses: LiveStatus[] = []
  const live = connectLive({
    after: 5,
    onChanges: (changes) => heard.push(`changes ${changes.position}`),
    onReset: (position) => heard.push(`reset ${position}`),
    onFrame: (frame) => heard.push(`frame ${frame.byteLength}`),
    onStatus: (status) => statuses.push(status),
    open: (url) => new FakeSocket(url) as unknown as WebSocket, // it has what live.ts uses
    random: () => 0,
    ...options,
  })
  return { live, heard, statuses, state: () => statuses.at(-1)!.state, socket: () => FakeSocket.all.at(-1)! }
}

const changes = (position: number) => ({ type: 'changes', position, entries: [{}], views: {} })

test('goes on after a loss from the last position it heard', () => {
  const page = open()
  assert.equal(page.socket().url, 'ws://room.test/api/live?after=5')
  page.socket().hello(5)
  page.socket().says(changes(9))
  page.socket().dies()
  assert.equal(page.state(), 'lost')
  mock.timers.tick(250)
  assert.equal(page.socket().url, 'ws://room.test/api/live?after=9')
  page.socket().hello(12)
  assert.equal(page.state(), 'live')
  assert.deepEqual(page.heard, ['changes 9'])
})

test('waits longer after each attempt that failed, and anew after one that worked', () => {
  const page = open()
  page.socket().hello(5)
  const waits: number[] = []
  for (let round = 0; round < 10; round++) {
    page.socket().dies()
    waits.push(page.statuses.at(-1)!.retryAt! - Date.now())
    mock.timers.tick(waits.at(-1)!)
  }
  page.socket().hello(5)
  page.socket().dies()
  waits.push(page.statuses.at(-1)!.retryAt! - Date.now())
  assert.deepEqual(waits, [250, ...Array(8).fill(500), 1000, 250])
})

test('without a position it starts from now, and asks for the lists once', () => {
  const page = open({ after: undefined })
  assert.equal(page.socket().url, 'ws://room.test/api/live')
  page.socket().hello(40)
  page.socket().hello(41)
  page.socket().dies()
  mock.timers.tick(250)
  assert.equal(page.socket().url, 'ws://room.test/api/live?after=40')
  page.socket().hello(44)
  assert.deepEqual(page.heard, ['reset 40'])
})

test('too far behind, it asks for the lists and goes on from there', () => {
  const page = open()
  page.socket().hello(9000)
  page.socket().says({ type: 'reset', position: 9000 })
  page.socket().dies()
  mock.timers.tick(250)
  assert.match(page.socket().url, /after=9000$/)
  assert.deepEqual(page.heard, ['reset 9000'])
})

test('what was heard already is not told again', () => {
  const page = open()
  page.socket().hello(9)
  page.socket().says(changes(9))
  page.socket().says(changes(8))
  assert.deepEqual(page.heard, ['changes 9'])
})

test('a socket that falls silent is given up, one that greets is not', () => {
  const page = open()
  page.socket().hello(5)
  for (let beat = 0; beat < 5; beat++) {
    mock.timers.tick(15_000)
    page.socket().hello(5)
  }
  assert.equal(page.state(), 'live')
  const silent = page.socket()
  mock.timers.tick(40_000)
  assert.ok(silent.closed)
  assert.equal(page.state(), 'lost')
})

test('a server that never greets is tried again', () => {
  const page = open()
  mock.timers.tick(10_000)
  mock.timers.tick(250)
  assert.equal(FakeSocket.all.length, 2)
  assert.equal(page.state(), 'connecting')
})

test('the end of the session is the end: no further attempt', () => {
  const page = open()
  page.socket().hello(5)
  page.socket().dies(4401)
  mock.timers.tick(60_000)
  assert.equal(page.state(), 'ended')
  assert.equal(FakeSocket.all.length, 1)
})

test('after the end of the session only who is asked to tries again, and goes on from where it was', () => {
  const page = open()
  page.socket().hello(5)
  page.socket().dies(4401)
  window.dispatchEvent(new Event('online'))
  assert.equal(FakeSocket.all.length, 1)
  page.live.retryNow()
  assert.equal(page.state(), 'lost')
  assert.equal(page.socket().url, 'ws://room.test/api/live?after=5')
  page.socket().hello(5)
  assert.equal(page.state(), 'live')
  page.live.close()
  page.live.retryNow()
  assert.equal(FakeSocket.all.length, 2)
})

test('the view is told on every connection, and when it changes', () => {
  const page = open()
  page.live.setView([1, 2, 3, 4], 1000)
  assert.deepEqual(page.socket().sent, [], 'not before the greeting')
  page.socket().hello(5)
  page.live.setView(null, 1000)
  page.socket().dies()
  mock.timers.tick(250)
  page.socket().hello(5)
  const sent = FakeSocket.all.flatMap((socket) => socket.sent).map((text) => (JSON.parse(text) as { bbox: unknown }).bbox)
  assert.deepEqual(sent, [[1, 2, 3, 4], null, null])
})

test('frames pass through as they came', () => {
  const page = open()
  page.socket().hello(5)
  page.socket().onmessage?.({ data: new ArrayBuffer(36) })
  assert.deepEqual(page.heard, ['frame 36'])
})

test('the network that comes back is used at once', () => {
  const page = open()
  page.socket().hello(5)
  ;(place.window as EventTarget).dispatchEvent(new Event('offline'))
  assert.equal(page.state(), 'lost')
  ;(place.window as EventTarget).dispatchEvent(new Event('online'))
  assert.equal(FakeSocket.all.length, 2)
})

test('once closed, nothing more happens', () => {
  const page = open()
  page.socket().hello(5)
  page.live.close()
  mock.timers.tick(100_000)
  assert.equal(FakeSocket.all.length, 1)
  assert.ok(page.socket().closed)
})
