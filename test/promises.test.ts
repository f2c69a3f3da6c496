/** What issue 2 promises to programs, field by field and status by status, on the real program. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { findEmbedded } from '#platform/db/embedded.ts'
import { callerOf, commandId, type Answer } from './caller.ts'
import { gengfu } from './command.ts'
import { emptyHouse, firstAdministrator, firstPassword, furnish, guixi, importOver, ownDatabase, setupTokenOf, square, type House } from './own-house.ts'
import { listenTo, until } from './live-listener.ts'
import { serve, temporaryFolder, type Served } from './serve.ts'

const data = temporaryFolder('gengfu-promises-')
let served: Served
let house: House

before(async () => void (served = await emptyHouse(data, ['--trust-proxy', '127.0.0.1'])))
after(async () => void (await served?.stop()))

/** A refusal has its status, its code, and a sentence. */
function refused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body))
  assert.ok(answer.body.because.length > 10, answer.body.because)
  assert.doesNotMatch(answer.body.because, /[{}]/, 'every place in the sentence is filled')
}

const report = (more: object = {}) => ({ commandId: commandId(), category: 'traffic', priority: 2, ...square, summary: '两车相撞', ...more })

// ——— the first run ———

test('a first run: the set-up needs the printed token, is done once, and signs the administrator in', async () => {
  const stranger = callerOf(served.url)
  const wanted = { agencyName: '更夫县公安局', administratorName: 'keeper', displayName: '管理员', password: firstPassword }
  assert.deepEqual((await stranger('GET', '/api/setup')).body, { needed: true })
  refused(await stranger('POST', '/api/setup', { ...wanted, setupToken: 'guessed' }), 403, 'setup-token-wrong')
  refused(await stranger('POST', '/api/setup', { ...wanted, setupToken: setupTokenOf(served), password: 'short' }), 409, 'password-too-short')
  assert.deepEqual((await stranger('GET', '/api/setup')).body, { needed: true }, 'neither attempt made anything')

  const token = await firstAdministrator(served)
  assert.deepEqual((await stranger('GET', '/api/setup')).body, { needed: false })
  refused(await stranger('POST', '/api/setup', { ...wanted, setupToken: setupTokenOf(served) }), 409, 'setup-done')
  const administrator = callerOf(served.url, { token })
  assert.deepEqual((await administrator('GET', '/api/organisation/agencies')).body.items.map((agency: { path: string }) => agency.path), ['home'])
  assert.equal((await administrator('GET', '/api/town')).body.ready, false)

  const imported = await importOver(administrator, readFileSync(guixi))
  assert.equal(imported.body.status, 'done', JSON.stringify(imported.body))
  assert.deepEqual(Object.keys(imported.body.report).sort(), ['edges', 'largestComponentShare', 'nodes', 'places', 'seconds', 'turnRestrictions'])
  assert.equal((await administrator('GET', '/api/town')).body.ready, true)
  house = await furnish(served, token)
})

// ——— sessions ———

test('POST /api/session answers a bearer token and the cookie', async () => {
  const { status, body, headers } = await house.people.stranger('POST', '/api/session', { name: 'dispatcher-1', password: house.passwords['dispatcher'] })
  assert.equal(status, 200)
  assert.match(body.token, /^[\w-]{32,}$/)
  assert.match(headers.get('set-cookie')!, /^__Host-gengfu=[\w-]+; .*HttpOnly/)
  for (const attribute of ['Secure', 'SameSite=Strict', 'Path=/']) assert.ok(headers.get('set-cookie')!.includes(attribute), attribute)
  assert.equal((await callerOf(served.url, { token: body.token })('GET', '/api/session')).body.name, 'dispatcher-1')
})

