import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import { api, commandIds, newCommandId, onSessionLost, Problem, problemOf, rememberCsrf, setClientLanguage, type SessionLost } from './client.ts'

afterEach(() => {
  mock.restoreAll()
  onSessionLost(() => {})
  rememberCsrf(undefined, undefined)
})

type Call = { path: string; method: string; headers: Record<string, string>; body: unknown }

/** A server of the given answers, in turn; the last one stays. */
function server(...answers: (Response | Error)[]) {
  const calls: Call[] = []
  mock.method(globalThis, 'fetch', async (path: string, init: RequestInit = {}) => {
    calls.push({ path, method: init.method ?? 'GET', headers: init.headers as Record<string, string>, body: init.body })
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!
    if (answer instanceof Error) throw answer
    return answer.clone()
  })
  return calls
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const problemBy = async (call: Promise<unknown>): Promise<Problem> => call.then(() => assert.fail('it worked'), (thrown: unknown) => thrown as Problem)

test('writes carry the token of the session, reads do not; both say the language', async () => {
  const calls = server(json(200, {}))
  rememberCsrf('t1', 'a1')
  setClientLanguage('en')
  await api.get('/a')
  await api.post('/b', { x: 1 })
  assert.equal(calls[0]!.headers['x-gengfu-csrf'], undefined)
  assert.equal(calls[1]!.headers['x-gengfu-csrf'], 't1')
  assert.deepEqual(calls.map((call) => call.headers['x-gengfu-language']), ['en', 'en'])
  assert.equal(calls[1]!.body, '{"x":1}')
})

test('a refusal is a Problem in the server’s own words', async () => {
  server(json(409, { code: 'unit-committed', because: '巡3 已在处置 12 号警情。', details: [] }))
  const problem = await problemBy(api.post('/x', {}))
  assert.ok(problem instanceof Problem)
  assert.deepEqual([problem.status, problem.code, problem.because], [409, 'unit-committed', '巡3 已在处置 12 号警情。'])
})

test('no answer at all is offline, in the page’s language', async () => {
  server(new TypeError('failed to fetch'))
  setClientLanguage('zh-CN')
  const problem = await problemBy(api.get('/x'))
  assert.deepEqual([problem.status, problem.code], [0, 'offline'])
  assert.match(problem.because, /连不上/)
})

test('a page of something in between (a proxy’s HTML) is said to be unreadable, with its status', () => {
  assert.deepEqual([problemOf(502, undefined).code, problemOf(502, '<html>').code], ['no-answer', 'no-answer'])
  assert.match(problemOf(502, undefined).because, /502/)
})

test('a yes that is not the server’s (a page to sign in to a network, a cut answer) is no answer', async () => {
  const answers = [new Response('<html>sign in</html>', { status: 200 }), new Response('', { status: 201 }), new Response('{"id":"a', { status: 201 })]
  for (const answer of answers) {
    server(answer)
    const problem = await problemBy(api.post('/x', {}))
    assert.deepEqual([problem.status, problem.code], [502, 'no-answer'])
  }
})

test('204 is nothing', async () => {
  server(new Response(null, { status: 204 }))
  assert.equal(await api.delete('/x'), undefined)
})

test('a token from another tab’s sign-in is fetched once, and the write goes through', async () => {
  const calls = server(json(403, { code: 'csrf', because: '' }), json(200, { csrf: 't2', account: 'a1' }), json(200, { ok: true }))
  rememberCsrf('t1', 'a1')
  assert.deepEqual(await api.post('/x', {}), { ok: true })
  assert.deepEqual(calls.map((call) => call.path), ['/x', '/api/session', '/x'])
  assert.equal(calls[2]!.headers['x-gengfu-csrf'], 't2')
})

test('a write that is refused for its token twice is a problem, not a loop', async () => {
  const calls = server(json(403, { code: 'csrf', because: '' }), json(200, { csrf: 't2', account: 'a1' }), json(403, { code: 'csrf', because: '' }))
  rememberCsrf('t1', 'a1')
  assert.equal((await problemBy(api.post('/x', {}))).code, 'csrf')
  assert.equal(calls.length, 3)
})

test('another officer has signed in on another page since: nothing is repeated in their session, and this one is over', async () => {
  const calls = server(json(403, { code: 'csrf', because: '' }), json(200, { csrf: 't2', account: 'a2' }), json(200, { ok: true }))
  rememberCsrf('t1', 'a1')
  let lost: SessionLost | undefined
  onSessionLost((reason) => (lost = reason))
  const problem = await problemBy(api.post('/x', {}))
  assert.deepEqual([problem.status, problem.code, lost], [401, 'session-expired', 'session-expired'])
  assert.deepEqual(calls.map((call) => call.path), ['/x', '/api/session'])
})

test('what waits of one account is not sent in the session of another on the same page', async () => {
  const calls = server(json(200, {}))
  rememberCsrf('t2', 'a2')
  assert.equal((await problemBy(api.post('/x', {}, { account: 'a1' }))).code, 'session-expired')
  assert.equal(calls.length, 0)
  await api.post('/x', {}, { account: 'a2' })
  assert.equal(calls.length, 1)
})

test('a page that only remembers whose session it is fetches the token with its first write', async () => {
  const calls = server(json(403, { code: 'csrf', because: '' }), json(200, { csrf: 't1', account: 'a1' }), json(200, { ok: true }))
  rememberCsrf(undefined, 'a1')
  assert.deepEqual(await api.post('/x', {}, { account: 'a1' }), { ok: true })
  assert.equal(calls.length, 3)
})

const losses: [status: number, code: string, lost: SessionLost | undefined][] = [
  [401, 'session-expired', 'session-expired'],
  [401, 'not-signed-in', 'not-signed-in'],
  [403, 'must-change-password', 'must-change-password'],
  [403, 'not-allowed', undefined],
  [401, 'no-answer', undefined],
]
for (const [status, code, expected] of losses) {
  test(`${status} ${code} ${expected ? 'ends the work' : 'does not end the session'}`, async () => {
    server(json(status, { code, because: '' }))
    let lost: SessionLost | undefined
    onSessionLost((reason) => (lost = reason))
    await problemBy(api.get('/x'))
    assert.equal(lost, expected)
  })
}

test('a wrong password at sign-in is no lost session', async () => {
  server(json(401, { code: 'wrong-credentials', because: '' }))
  let lost = false
  onSessionLost(() => (lost = true))
  await problemBy(api.post('/api/session', {}, { sessionless: true }))
  assert.equal(lost, false)
})

test('a thousand command ids are a thousand', () => {
  const ids = new Set(Array.from({ length: 1000 }, newCommandId))
  assert.equal(ids.size, 1000)
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{8,64}$/)
})

test('what was said and not answered is the same command again; what was answered, or is something else, is not', () => {
  const ids = commandIds()
  const first = ids.of('on my way')
  assert.equal(ids.of('on my way'), first)
  assert.notEqual(ids.of('turned back'), first)
  const again = ids.of('on my way')
  assert.notEqual(again, first)
  ids.answered()
  assert.notEqual(ids.of('on my way'), again)
  assert.equal(commandIds({ id: 'kept', said: 'all to the gate' }).of('all to the gate'), 'kept')
})
