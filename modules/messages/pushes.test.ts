/** Telling phones whose page is closed: a push service of our own takes what is sent and opens it as a browser would. */
import assert from 'node:assert/strict'
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import type { Actor } from '#kernel/actor.ts'
import type { Fact } from '#kernel/journal.ts'
import { assignUnit } from '#modules/dispatch/assign-unit.ts'
import { openIncident } from '#modules/dispatch/open-incident.ts'
import { sealWith } from '#platform/auth/seal.ts'
import { people, place } from '#test/dispatch-scene.ts'
import { crewOf, messagesScene, type MessagesScene } from '#test/messages-scene.ts'
import { newBrowser, openPush, type PushBrowser } from '#test/push-browser.ts'
import { hasHouseKey } from './keys-store.ts'
import { newsOf, pushRetryMs } from './push.ts'
import { leavePushNotices, pushDue, type PushingDeps } from './push-jobs.ts'
import { pushAgencies } from './push-store.ts'
import { sendBroadcast } from './send-broadcast.ts'
import { setPush, subscribe, unsubscribe, viewPush } from './set-push.ts'

type Got = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
let scene: MessagesScene
let service: Server
let got: Got[] = []
let status = 201
let browser: PushBrowser
let seen = 0

before(async () => {
  scene = await messagesScene()
  browser = await newBrowser()
  service = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      got.push({ path: request.url!, headers: request.headers, body: Buffer.concat(parts) })
      response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end('never read')
    })
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
})
after(async () => {
  service?.closeAllConnections()
  service?.close()
  await scene?.end()
})
beforeEach(async () => {
  got = []
  status = 201
  scene.ended.clear()
  await scene.db.query('delete from messages.push_subscription')
  await switchOn()
})

