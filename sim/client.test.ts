import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { client, turns } from './client.ts'

type Reply = { status: number; body?: object | string; headers?: Record<string, string> } | 'hang up'

/** A server that answers as told; remembers what it was asked. */
async function door(t: TestContext, answer: (asked: { method: string; path: string; token: string | undefined; body: unknown; nth: number }) => Reply) {
  const asked: string[] = []
  const server: Server = createServer(async (request: IncomingMessage, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    asked.push(`${request.method} ${request.url}`)
    const token = request.headers.authorization?.replace('Bearer ', '')
    const reply = answer({ method: request.method!, path: request.url!, token, body: text ? JSON.parse(text) : undefined, nth: asked.length })
    if (reply === 'hang up') return request.socket.destroy()
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    response.end(typeof reply.body === 'string' ? reply.body : reply.body ? JSON.stringify(reply.body) : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = new AbortController()
  t.after(() => {
    stop.abort()
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop }
}
const signIn = (token: string): Reply => ({ status: 200, body: { token } })

test('signs in once for many requests at the same time', async (t) => {
  const { url, asked, stop } = await door(t, ({ path, token }) => (path === '/api/session' ? signIn('t1') : { status: 200, body: { token } }))
  const one = client({ url, name: 'a', password: 'p', stopped: stop.signal })
  const answers = await Promise.all([one.get<{ token: string }>('/x'), one.get('/y'), one.post('/z', { commandId: '1' })])
  assert.ok(answers.every((answer) => answer.ok))
  assert.equal(asked.filter((line) => line === 'POST /api/session').length, 1)
})

test('signs in again when the session is gone, once, and repeats the request', async (t) => {
  let signIns = 0
  const { url, asked, stop } = await door(t, ({ path, token }) => {
    if (path === '/api/session') return signIn(`t${++signIns}`)
    return token === 't2' ? { status: 200, body: { done: true } } : { status: 401, body: { code: 'session-expired', because: '' } }
  })
  const one = client({ url, name: 'a', password: 'p', stopped: stop.signal })
  assert.deepEqual(await one.get('/x'), { ok: true, status: 200, body: { done: true } })
  assert.deepEqual(asked, ['POST /api/session', 'GET /x', 'POST /api/session', 'GET /x'])
})

test('a door that always says 401 is an answer, not a loop', async (t) => {
  const { url, asked, stop } = await door(t, ({ path }) => (path === '/api/session' ? signIn('t') : { status: 401, body: { code: 'not-signed-in', because: 'x' } }))
  const answer = await client({ url, name: 'a', password: 'p', stopped: stop.signal }).get('/x')
  assert.deepEqual(answer, { ok: false, status: 401, code: 'not-signed-in', because: 'x' })
  assert.equal(asked.length, 4)
})

test('tries again after silence and after 503, with the same body', async (t) => {
  const bodies: unknown[] = []
  const { url, stop } = await door(t, ({ path, body, nth }) => {
    if (path === '/api/session') return signIn('t')
    bodies.push(body)
    return nth === 2 ? 'hang up' : nth === 3 ? { status: 503, body: { code: 'database-unavailable', because: '' } } : { status: 201, body: { id: 'i1' } }
  })
  const answer = await client({ url, name: 'a', password: 'p', stopped: stop.signal }).post('/x', { commandId: 'c-1' })
  assert.deepEqual(answer, { ok: true, status: 201, body: { id: 'i1' } })
  assert.deepEqual(bodies, [{ commandId: 'c-1' }, { commandId: 'c-1' }, { commandId: 'c-1' }])
})

test('waits as long as 429 says', async (t) => {
  const { url, stop } = await door(t, ({ path, nth }) =>
    path === '/api/session' ? signIn('t') : nth === 2 ? { status: 429, body: { code: 'too-many', because: '' }, headers: { 'retry-after': '1' } } : { status: 200, body: {} },
  )
  const from = performance.now()
  assert.equal((await client({ url, name: 'a', password: 'p', stopped: stop.signal }).get('/x')).ok, true)
  assert.ok(performance.now() - from > 950)
})

test('a refusal is given back at once with its code', async (t) => {
  const { url, asked, stop } = await door(t, ({ path }) => (path === '/api/session' ? signIn('t') : { status: 409, body: { code: 'unit-committed', because: '在途' } }))
  const answer = await client({ url, name: 'a', password: 'p', stopped: stop.signal }).post('/x', {})
  assert.deepEqual(answer, { ok: false, status: 409, code: 'unit-committed', because: '在途' })
  assert.equal(asked.length, 2)
})

test('gives up after its patience, and at once when stopped', async (t) => {
  const { url, stop } = await door(t, () => 'hang up')
  const impatient = await client({ url, name: 'a', password: 'p', stopped: stop.signal, patienceMs: 600 }).get('/x')
  assert.ok(!impatient.ok && impatient.code === 'unreachable')
  const waiting = client({ url, name: 'b', password: 'p', stopped: stop.signal, patienceMs: 60_000 }).get('/x')
  setTimeout(() => stop.abort(), 50)
  const from = performance.now()
  const answer = await waiting
  assert.ok(!answer.ok)
  assert.ok(performance.now() - from < 30_000, 'not the minute of its patience')
})

test('an answer that is no JSON is still an answer', async (t) => {
  const { url, stop } = await door(t, ({ path }) => (path === '/api/session' ? signIn('t') : { status: 404, body: '<html>' }))
  assert.deepEqual(await client({ url, name: 'a', password: 'p', stopped: stop.signal }).get('/x'), { ok: false, status: 404, code: 'unknown', because: '<html>' })
})

test('takes turns with a pause between, and a failure does not block the next', async () => {
  const turn = turns(30, new AbortController().signal)
  const order: string[] = []
  const from = performance.now()
  const first = turn(async () => {
    order.push('a')
    throw new Error('no')
  })
  const second = turn(async () => order.push('b'))
  await assert.rejects(first)
  await second
  assert.deepEqual(order, ['a', 'b'])
  assert.ok(performance.now() - from >= 29)
})
