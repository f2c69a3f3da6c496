import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Registry } from 'prom-client'
import { createSecrets } from '#platform/auth/secrets.ts'
import { createHttpServer, type HttpServer } from '#platform/http/server.ts'
import { postgresJournal, type PostgresJournal } from '#platform/journal/postgres.ts'
import { dumpTables, everyEntry, replay } from '#platform/journal/replay.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from '#test/database.ts'
import type { OrganisationDeps } from './deps.ts'
import { findAgency, listStations, memberNames } from './lookups-store.ts'
import { refusals } from './refusals.ts'
import { routes } from './routes.ts'
import { createAccountWithPassword, ensureAgency, ensureMember } from './seed.ts'
import { authenticate } from './session.ts'
import { checkPassword } from './sign-in.ts'
import { projections } from './store.ts'

const minute = 60_000
const password = 'Night-Watch-2026'
let clock = 1_767_225_600_000 // 2026-01-01T00:00Z
let deps: OrganisationDeps
let server: HttpServer
let journal: PostgresJournal
let drop: () => Promise<void>

before(async () => {
  const { database, drop: dropDatabase } = await testDatabase({ connections: 5 })
  drop = dropDatabase
  journal = postgresJournal({ db: database, projections, log: silentLog })
  await journal.start()
  deps = {
    db: database,
    journal,
    now: () => clock,
    newId: () => randomUUID(),
    secrets: createSecrets({ randomBytes, cost: { memoryKib: 64, passes: 1 } }),
    log: silentLog,
    setupToken: 'the-setup-token-of-this-test',
  }
  server = await createHttpServer({
    log: silentLog,
    metrics: { registry: new Registry() },
    sentences: refusals,
    authenticate: (call) => authenticate(deps, call),
    staticFolder: '/nowhere',
    version: 'test',
    now: () => clock,
    checkReplies: true,
    limits: { strangerPerMinute: 100_000 },
  })
  server.mount(routes, deps)
  await server.app.ready()

  await ensureAgency(deps, { parent: null, label: 'cn', name: '县局', nameEn: 'County', kind: 'county' })
  await ensureAgency(deps, { parent: 'cn', label: 'east', name: '城东派出所', kind: 'station', lon: 117.2, lat: 28.3 })
  await ensureAgency(deps, { parent: 'cn', label: 'west', name: '城西派出所', kind: 'station', lon: 117.1, lat: 28.3 })
  const seed = (name: string, agency: string, ...roles: ('administrator' | 'dispatcher' | 'officer')[]) =>
    createAccountWithPassword(deps, { name, displayName: name, agency, grants: roles.map((role) => ({ role, agency })), password })
  await seed('root', 'cn', 'administrator')
  await seed('east-admin', 'cn.east', 'administrator')
  await seed('desk', 'cn', 'dispatcher')
  await seed('patrol', 'cn.east', 'officer')
  // Lives in the east, rules over all: nobody of the east may take this account over.
  await createAccountWithPassword(deps, { name: 'chief', displayName: 'chief', agency: 'cn.east', grants: [{ role: 'administrator', agency: 'cn' }], password })
})
after(async () => {
  await server?.close()
  await journal?.stop()
  await drop?.()
})

type Answer = { status: number; body: any; headers: Record<string, unknown> }
async function call(method: string, url: string, options: { token?: string; cookie?: string; csrf?: string; body?: object; headers?: Record<string, string> } = {}): Promise<Answer> {
  const reply = await server.app.inject({
    method: method as 'GET',
    url,
    headers: {
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...(options.cookie ? { cookie: `__Host-gengfu=${options.cookie}` } : {}),
      ...(options.csrf ? { 'x-gengfu-csrf': options.csrf } : {}),
      ...options.headers,
    },
    ...(options.body ? { payload: options.body } : {}),
  })
  return { status: reply.statusCode, body: reply.body ? reply.json() : null, headers: reply.headers }
}
async function signIn(name: string, secret = password): Promise<string> {
  const { status, body } = await call('POST', '/api/session', { body: { name, password: secret } })
  assert.equal(status, 200, JSON.stringify(body))
  return body.token
}
const id = () => randomUUID()

