import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { WebSocketServer, type WebSocket } from 'ws'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { pause, type Answer } from './client.ts'
import { applyViews, livePicture } from './picture.ts'

const unit = (id: string, state: UnitView['state']) => ({ id, callSign: id, state }) as UnitView // all that is read
const incident = (id: string, status: IncidentView['status']) => ({ id, status }) as IncidentView // all that is read

test('views replace by id; what is closed or gone is forgotten', () => {
  const units = new Map([['u1', unit('u1', 'free')], ['u2', unit('u2', 'free')]])
  const incidents = new Map([['i1', incident('i1', 'waiting')], ['i2', incident('i2', 'active')]])
  applyViews(units, incidents, { units: [unit('u1', 'ordered'), { id: 'u2', gone: true }], incidents: [incident('i1', 'closed'), incident('i3', 'waiting'), { id: 'i2', gone: true }] })
  assert.deepEqual([...units.values()].map(({ id, state }) => [id, state]), [['u1', 'ordered']])
  assert.deepEqual([...incidents.keys()], ['i3'])
})

/** A live door on a port of its own, and what it was asked. */
async function liveDoor(port = 0) {
  const server = new WebSocketServer({ port, host: '127.0.0.1', path: '/api/live' })
  await new Promise((resolve) => server.once('listening', resolve))
  const asked: string[] = []
  const sockets: WebSocket[] = []
  const say = (message: object) => sockets.at(-1)!.send(JSON.stringify(message))
  server.on('connection', (socket, request) => {
    asked.push(`${request.url} ${request.headers.authorization}`)
    sockets.push(socket)
    say({ type: 'hello', position: 40 + asked.length, now: Date.now() + 5000 })
  })
  const close = async () => {
    for (const socket of sockets) socket.terminate()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port: (server.address() as AddressInfo).port, asked, say, close }
}
async function until(what: string, holds: () => boolean) {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 400, `never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
function lists(t: TestContext) {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const board = { units: [unit('u1', 'free')], incidents: [incident('i1', 'waiting')], asked: 0, shut: false }
  const answer = async <T>(body: T): Promise<Answer<T>> => (board.shut ? { ok: false, status: 0, code: 'unreachable', because: '' } : { ok: true, status: 200, body })
  const doors = {
    units: () => {
      board.asked++
      return answer(board.units)
    },
    openIncidents: () => answer(board.incidents),
  }
  return { stop, board, doors }
}

test('shows the lists, then what the feed says, and knows the server’s clock', async (t) => {
  const { stop, doors } = lists(t)
  const live = await liveDoor()
  t.after(live.close)
  const picture = livePicture({ url: `http://127.0.0.1:${live.port}`, doors, token: async () => 'tok', stopped: stop.signal })
  assert.equal(picture.ready(), false)
  await until('ready and connected', () => picture.ready() && picture.aheadMs() > 0)
  assert.ok(Math.abs(picture.aheadMs() - 5000) < 500)
  assert.deepEqual(live.asked, ['/api/live Bearer tok'])
  await pause(100, stop.signal)
  live.say({ type: 'changes', position: 44, entries: [], views: { units: [unit('u1', 'ordered')], incidents: [incident('i1', 'active')] } })
  await until('the change is seen', () => picture.units().get('u1')?.state === 'ordered')
  assert.equal(picture.incidents().get('i1')?.status, 'active')
})

test('after a restart it goes on from where it was, and looks at the lists again', async (t) => {
  const { stop, board, doors } = lists(t)
  const first = await liveDoor()
  const picture = livePicture({ url: `http://127.0.0.1:${first.port}`, doors, token: async () => 'tok', stopped: stop.signal })
  await until('ready', () => picture.ready() && picture.aheadMs() > 0)
  await pause(100, stop.signal)
  first.say({ type: 'changes', position: 77, entries: [], views: {} })
  await pause(50, stop.signal)
  board.shut = true
  await first.close()
  await until('not ready while nobody answers', () => !picture.ready())
  board.shut = false
  board.units = [unit('u1', 'free'), unit('u9', 'free')]
  const second = await liveDoor(first.port)
  t.after(second.close)
  await until('ready again', () => picture.ready() && picture.units().has('u9') && second.asked.length > 0)
  assert.equal(second.asked[0], '/api/live?after=77 Bearer tok')
})

test('told to start anew, it asks for the lists', async (t) => {
  const { stop, board, doors } = lists(t)
  const live = await liveDoor()
  t.after(live.close)
  const picture = livePicture({ url: `http://127.0.0.1:${live.port}`, doors, token: async () => 'tok', stopped: stop.signal })
  await until('ready', () => picture.ready() && picture.aheadMs() > 0)
  await pause(100, stop.signal)
  board.incidents = [incident('i5', 'waiting')]
  live.say({ type: 'reset', position: 9000 })
  await until('the new list', () => picture.incidents().has('i5') && !picture.incidents().has('i1'))
})