const pushing = (): PushingDeps => ({
  ...scene.messages,
  fetch(url, request) {
    assert.match(url, /^https:\/\/(fcm\.googleapis\.com|web\.push\.apple\.com)\//, 'nobody else is ever asked')
    return fetch(url.replace(/^https:\/\/[^/]+/, `http://127.0.0.1:${(service.address() as { port: number }).port}`), request)
  },
})
const contact = 'mailto:room@patrol.example'
const switchOn = (on: string | null = contact, agency = 'guixi', actor: Actor = people.root) => setPush(scene.messages, { actor, commandId: scene.id(), agency, contact: on })
const endpoint = 'https://fcm.googleapis.com/fcm/send/phone-1'
const let_in = (actor: Actor, more: { endpoint?: string; session?: string | undefined; keys?: PushBrowser['keys'] } = {}) =>
  subscribe(scene.messages, { actor, endpoint, keys: browser.keys, session: `s-${actor.account}`, ...more })
const code = (outcome: object) => ('refused' in outcome ? outcome.refused : 'done')
/** What was written since the last time goes by, twice: two nodes hear it. */
async function hear(): Promise<void> {
  const entries = await scene.journal.read(seen, 1000)
  seen = entries.at(-1)?.position ?? seen
  await leavePushNotices(scene.db, pushing(), entries)
  await leavePushNotices(scene.db, pushing(), entries)
}
async function order(unit: string): Promise<void> {
  const opened = await openIncident(scene.deps, { actor: people.night, commandId: scene.id(), category: 'dispute', ...place, place: '雄石路88号', summary: '张某与李某争吵', reporter: '王某', phone: '13800000000' })
  assert.ok('answer' in opened)
  const sent = await assignUnit(scene.deps, { actor: people.night, commandId: scene.id(), incident: opened.answer.id, unit, divert: true })
  assert.ok('answer' in sent, JSON.stringify(sent))
  await hear()
}
const event = (stream: string, type: string, data: object) => ({ stream, type, at: scene.messages.now(), data, position: 1, agency: 'guixi' }) as unknown as Parameters<typeof leavePushNotices>[2][number] satisfies Pick<Fact, 'stream'>
const phones = async () => (await scene.db.query('select id from messages.push_subscription')).length

test('an order is told once, encrypted for that browser, signed by the house: a number and a link, nothing else', async () => {
  assert.deepEqual(await let_in(crewOf.p1), { browsers: 1 })
  await order('p1')
  assert.equal(await pushDue(pushing()), 1)
  assert.equal(await pushDue(pushing()), 0)
  const [one] = got
  assert.ok(one && got.length === 1)
  const said = JSON.parse(await openPush(one.body, browser))
  assert.deepEqual(Object.keys(said), ['what', 'number', 'link'])
  assert.deepEqual([said.what, said.link, typeof said.number], ['order', '/officer/', 'number'])
  assert.ok(said.number > 0)
  assert.ok(!/雄石|争吵|13800/.test(one.body.toString('utf8') + JSON.stringify(one.headers)))
  assert.deepEqual([one.path, one.headers['content-encoding'], one.headers['urgency']], ['/fcm/send/phone-1', 'aes128gcm', 'high'])
  assert.ok(Number(one.headers['ttl']) > 0 && Number(one.headers['ttl']) <= 1800, String(one.headers['ttl']))

  const [, text = '', claims = '', signature = '', k = ''] = /^vapid t=(([\w-]+\.[\w-]+))\.([\w-]+), k=([\w-]+)$/.exec(one.headers['authorization']!) ?? []
  const { aud, sub, exp } = JSON.parse(Buffer.from(claims.split('.')[1]!, 'base64url').toString())
  assert.deepEqual([aud, sub, k], ['https://fcm.googleapis.com', contact, scene.messages.push.key.publicKey])
  assert.ok(exp * 1000 > scene.messages.now() && exp * 1000 <= scene.messages.now() + 24 * 3_600_000)
  const point = Buffer.from(k, 'base64url')
  const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') } })
  assert.ok(verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
})

test('a call is told to those who are asked, an order to its unit only', async () => {
  const other = await newBrowser()
  await let_in(crewOf.p1)
  await let_in(crewOf.p2, { endpoint: 'https://web.push.apple.com/phone-2', keys: other.keys })
  await order('p2')
  await pushDue(pushing())
  assert.deepEqual(got.map(({ path }) => path), ['/phone-2'])
  got = []
  const sent = await sendBroadcast(scene.messages, { actor: people.night, commandId: scene.id(), agency: 'guixi', text: '请增援' })
  assert.ok('answer' in sent)
  await hear()
  await pushDue(pushing())
  assert.deepEqual(got.map(({ path }) => path).sort(), ['/fcm/send/phone-1', '/phone-2'])
  const mine = got.find(({ path }) => path === '/phone-2')!
  assert.deepEqual(JSON.parse(await openPush(mine.body, other)), { what: 'call', number: 0, link: '/officer/' })
})

test('off until an administrator of that part of the tree switches it on; switched off, every phone is forgotten', async () => {
  await switchOn(null)
  assert.equal((await viewPush(scene.messages, crewOf.p1)).isOn, false)
  assert.equal(code(await let_in(crewOf.p1)), 'push-off')
  assert.equal(code(await switchOn(contact, 'guixi', people.elsewhere)), 'agency-not-found')
  assert.equal(code(await switchOn(contact, 'guixi', people.night)), 'agency-not-found', 'a dispatcher does not')
  await switchOn()
  assert.equal((await viewPush(scene.messages, crewOf.p1)).isOn, true)
  await let_in(crewOf.p1)
  await order('p1')
  assert.deepEqual(await pushAgencies(scene.db, ['guixi']), [{ agency: 'guixi', contact, browsers: 1, failing: 0, problem: null }])
  await switchOn(null)
  assert.equal(await phones(), 0)
  assert.equal(await pushDue(pushing()), 0)
  assert.deepEqual(got, [])
})

const wrong: [what: string, more: Parameters<typeof let_in>[1], refused: string][] = [
  ['this machine', { endpoint: 'https://127.0.0.1/fcm/send/abcdefgh' }, 'push-endpoint-unknown'],
  ['plain http', { endpoint: 'http://fcm.googleapis.com/fcm/send/abc' }, 'push-endpoint-unknown'],
  ['somebody’s host', { endpoint: 'https://fcm.googleapis.com.evil.example/abc' }, 'push-endpoint-unknown'],
  ['keys that are none', { keys: { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) } }, 'push-endpoint-unknown'],
  ['nobody’s session', { session: undefined }, 'push-off-duty'],
]
for (const [what, more, refused] of wrong) test(`a browser of ${what} is refused: ${refused}`, async () => assert.equal(code(await let_in(crewOf.p1, more)), refused))

test('an address that the list does not know any more is not asked, though it was kept', async () => {
  await let_in(crewOf.p1)
  const [row] = await scene.db.query<{ id: string }>('select id from messages.push_subscription')
  await scene.db.query('update messages.push_subscription set closed = $1', [scene.messages.seal.close(JSON.stringify({ endpoint: 'https://127.0.0.1/x', ...browser.keys }), `push/${row!.id}`)])
  await order('p1')
  await pushDue(pushing())
  assert.deepEqual([got.length, await phones()], [0, 0])
})

test('the end of the shift, getting out, signing out: each ends the phone’s notices', async () => {
  const ends: [what: string, heard: Parameters<typeof event>][] = [
    ['shift', ['unit/p1', 'shift-ended', {}]],
    ['seat', ['unit/p1', 'crew-changed', { crew: [{ id: 'm9', name: '警员9' }] }]],
    ['session', ['account/officer1', 'signed-out', { session: `s-${crewOf.p1.account}` }]],
  ]
  for (const [what, heard] of ends) {
    await let_in(crewOf.p1)
    await let_in(crewOf.p1too, { endpoint: `${endpoint}-too` })
    await leavePushNotices(scene.db, pushing(), [event(...heard)])
    assert.equal(await phones(), what === 'shift' ? 0 : 1, what)
  }
})

test('what ended while no node ran is found out before anything is sent', async () => {
  await let_in(crewOf.p1)
  await order('p1')
  scene.ended.add(`s-${crewOf.p1.account}`)
  await pushDue(pushing())
  assert.deepEqual([got.length, await phones()], [0, 0], 'a session that is over')
  await let_in(crewOf.p2)
  await order('p2')
  const { crew } = scene.crews.get('p2')!
  scene.crews.get('p2')!.crew = []
  await pushDue(pushing())
  scene.crews.get('p2')!.crew = crew
  assert.deepEqual([got.length, await phones()], [0, 0], 'a seat that is left')
})

test('a browser that lets itself be told no more is forgotten; a service that fails is asked again until it is of no more use', async () => {
  for (const gone of [404, 410]) {
    await let_in(crewOf.p1)
    await order('p1')
    status = gone
    await pushDue(pushing())
    assert.equal(await phones(), 0)
  }
  await let_in(crewOf.p1)
  await order('p1')
  const waits: number[] = []
  status = 503
  for (let passed = 0; passed < 3600; passed++) {
    if ((await pushDue(pushing())) > 0) waits.push(passed)
    scene.pass(1)
    if (waits.length === 5) break
  }
  assert.deepEqual(waits.slice(1).map((at, n) => at - waits[n]!), [2, 4, 8, 16])
  assert.deepEqual((await pushAgencies(scene.db, ['guixi']))[0], { agency: 'guixi', contact, browsers: 1, failing: 1, problem: 'HTTP 503' })
  const before = got.length
  scene.pass(3600)
  status = 201
  assert.equal(await pushDue(pushing()), 0, 'nobody wants to hear it now')
  assert.equal(got.length, before)
})

test('a service that says no, or leads elsewhere, is not followed; what was told leaves nothing behind', async () => {
  await let_in(crewOf.p1)
  for (const [answer, problem, left] of [[403, 'HTTP 403', 0], [302, 'could not be reached', 1], [201, null, 0]] as const) {
    await scene.db.query('delete from messages.push_notice')
    await order('p1')
    status = answer
    await pushDue(pushing())
    const [row] = await scene.db.query<{ problem: string | null }>('select problem from messages.push_subscription')
    assert.equal(row!.problem, problem)
    assert.equal((await scene.db.query('select 1 from messages.push_notice')).length, left)
  }
})

test('one browser is one phone: who subscribes with it later takes it over; only its own officer takes it out', async () => {
  await let_in(crewOf.p1)
  await let_in(crewOf.p1)
  assert.equal(await phones(), 1)
  assert.deepEqual(await let_in(crewOf.p2), { browsers: 1 })
  assert.equal((await viewPush(scene.messages, crewOf.p1)).browsers, 0)
  await unsubscribe(scene.messages, crewOf.p1, endpoint)
  assert.equal(await phones(), 1)
  await unsubscribe(scene.messages, crewOf.p2, endpoint)
  assert.equal(await phones(), 0)
})

test('a node that has another key forgets no phone: the one that has it tells it', async () => {
  await let_in(crewOf.p1)
  await order('p1')
  const elsewhere = sealWith([randomBytes(32)], randomBytes)
  assert.equal(await pushDue({ ...pushing(), seal: elsewhere }), 1)
  assert.equal(got.length, 0)
  const [{ browsers, failing, problem }] = (await pushAgencies(scene.db, ['guixi'])) as [Awaited<ReturnType<typeof pushAgencies>>[0]]
  assert.deepEqual([browsers, failing], [1, 1])
  assert.match(problem!, /give every node the same seal\.keys/)
  assert.equal(await pushDue({ ...pushing(), now: () => scene.messages.now() + pushRetryMs }), 1)
  assert.equal(got.length, 1)
})

test('a node says when its key is not the house’s; a new key before the old one is; who is alone says it once', async () => {
  const has = (names: readonly string[], isAlone = false) => hasHouseKey(scene.db, { file: 'seal.keys', names }, isAlone)
  assert.deepEqual([await has(['a']), await has(['a']), await has(['b']), await has(['b'])], [true, true, false, false])
  assert.deepEqual([await has(['c', 'a']), await has(['a']), await has(['c'])], [true, false, true], 'the old file lacks the new key')
  assert.deepEqual([await has(['d'], true), await has(['d'], true)], [false, true])
  assert.equal(await hasHouseKey(scene.db, { file: 'push.key', names: ['p'] }, false), true)
})

test('a copy of the database tells nobody’s address, and the journal knows of no phone', async () => {
  await let_in(crewOf.p1)
  const rows = JSON.stringify(await scene.db.query('select * from messages.push_subscription'))
  const entries = JSON.stringify(await scene.journal.read(0, 10_000))
  for (const text of [rows, entries]) for (const secret of ['fcm.googleapis', 'phone-1', browser.keys.auth, browser.keys.p256dh]) assert.ok(!text.includes(secret), secret)
  assert.match(entries, /"push-set"/)
})

test('an order is news until the unit should be there, a call until its clock runs out, and nothing for longer than half an hour', () => {
  const at = 1_767_225_600_000
  const ends = (type: string, data: object) => newsOf({ type, at, stream: 'incident/i1', data: data as Fact['data'] })?.endsAt
  assert.equal(ends('unit-assigned', { unit: 'p1', arriveSeconds: 300 }), at + 300_000)
  assert.equal(ends('unit-assigned', { unit: 'p1', arriveSeconds: 9000 }), at + 1_800_000)
  assert.equal(ends('broadcast-sent', { recipients: [], incident: null, dueAt: at + 120_000 }), at + 120_000)
  assert.equal(ends('broadcast-sent', { recipients: [], incident: null, dueAt: null }), at + 600_000)
  assert.equal(ends('message-sent', {}), undefined)
})