test('the right password answers a token and a __Host- cookie that scripts cannot read', async () => {
  const { status, body, headers } = await call('POST', '/api/session', { body: { name: 'desk', password } })
  assert.equal(status, 200)
  assert.equal(body.displayName, 'desk')
  assert.deepEqual(body.grants, [{ role: 'dispatcher', agency: 'cn' }])
  assert.match(String(headers['set-cookie']), /^__Host-gengfu=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict$/)
  const now = await call('GET', '/api/session', { token: body.token })
  assert.equal(now.body.account, body.account)
  assert.equal(now.body.csrf, body.csrf)
  assert.equal(now.body.idleExpiresAt, clock + 30 * minute)
})

test('names are compared without regard to case and width', async () => {
  await signIn('  DESK ')
  await signIn('ｄｅｓｋ')
})

test('a wrong password and a name that there is not get the very same answer', async () => {
  const wrong = await call('POST', '/api/session', { body: { name: 'desk', password: 'wrong' } })
  const unknown = await call('POST', '/api/session', { body: { name: 'nobody-here', password: 'wrong' } })
  assert.equal(wrong.status, 401)
  assert.deepEqual(wrong.body, unknown.body)
  assert.equal(wrong.body.code, 'wrong-credentials')
  await signIn('desk') // and the count begins anew
})

test('a name that there is not costs the same argon2 work as a wrong password', async () => {
  const { secrets } = deps
  const work: string[] = []
  const counting = {
    ...deps,
    secrets: {
      ...secrets,
      verify: (stored: string, given: string) => (work.push(stored.split('$').slice(0, 4).join('$')), secrets.verify(stored, given)),
      verifyNobody: (given: string) => (work.push('nobody'), secrets.verifyNobody(given)),
    },
  }
  await checkPassword(counting, { name: 'patrol', password: 'not this one', address: '::1' })
  await checkPassword(counting, { name: 'nobody of that name', password: 'not this one', address: '::1' })
  assert.equal(work.length, 2)
  assert.match(work[0]!, /^\$argon2id\$/)
  assert.equal(work[1], 'nobody')
})

test('five wrong passwords lock a name for 15 minutes, also one that there is not', async () => {
  await createAccountWithPassword(deps, { name: 'clumsy', displayName: 'x', agency: 'cn', grants: [{ role: 'dispatcher', agency: 'cn' }], password })
  for (const name of ['clumsy', 'ghost']) {
    for (let n = 0; n < 5; n++) assert.equal((await call('POST', '/api/session', { body: { name, password: 'wrong' } })).status, 401)
    const locked = await call('POST', '/api/session', { body: { name, password }, headers: { 'x-gengfu-language': 'zh' } })
    assert.equal(locked.status, 429)
    assert.equal(locked.body.code, 'sign-in-locked')
    assert.match(locked.body.because, /15 分钟/)
    assert.equal(locked.headers['retry-after'], '900')
  }
  clock += 15 * minute
  await signIn('clumsy')
})

test('a crowd of guesses at once gets no more than five tries', async () => {
  await createAccountWithPassword(deps, { name: 'crowded', displayName: 'x', agency: 'cn', grants: [{ role: 'dispatcher', agency: 'cn' }], password })
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => call('POST', '/api/session', { body: { name: 'crowded', password: `guess ${n}` } })))
  assert.equal(answers.filter((answer) => answer.status === 401).length, 5)
  assert.equal(answers.filter((answer) => answer.status === 429).length, 25)
})

test('twenty consoles signing in to one account at once all get in', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => call('POST', '/api/session', { body: { name: 'desk', password } })))
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200])
})

test('a session left alone for half an hour is over; one that is used is not', async () => {
  const idle = await signIn('desk')
  const used = await signIn('desk')
  clock += 20 * minute
  assert.equal((await call('GET', '/api/session', { token: used })).status, 200)
  clock += 11 * minute
  const expired = await call('GET', '/api/session', { token: idle })
  assert.equal(expired.status, 401)
  assert.equal(expired.body.code, 'session-expired')
  assert.equal((await call('GET', '/api/session', { token: used })).status, 200)
})

test('what a page asks by itself does not keep a session alive', async () => {
  const token = await signIn('desk')
  for (let n = 0; n < 3; n++) {
    clock += 10 * minute
    await call('GET', '/api/session', { token, headers: { 'x-gengfu-background': '1' } })
  }
  assert.equal((await call('GET', '/api/session', { token })).body.code, 'session-expired')
})