test('behind a proxy that was named, a session is of the address that the proxy says', async () => {
  const signIn = (headers: Record<string, string>) => house.people.stranger('POST', '/api/session', { name: 'dispatcher-1', password: house.passwords['dispatcher'] }, { headers })
  const addresses = async () => (await onDatabase('select address from organisation.session')).map(({ address }) => address)
  assert.equal((await signIn({ 'x-forwarded-for': '198.51.100.1, 203.0.113.9' })).status, 200)
  assert.ok((await addresses()).includes('203.0.113.9'))
  assert.ok(!(await addresses()).includes('198.51.100.1'), 'what the caller wrote there is nobody’s word')
  assert.equal((await callerOf(served.url)('GET', '/metrics', undefined, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status, 401)
  assert.equal((await callerOf(served.url)('GET', '/metrics')).status, 200)
})

test('a wrong password, no session, a session signed out, one ended by others and one run out are 401 each', async () => {
  const { stranger, administrator } = house.people
  refused(await stranger('POST', '/api/session', { name: 'dispatcher-1', password: 'wrong' }), 401, 'wrong-credentials')
  refused(await stranger('POST', '/api/session', { name: 'nobody-here', password: 'wrong' }), 401, 'wrong-credentials')
  refused(await stranger('GET', '/api/units'), 401, 'not-signed-in')
  refused(await callerOf(served.url, { token: 'made-up' })('GET', '/api/units'), 401, 'not-signed-in')

  const open = async () => {
    const { body } = await stranger('POST', '/api/session', { name: 'analyst-1', password: house.passwords['analyst'] })
    return { call: callerOf(served.url, { token: body.token }), account: body.account as string }
  }
  const out = await open()
  assert.equal((await out.call('DELETE', '/api/session')).status, 204)
  refused(await out.call('GET', '/api/units'), 401, 'session-expired')

  const ended = await open()
  assert.equal((await administrator('POST', `/api/organisation/accounts/${ended.account}/sessions/end`, { commandId: commandId() })).status, 204)
  refused(await ended.call('GET', '/api/units'), 401, 'session-expired')
  refused(await house.people.analyst('GET', '/api/units'), 401, 'session-expired')

  const old = await open()
  await onDatabase(`update organisation.session set last_seen_at = 0 where account = '${old.account}' and ended_at is null`)
  await until(async () => ((await old.call('GET', '/api/session')).status === 401 ? true : undefined), 'the idle timeout')
  refused(await old.call('GET', '/api/units'), 401, 'session-expired')
})

// ——— what cannot be understood ———

test('a body of 10 MB is 413, another content type 415, and what is not the contract 400 with what was found and expected', async () => {
  const { dispatcher } = house.people
  const opened = async () => (await dispatcher('GET', '/api/dispatch/incidents?status=all')).body.items.length
  const before = await opened()
  const incidents = '/api/dispatch/incidents'
  refused(await dispatcher('POST', incidents, report({ summary: '大'.repeat(10 * 1024 * 1024) })), 413, 'body-too-large')
  refused(await dispatcher('POST', incidents, undefined, { raw: 'x'.repeat(10 * 1024 * 1024), headers: { 'content-type': 'application/json' } }), 413, 'body-too-large')
  refused(await dispatcher('POST', incidents, undefined, { raw: JSON.stringify(report()), headers: { 'content-type': 'text/plain' } }), 415, 'media-type')
  refused(await dispatcher('POST', incidents, undefined, { raw: 'category=traffic', headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 415, 'media-type')

  const malformed = async (body: unknown, path: RegExp) => {
    const answer = await dispatcher('POST', incidents, body)
    refused(answer, 400, 'malformed')
    const flaw = answer.body.details.find((detail: { path: string }) => path.test(detail.path))
    assert.ok(flaw, `${path} in ${JSON.stringify(answer.body.details)}`)
    assert.deepEqual(Object.keys(flaw).sort(), ['expected', 'found', 'path'])
  }
  await malformed(report({ priority: 9 }), /priority/)
  await malformed(report({ lon: '117' }), /lon/)
  await malformed(report({ lat: 91 }), /lat/)
  await malformed(report({ commandId: undefined }), /commandId|body/)
  await malformed(report({ faceId: 'x' }), /faceId/)
  await malformed([], /body/)
  await malformed(null, /body/)
  for (const raw of ['{"commandId": "', '', '\u0000', '[[[[']) {
    const answer = await dispatcher('POST', incidents, undefined, { raw, headers: { 'content-type': 'application/json' } })
    refused(answer, 400, 'malformed')
    assert.ok(answer.body.details.length > 0)
  }
  refused(await dispatcher('GET', '/api/dispatch/incidents?limit=many'), 400, 'malformed')
  refused(await dispatcher('GET', '/api/nothing/here'), 404, 'address-not-found')
  assert.equal(await opened(), before, 'none of these opened an incident')
})

// ——— dispatching ———

const unitFields = ['id', 'callSign', 'kind', 'state', 'lon', 'lat', 'fixAt', 'stale']

test('a report is taken, the units near it are recommended, one is sent and goes through every state', async () => {
  const { dispatcher, officer, auditor } = house.people
  assert.deepEqual((await house.beat()).body, { accepted: 3, duplicates: 0, discarded: 0, flagged: 0, rejected: [] })
  const units = (await dispatcher('GET', '/api/units')).body.items
  assert.equal(units.length, 3)
  for (const unit of units) {
    for (const field of unitFields) assert.ok(unit[field] !== undefined && unit[field] !== null, `a unit has ${field}`)
    assert.deepEqual([unit.state, unit.stale], ['free', false])
  }

  const categories = (await dispatcher('GET', '/api/dispatch/categories')).body.items
  assert.ok(categories.length >= 9)
  for (const category of categories) assert.ok(category.id && category.name && category.nameEn)

  const asked = report()
  const opened = await dispatcher('POST', '/api/dispatch/incidents', asked)
  assert.deepEqual([opened.status, Object.keys(opened.body)], [201, ['id']])
  const incident = `/api/dispatch/incidents/${opened.body.id}`
  assert.deepEqual(await dispatcher('POST', '/api/dispatch/incidents', asked).then(({ status, body }) => [status, body]), [201, opened.body], 'the same command again')
  refused(await dispatcher('POST', '/api/dispatch/incidents', { ...asked, summary: 'another' }), 409, 'command-id-reused')

  const shifted = await dispatcher('POST', '/api/dispatch/incidents', report({ lon: 117.22005, lat: 28.28804, crs: 'gcj02' }))
  const seen = (await dispatcher('GET', `/api/dispatch/incidents/${shifted.body.id}`)).body
  assert.ok(Math.abs(seen.lon - 117.22005) > 0.003 && Math.abs(seen.lat - 28.28804) > 0.001, 'a shifted coordinate is put right at the door')

  const { body: view } = await dispatcher('GET', incident)
  assert.deepEqual([view.id, view.category, view.priority, view.lon, view.lat, view.status], [opened.body.id, 'traffic', 2, square.lon, square.lat, 'waiting'])

  const recommended = await dispatcher('GET', `${incident}/recommendation?limit=2`)
  assert.equal(recommended.status, 200)
  assert.deepEqual(recommended.body.items.map((item: { unit: string }) => item.unit), house.units.slice(0, 2), 'nearest by road first, as many as asked')
  for (const item of recommended.body.items) {
    assert.ok(Number.isFinite(item.travelSeconds) && Number.isFinite(item.distanceMeters))
    assert.ok(item.reasons.length > 0 && item.reasons.every((reason: { code: string; text: string }) => reason.code && reason.text))
  }

  const sent = await dispatcher('POST', `${incident}/assignments`, { commandId: commandId(), unit: house.units[0] })
  assert.deepEqual([sent.status, Object.keys(sent.body)], [201, ['id']])
  refused(await dispatcher('POST', `/api/dispatch/incidents/${shifted.body.id}/assignments`, { commandId: commandId(), unit: house.units[0] }), 409, 'unit-committed')
  refused(await dispatcher('POST', `${incident}/assignments`, { commandId: commandId(), unit: 'no-such-unit' }), 404, 'unit-not-found')

  const order = `/api/dispatch/assignments/${sent.body.id}/state`
  refused(await dispatcher('POST', order, { commandId: commandId(), state: 'flying' }), 400, 'malformed')
  refused(await auditor('POST', order, { commandId: commandId(), state: 'acknowledged' }), 403, 'not-allowed')
  for (const state of ['acknowledged', 'en-route', 'on-scene', 'reported', 'cleared']) {
    const answer = await officer('POST', order, { commandId: commandId(), state })
    assert.deepEqual([answer.status, answer.body], [200, { id: sent.body.id, state }])
    const unit = (await dispatcher('GET', `/api/units/${house.units[0]}`)).body
    assert.equal(unit.state, state === 'cleared' ? 'free' : state, 'the unit is what its order is')
  }
  refused(await officer('POST', order, { commandId: commandId(), state: 'acknowledged' }), 409, 'assignment-cleared')

  assert.equal((await dispatcher('POST', `${incident}/notes`, { commandId: commandId(), text: '已处理' })).status, 201)
  assert.equal((await dispatcher('POST', `${incident}/close`, { commandId: commandId(), outcome: 'settled' })).status, 200)
  assert.equal((await dispatcher('GET', incident)).body.status, 'closed')
  refused(await dispatcher('POST', `${incident}/assignments`, { commandId: commandId(), unit: house.units[1] }), 409, 'incident-closed')
  const log = (await dispatcher('GET', `${incident}/log`)).body.items.map((line: { type: string }) => line.type)
  assert.deepEqual(log, ['incident-opened', 'unit-assigned', ...Array(5).fill('assignment-changed'), 'note-added', 'incident-closed'])
})

test('a hundred simultaneous orders to one unit: one is accepted', async () => {
  const { dispatcher } = house.people
  await house.beat()
  const incidents = await Promise.all(Array.from({ length: 10 }, async () => (await dispatcher('POST', '/api/dispatch/incidents', report())).body.id as string))
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => dispatcher('POST', `/api/dispatch/incidents/${incidents[index % 10]}/assignments`, { commandId: commandId(), unit: house.units[1] })),
  )
  const accepted = answers.filter((answer) => answer.status === 201)
  // asking again for a unit that is on it answers the same order
  assert.equal(new Set(accepted.map((answer) => answer.body.id)).size, 1)
  for (const answer of answers) if (answer.status !== 201) refused(answer, 409, 'unit-committed')
  assert.ok(accepted.length <= 10, 'only the incident it is on hears yes')
  await dispatcher('POST', `/api/dispatch/assignments/${accepted[0]!.body.id}/state`, { commandId: commandId(), state: 'cancelled' })
})

test('an incident of another agency is not there: to read, to assign, to note, to close, by any door', async () => {
  const { dispatcher, foreign } = house.people
  await house.beat()
  const { body } = await dispatcher('POST', '/api/dispatch/incidents', report({ agency: 'home.east' }))
  const incident = `/api/dispatch/incidents/${body.id}`
  const sent = await dispatcher('POST', `${incident}/assignments`, { commandId: commandId(), unit: house.units[2] })
  const id = () => ({ commandId: commandId() })
  for (const path of [incident, `${incident}/log`, `${incident}/recommendation`, `${incident}/resources`, `${incident}/way?unit=${house.units[0]}`]) {
    refused(await foreign('GET', path), 404, 'incident-not-found')
  }
  refused(await foreign('POST', `${incident}/assignments`, { ...id(), unit: house.units[0] }), 404, 'incident-not-found')
  refused(await foreign('POST', `${incident}/notes`, { ...id(), text: '看看' }), 404, 'incident-not-found')
  refused(await foreign('POST', `${incident}/close`, { ...id(), outcome: 'settled' }), 404, 'incident-not-found')
  refused(await foreign('POST', `${incident}/hand-over`, { ...id(), to: 'home.west' }), 404, 'incident-not-found')
  refused(await foreign('POST', `${incident}/reopen`, id()), 404, 'incident-not-found')
  refused(await foreign('PATCH', incident, { ...id(), priority: 1 }), 404, 'incident-not-found')
  const own = (await foreign('POST', '/api/dispatch/incidents', report())).body.id
  refused(await foreign('POST', `${incident}/merge`, { ...id(), into: own }), 404, 'incident-not-found')
  refused(await foreign('POST', `/api/dispatch/incidents/${own}/merge`, { ...id(), into: body.id }), 404, 'incident-not-found')
  refused(await foreign('POST', `/api/dispatch/assignments/${sent.body.id}/state`, { ...id(), state: 'cancelled' }), 404, 'assignment-not-found')
  refused(await foreign('GET', `/api/units/${house.units[0]}`), 404, 'unit-not-found')
  assert.deepEqual((await foreign('GET', '/api/dispatch/incidents?status=all')).body.items.map((each: { id: string }) => each.id), [own])
  assert.deepEqual((await foreign('GET', '/api/units')).body.items, [])
  const nothing = await foreign('GET', '/api/dispatch/incidents/no-such-incident')
  assert.deepEqual((await foreign('GET', incident)).body, nothing.body, 'what is elsewhere reads like what is nowhere')

  const after = (await dispatcher('GET', incident)).body
  assert.deepEqual([after.status, after.notes, after.priority, after.assignments.length], ['active', 0, 2, 1], 'and nothing was done to it')
})

// ——— the journal and the live feed ———

test('the journal is the auditor’s: every entry in order, and 403 for the dispatcher', async () => {
  const { auditor, dispatcher } = house.people
  refused(await dispatcher('GET', '/api/journal?after=0&limit=10'), 403, 'not-allowed')
  const first = (await auditor('GET', '/api/journal?after=0&limit=10')).body
  assert.deepEqual(first.items.map((entry: { position: number }) => entry.position), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  for (const field of ['position', 'at', 'stream', 'type', 'agency', 'actor', 'command', 'data', 'hash']) assert.ok(field in first.items[0], field)
  let after = 0
  while (after < first.head) {
    const { items } = (await auditor('GET', `/api/journal?after=${after}&limit=1000`)).body
    assert.equal(items[0].position, after + 1)
    after = items.at(-1).position
  }
})

test('WS /api/live?after=N goes on from N: nothing is missed, nothing comes twice', async () => {
  const { dispatcher, auditor } = house.people
  const { head } = (await auditor('GET', '/api/journal?after=0&limit=1')).body
  const whileAway = (await dispatcher('POST', '/api/dispatch/incidents', report({ summary: 'while away' }))).body.id

  const first = listen(`/api/live?after=${head}`, house.tokens['dispatcher']!)
  assert.equal((await first.until((message) => message.type === 'hello')).type, 'hello')
  const missed = await first.until((message) => message.type === 'changes' && message.entries.some((entry: any) => entry.stream === `incident/${whileAway}`))
  assert.equal(missed.views.incidents.find((view: { id: string }) => view.id === whileAway).summary, 'while away')
  const here = (await dispatcher('POST', '/api/dispatch/incidents', report({ summary: 'while here' }))).body.id
  await first.until((message) => message.type === 'changes' && message.entries.some((entry: any) => entry.stream === `incident/${here}`))
  first.close()
  const heard = first.entries().map((entry) => entry.position)
  assert.deepEqual(heard, [...new Set(heard)].sort((a, b) => a - b), 'in order, each once')
  assert.ok(heard[0]! > head)

  const meanwhile = (await dispatcher('POST', '/api/dispatch/incidents', report({ summary: 'between two connections' }))).body.id
  const second = listen(`/api/live?after=${heard.at(-1)}`, house.tokens['dispatcher']!)
  await second.until((message) => message.type === 'changes' && message.entries.some((entry: any) => entry.stream === `incident/${meanwhile}`))
  second.close()
  assert.equal(second.entries()[0]!.position, heard.at(-1)! + 1, 'where the first left off')

  const foreign = listen('/api/live?after=0', house.tokens['foreign']!)
  await foreign.until((message) => message.type === 'changes' && message.position >= head)
  foreign.close()
  const theirs = foreign.entries().filter((entry) => /^(incident|unit)\//.test(entry.stream) && entry.agency !== 'home.west')
  assert.deepEqual(theirs, [], 'another agency’s incidents and units are not in it')
  await assert.rejects(listen('/api/live?after=0', 'made-up').until(() => true), /401|4401/)
})

test('positions come over the same socket as binary frames', async () => {
  const live = listen('/api/live?after=0', house.tokens['dispatcher']!)
  await live.until((message) => message.type === 'hello')
  live.send({ type: 'view', bbox: [117, 28, 118, 29], intervalMs: 100 })
  await house.beat()
  const frame = await until(() => live.frames.find((each) => each.byteLength > 16), 'a frame with units')
  assert.equal((frame.byteLength - 16) % 20, 0)
  live.close()
})

test('journal verify tells what there is, and a single changed byte with its place; an export is checked with no database', async () => {
  const good = await gengfu(['journal', 'verify', '--data', data])
  assert.equal(good.code, 0, good.err)
  const verdict = JSON.parse(good.out)
  assert.deepEqual(Object.keys(verdict), ['entries', 'firstBad', 'head'])
  assert.equal(verdict.firstBad, null)
  assert.ok(verdict.entries > 50 && /^[0-9a-f]{64}$/.test(verdict.head), good.out)

  const file = join(temporaryFolder('gengfu-export-'), 'journal.ndjson')
  const exported = await gengfu(['journal', 'export', '--data', data, '--out', file])
  assert.equal(exported.code, 0, exported.err)
  const checked = await gengfu(['journal', 'verify', '--file', file])
  assert.equal(checked.code, 0, checked.err)
  // the auditor, or a limit that ran out, may have added to it meanwhile
  assert.ok(JSON.parse(checked.out).entries >= verdict.entries)

  const changed = readFileSync(file)
  const place = changed.indexOf('两车相撞')
  changed[place] = changed[place]! ^ 1
  writeFileSync(`${file}.changed`, changed)
  const line = changed.subarray(0, place).toString('latin1').split('\n').length
  const bad = await gengfu(['journal', 'verify', '--file', `${file}.changed`])
  assert.equal(bad.code, 1)
  const positionOfLine = (n: number) => JSON.parse(readFileSync(file, 'utf8').split('\n')[n - 1]!).position
  assert.equal(JSON.parse(bad.out).firstBad, positionOfLine(line))
  assert.match(bad.err, new RegExp(`position ${positionOfLine(line)}\\b`))

  // one byte of history, by somebody who may do everything in the database
  const victim = `(select min(position) from journal.entry where type = 'incident-opened')`
  const change = (from: string, to: string) =>
    onDatabase(`set session_replication_role = replica; update journal.entry set data = replace(data::text, '${from}', '${to}')::json where position = ${victim}`)
  const [{ position }] = await onDatabase(`select ${victim}::int as position`)
  await change('"priority":2', '"priority":3')
  const caught = await gengfu(['journal', 'verify', '--data', data])
  assert.equal(caught.code, 1)
  assert.equal(JSON.parse(caught.out).firstBad, position)
  await change('"priority":3', '"priority":2')
  assert.equal((await gengfu(['journal', 'verify', '--data', data])).code, 0)

  const refusedChange = onDatabase(`update journal.entry set actor = 'x' where position = 1`)
  await assert.rejects(refusedChange, /append-only/)
})

// ——— pictures, the API’s own description, the command line ———

test('a picture comes back without what the phone wrote into it', async () => {
  const { dispatcher } = house.people
  const { body } = await dispatcher('POST', '/api/dispatch/incidents', report())
  const jpeg = Buffer.concat([Buffer.from('ffd8fffe0013', 'hex'), Buffer.from('SN-3582400511111'), Buffer.from('20ffdb000311ffd9', 'hex')])
  const sent = await dispatcher('POST', `/api/dispatch/incidents/${body.id}/pictures`, { commandId: commandId(), data: jpeg.toString('base64') })
  assert.equal(sent.status, 201, JSON.stringify(sent.body))
  const reply = await fetch(`${served.url}/api/dispatch/pictures/${sent.body.id}`, { headers: { authorization: `Bearer ${house.tokens['dispatcher']}` } })
  assert.equal(reply.headers.get('content-type'), 'image/jpeg')
  assert.equal(Buffer.from(await reply.arrayBuffer()).toString('hex'), 'ffd8ffdb000311ffd9')
  assert.ok(existsSync(join(data, 'pictures', sent.body.sha256)))
})

const promised: [method: string, path: string][] = [
  ['post', '/api/session'], ['get', '/api/units'], ['post', '/api/units/positions'], ['post', '/api/dispatch/incidents'],
  ['get', '/api/dispatch/incidents/{id}'], ['get', '/api/dispatch/incidents/{id}/recommendation'], ['post', '/api/dispatch/incidents/{id}/assignments'],
  ['post', '/api/dispatch/assignments/{id}/state'], ['get', '/api/dispatch/categories'], ['get', '/api/journal'],
  ['get', '/api/health'], ['get', '/api/openapi.json'], ['post', '/api/setup'], ['post', '/api/town/imports'], ['get', '/api/units/osmand'], ['post', '/api/units/osmand'],
]

test('the API describes itself in OpenAPI 3.1, with every promised address, its body and its answers', async () => {
  const { status, body } = await house.people.stranger('GET', '/api/openapi.json')
  assert.equal(status, 200)
  assert.match(body.openapi, /^3\.1\./)
  for (const [method, path] of promised) {
    const operation = body.paths[path]?.[method]
    assert.ok(operation, `${method} ${path}`)
    assert.ok(operation.operationId && operation.summary && Object.keys(operation.responses).length > 0, `${method} ${path}`)
  }
  assert.ok(body.paths['/api/dispatch/incidents'].post.responses['201'])
  assert.equal((await house.people.stranger('GET', '/api/reference')).status, 200)
})

test('import osm answers its report as one line of JSON, and a running server takes the new map over', async () => {
  const { administrator } = house.people
  const before = (await administrator('GET', '/api/town')).body.version
  const file = join(temporaryFolder('gengfu-map-'), 'again.osm.pbf')
  copyFileSync(guixi, file)
  const { code, out, err } = await gengfu(['import', 'osm', file, '--data', data])
  assert.equal(code, 0, err)
  assert.deepEqual(Object.keys(JSON.parse(out)), ['nodes', 'edges', 'turnRestrictions', 'largestComponentShare', 'places', 'seconds'])
  const fresh = await until(async () => {
    const { version } = (await administrator('GET', '/api/town')).body
    return version === before ? undefined : (version as string)
  }, 'the new map')
  const tiles = await fetch(`${served.url}/api/town/basemap/${fresh}.pmtiles`, { headers: { authorization: `Bearer ${house.tokens['administrator']}`, range: 'bytes=0-6' } })
  assert.deepEqual([tiles.status, await tiles.text()], [206, 'PMTiles'])
})

test('the demo prints one line when ready; its accounts work at every start', async () => {
  const folder = temporaryFolder('gengfu-demo-')
  for (const start of [1, 2]) {
    const demo = await serve({ data: folder, demo: 'guixi', env: ownDatabase })
    try {
      assert.match(demo.url, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.deepEqual([...new Set(demo.accounts.map((account) => account.role))].sort(), ['administrator', 'analyst', 'auditor', 'commander', 'dispatcher', 'officer', 'station'])
      for (const { role, name, password } of demo.accounts) {
        const { status, body } = await callerOf(demo.url)('POST', '/api/session', { name, password })
        assert.equal(status, 200, `start ${start}: ${role} ${JSON.stringify(body)}`)
        assert.ok(body.grants.some((grant: { role: string }) => grant.role === role))
      }
    } finally {
      assert.equal(await demo.stop(), 0)
    }
  }
})

// ——— tools of this file ———

async function onDatabase(sql: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: await findEmbedded(data) })
  await client.connect()
  try {
    const result = await client.query(sql)
    return result.rows
  } finally {
    await client.end()
  }
}

const listen = (path: string, token: string) => listenTo(served.url, path, token)