test('an officer’s phone may rest for hours; after twelve, everybody signs in again', async () => {
  const token = await signIn('patrol')
  clock += 11 * 60 * minute
  assert.equal((await call('GET', '/api/session', { token })).status, 200)
  clock += 61 * minute
  assert.equal((await call('GET', '/api/session', { token })).body.code, 'session-expired')
})

test('signing out ends the session on the server, not only in the browser', async () => {
  const { body } = await call('POST', '/api/session', { body: { name: 'desk', password } })
  const out = await call('DELETE', '/api/session', { cookie: body.token, csrf: body.csrf })
  assert.equal(out.status, 204)
  assert.match(String(out.headers['set-cookie']), /Max-Age=0/)
  assert.equal((await call('GET', '/api/session', { cookie: body.token })).body.code, 'session-expired')
})

test('a cookie writes only with its csrf word; a bearer token needs none', async () => {
  const { body } = await call('POST', '/api/session', { body: { name: 'root', password } })
  const wanted = () => ({ commandId: id(), name: '甲', staffNumber: id().slice(0, 8), agency: 'cn' })
  const url = '/api/organisation/members'
  assert.equal((await call('POST', url, { cookie: body.token, body: wanted() })).body.code, 'csrf')
  assert.equal((await call('POST', url, { cookie: body.token, csrf: 'guessed', body: wanted() })).status, 403)
  assert.equal((await call('POST', url, { cookie: body.token, csrf: body.csrf, body: wanted() })).status, 201)
  assert.equal((await call('POST', url, { token: body.token, body: wanted() })).status, 201)
  assert.equal((await call('GET', url, { cookie: body.token })).status, 200)
})

test('a new account must change its one-time password before it may do anything else', async () => {
  const root = await signIn('root')
  const made = await call('POST', '/api/organisation/accounts', {
    token: root,
    body: { commandId: id(), name: 'newcomer', displayName: '新人', agency: 'cn', grants: [{ role: 'dispatcher', agency: 'cn' }] },
  })
  assert.equal(made.status, 201)
  assert.match(made.body.oneTimePassword, /^[\w]{4}(-\w{4}){3}$/)

  const token = await signIn('newcomer', made.body.oneTimePassword)
  const blocked = await call('GET', '/api/organisation/agencies', { token })
  assert.equal(blocked.status, 403)
  assert.equal(blocked.body.code, 'must-change-password')

  const change = (current: string, next: string) => call('POST', '/api/session/password', { token, body: { current, next } })
  assert.equal((await change('wrong', 'Quite-Another-1')).body.code, 'wrong-password')
  assert.equal((await change(made.body.oneTimePassword, 'Short-1')).body.code, 'password-too-short')
  assert.equal((await change(made.body.oneTimePassword, 'allsmallletters')).body.code, 'password-too-plain')
  assert.equal((await change(made.body.oneTimePassword, 'The-Newcomer-26')).body.code, 'password-has-name')
  assert.equal((await change(made.body.oneTimePassword, made.body.oneTimePassword)).body.code, 'password-used-before')
  assert.equal((await change(made.body.oneTimePassword, 'Quite-Another-1')).status, 204)
  assert.equal((await call('GET', '/api/organisation/agencies', { token })).status, 200)
  await signIn('newcomer', 'Quite-Another-1')
})

test('the same command twice opens one account, and the second answer has no password', async () => {
  const root = await signIn('root')
  const body = { commandId: id(), name: 'twice', displayName: 'x', agency: 'cn', grants: [{ role: 'dispatcher', agency: 'cn' }] }
  const first = await call('POST', '/api/organisation/accounts', { token: root, body })
  const second = await call('POST', '/api/organisation/accounts', { token: root, body })
  assert.equal(first.body.id, second.body.id)
  assert.equal(second.body.oneTimePassword, null)
  const taken = await call('POST', '/api/organisation/accounts', { token: root, body: { ...body, commandId: id(), name: 'TWICE' } })
  assert.equal(taken.body.code, 'account-name-taken')
})

test('two administrators who take one name at once: one is refused', async () => {
  const root = await signIn('root')
  const ask = () =>
    call('POST', '/api/organisation/accounts', { token: root, body: { commandId: id(), name: 'race', displayName: 'x', agency: 'cn', grants: [{ role: 'dispatcher', agency: 'cn' }] } })
  const answers = await Promise.all([ask(), ask(), ask(), ask()])
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 409, 409, 409])
})

test('an administrator sees and changes his own part of the tree, and nothing else is there', async () => {
  const east = await signIn('east-admin')
  const root = await signIn('root')
  const all = (await call('GET', '/api/organisation/accounts', { token: root })).body.items
  const seen = (await call('GET', '/api/organisation/accounts', { token: east })).body.items
  assert.ok(all.length > seen.length)
  assert.ok(seen.every((account: any) => account.agency === 'cn.east'))
  assert.deepEqual((await call('GET', '/api/organisation/agencies', { token: east })).body.items.map((one: any) => one.path), ['cn.east'])

  const desk = all.find((account: any) => account.name === 'desk')
  const foreign = await call('POST', `/api/organisation/accounts/${desk.id}/password`, { token: east, body: { commandId: id() } })
  assert.equal(foreign.status, 404)
  assert.equal(foreign.body.code, 'account-not-found')
  assert.deepEqual(foreign.body, (await call('POST', '/api/organisation/accounts/no-such-id/password', { token: east, body: { commandId: id() } })).body)
})

test('nobody grants what he does not hold, nor takes over who holds more', async () => {
  const east = await signIn('east-admin')
  const root = await signIn('root')
  const ask = (grants: object[], agency = 'cn.east') =>
    call('POST', '/api/organisation/accounts', { token: east, body: { commandId: id(), name: `n${id().slice(0, 8)}`, displayName: 'x', agency, grants } })
  assert.equal((await ask([{ role: 'administrator', agency: 'cn' }])).body.code, 'grant-outside')
  assert.equal((await ask([{ role: 'dispatcher', agency: 'cn.west' }])).body.code, 'grant-outside')
  assert.equal((await ask([{ role: 'dispatcher', agency: 'cn.eastern' }])).body.code, 'grant-outside')
  assert.equal((await ask([{ role: 'dispatcher', agency: 'cn.east' }], 'cn')).body.code, 'agency-not-found')
  assert.equal((await ask([{ role: 'dispatcher', agency: 'cn.east' }])).status, 201)

  const all = (await call('GET', '/api/organisation/accounts', { token: root })).body.items
  const chief = all.find((account: any) => account.name === 'chief')
  for (const [method, path, body] of [
    ['POST', `/api/organisation/accounts/${chief.id}/password`, {}],
    ['POST', `/api/organisation/accounts/${chief.id}/sessions/end`, {}],
    ['PATCH', `/api/organisation/accounts/${chief.id}`, { disabled: true }],
  ] as const) {
    assert.equal((await call(method, path, { token: east, body: { commandId: id(), ...body } })).body.code, 'account-outranks', path)
  }
  const self = all.find((account: any) => account.name === 'root')
  const own = await call('PATCH', `/api/organisation/accounts/${self.id}`, { token: root, body: { commandId: id(), disabled: true } })
  assert.equal(own.body.code, 'own-account')
})

test('disabling an account ends its sessions at once, and its right password opens nothing', async () => {
  const root = await signIn('root')
  const { id: account } = await createAccountWithPassword(deps, { name: 'leaver', displayName: 'x', agency: 'cn', grants: [{ role: 'dispatcher', agency: 'cn' }], password })
  const token = await signIn('leaver')
  assert.equal((await call('PATCH', `/api/organisation/accounts/${account}`, { token: root, body: { commandId: id(), disabled: true } })).status, 204)
  assert.equal((await call('GET', '/api/session', { token })).body.code, 'session-expired')
  assert.equal((await call('POST', '/api/session', { body: { name: 'leaver', password } })).status, 401)
  const view = (await call('GET', '/api/organisation/accounts', { token: root })).body.items.find((one: any) => one.id === account)
  assert.equal(view.status, 'disabled')
  assert.equal(view.sessions, 0)
})

test('a right that is taken away is gone at the next call', async () => {
  const root = await signIn('root')
  const { id: account } = await createAccountWithPassword(deps, { name: 'demoted', displayName: 'x', agency: 'cn', grants: [{ role: 'administrator', agency: 'cn' }], password })
  const token = await signIn('demoted')
  assert.equal((await call('GET', '/api/organisation/accounts', { token })).status, 200)
  await call('PATCH', `/api/organisation/accounts/${account}`, { token: root, body: { commandId: id(), grants: [{ role: 'dispatcher', agency: 'cn' }] } })
  const refused = await call('GET', '/api/organisation/accounts', { token })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.code, 'not-allowed')
})

test('an administrator lifts a lock; a reset password lifts it too and ends the sessions', async () => {
  const root = await signIn('root')
  const { id: account } = await createAccountWithPassword(deps, { name: 'locked', displayName: 'x', agency: 'cn', grants: [{ role: 'dispatcher', agency: 'cn' }], password })
  const token = await signIn('locked')
  const lock = async () => {
    for (let n = 0; n < 5; n++) await call('POST', '/api/session', { body: { name: 'locked', password: 'wrong' } })
    const view = (await call('GET', '/api/organisation/accounts', { token: root })).body.items.find((one: any) => one.id === account)
    assert.equal(view.status, 'locked')
  }
  await lock()
  assert.equal((await call('POST', `/api/organisation/accounts/${account}/unlock`, { token: root, body: { commandId: id() } })).status, 204)
  await signIn('locked')
  await lock()
  const reset = await call('POST', `/api/organisation/accounts/${account}/password`, { token: root, body: { commandId: id() } })
  assert.equal((await call('GET', '/api/session', { token })).status, 401)
  assert.equal((await call('POST', '/api/session', { body: { name: 'locked', password } })).status, 401)
  await signIn('locked', reset.body.oneTimePassword)
})

test('agencies and members are added, changed and moved within one’s own part', async () => {
  const root = await signIn('root')
  const east = await signIn('east-admin')
  const made = await call('POST', '/api/organisation/agencies', { token: east, body: { commandId: id(), parent: 'cn.east', label: 'box1', name: '警务亭', kind: 'company' } })
  assert.deepEqual([made.status, made.body.path], [201, 'cn.east.box1'])
  const agencies = '/api/organisation/agencies'
  assert.equal((await call('POST', agencies, { token: east, body: { commandId: id(), parent: 'cn.west', label: 'b', name: 'x', kind: 'company' } })).body.code, 'agency-not-found')
  assert.equal((await call('POST', agencies, { token: root, body: { commandId: id(), parent: null, label: 'other', name: 'x', kind: 'county' } })).body.code, 'agency-parent-needed')
  assert.equal((await call('POST', agencies, { token: root, body: { commandId: id(), parent: 'cn', label: 'east', name: 'x', kind: 'station' } })).body.code, 'agency-path-taken')
  assert.equal((await call('PATCH', `${agencies}/${made.body.id}`, { token: east, body: { commandId: id(), lon: 117 } })).body.code, 'place-incomplete')
  assert.equal((await call('PATCH', `${agencies}/${made.body.id}`, { token: east, body: { commandId: id(), lon: 117, lat: 28, name: '警务亭一' } })).status, 204)

  const enrolled = await call('POST', '/api/organisation/members', { token: east, body: { commandId: id(), name: '巡警甲', staffNumber: 'E-1', agency: 'cn.east' } })
  assert.equal(enrolled.status, 201)
  const again = await call('POST', '/api/organisation/members', { token: root, body: { commandId: id(), name: '巡警乙', staffNumber: 'E-1', agency: 'cn.west' } })
  assert.equal(again.body.code, 'staff-number-taken')
  assert.equal((await call('PATCH', `/api/organisation/members/${enrolled.body.id}`, { token: east, body: { commandId: id(), agency: 'cn.west' } })).body.code, 'agency-not-found')
  assert.equal((await call('PATCH', `/api/organisation/members/${enrolled.body.id}`, { token: root, body: { commandId: id(), agency: 'cn.west' } })).status, 204)
  const ofEast = (await call('GET', '/api/organisation/members', { token: east })).body.items
  assert.ok(!ofEast.some((member: any) => member.id === enrolled.body.id), 'moved out of sight')
})

test('nothing secret is ever written into the journal', async () => {
  const entries = await journal.read(0, 5000)
  assert.ok(entries.some((entry) => entry.type === 'signed-in'))
  assert.ok(entries.some((entry) => entry.type === 'account-locked'))
  const text = JSON.stringify(entries)
  for (const secret of [password, 'Quite-Another-1', '$argon2', deps.setupToken]) assert.ok(!text.includes(secret), secret)
  assert.ok(!/"(token|csrf|password)":/i.test(text))
})

test('seeding again changes nothing, and mends what was changed', async () => {
  const wanted = { name: 'demo', displayName: '演示', agency: 'cn', grants: [{ role: 'dispatcher' as const, agency: 'cn' }], password }
  const { id: account } = await createAccountWithPassword(deps, wanted)
  const head = await journal.head()
  await createAccountWithPassword(deps, wanted)
  assert.equal(await journal.head(), head)
  const member = { name: '巡警丙', staffNumber: 'S-3', agency: 'cn' }
  assert.deepEqual(await ensureMember(deps, member), await ensureMember(deps, member))

  const root = await signIn('root')
  await call('PATCH', `/api/organisation/accounts/${account}`, { token: root, body: { commandId: id(), disabled: true } })
  for (let n = 0; n < 5; n++) await call('POST', '/api/session', { body: { name: 'demo', password: 'wrong' } })
  await createAccountWithPassword(deps, wanted)
  await signIn('demo')
})

test('an empty house is set up once, by whoever holds the token', async () => {
  const { database, drop: dropEmpty } = await testDatabase({ connections: 5 })
  const other = postgresJournal({ db: database, projections, log: silentLog })
  await other.start()
  const empty = { ...deps, db: database, journal: other }
  const door = await createHttpServer({
    log: silentLog, metrics: { registry: new Registry() }, sentences: refusals, authenticate: (one) => authenticate(empty, one),
    staticFolder: '/nowhere', version: 'test', now: () => clock, checkReplies: true,
  })
  door.mount(routes, empty)
  try {
    const ask = (body: object) => door.app.inject({ method: 'POST', url: '/api/setup', payload: body })
    assert.deepEqual((await door.app.inject('/api/setup')).json(), { needed: true })
    const wanted = { setupToken: deps.setupToken, agencyName: '某县公安局', administratorName: 'admin', displayName: '管理员', password: 'A-Fresh-Start-1' }
    assert.equal((await ask({ ...wanted, setupToken: 'guess' })).json().code, 'setup-token-wrong')
    assert.equal((await ask({ ...wanted, password: 'short' })).json().code, 'password-too-short')
    const answers = await Promise.all([ask(wanted), ask({ ...wanted, administratorName: 'other' })])
    assert.deepEqual(answers.map((answer) => answer.statusCode).sort(), [201, 409])
    const done = answers.find((answer) => answer.statusCode === 201)!.json()
    assert.equal(done.agency, 'home')
    assert.equal((await door.app.inject({ url: '/api/organisation/accounts', headers: { authorization: `Bearer ${done.token}` } })).json().items.length, 1)
    assert.deepEqual((await door.app.inject('/api/setup')).json(), { needed: false })
    assert.equal((await ask(wanted)).json().code, 'setup-done')
  } finally {
    await door.close()
    await other.stop()
    await dropEmpty()
  }
})

test('replaying the journal gives the same agencies, members, accounts and grants, row for row', async () => {
  const { database: copy, drop: dropCopy } = await testDatabase({ connections: 5 })
  try {
    const applied = await replay({ entries: everyEntry(journal), into: copy, projections })
    assert.ok(applied > 60, `${applied} entries of everything that the tests above did`)
    const except = ['organisation.session', 'organisation.credential', 'organisation.sign_in_failure']
    const tables = await dumpTables(deps.db, ['organisation'], { except })
    assert.deepEqual(await dumpTables(copy, ['organisation'], { except }), tables)
    assert.ok(JSON.stringify(tables).includes('newcomer'))
  } finally {
    await dropCopy()
  }
})

test('other rooms find agencies, stations and names, and nothing for what there is not', async () => {
  assert.equal((await findAgency(deps, 'cn.east'))?.name, '城东派出所')
  assert.equal(await findAgency(deps, 'cn.moon'), undefined)
  assert.deepEqual((await listStations(deps)).map((one) => [one.path, one.lon]), [['cn.east', 117.2], ['cn.west', 117.1]])
  const member = await ensureMember(deps, { name: '巡警丁', staffNumber: 'S-4', agency: 'cn' })
  assert.deepEqual([...(await memberNames(deps, [member.id, 'nobody']))], [[member.id, '巡警丁']])
  assert.equal((await memberNames(deps, [])).size, 0)
})
