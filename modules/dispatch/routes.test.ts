import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Value } from 'typebox/value'
import type { Actor } from '#kernel/actor.ts'
import { sentence, type Refused } from '#kernel/decision.ts'
import { databaseScene, people, person, place } from '#test/dispatch-scene.ts'
import type { AssignmentView, IncidentView, LogLine, NearIncident, RecommendationItem, ResourceView } from './contract.ts'
import { startDispatch } from './jobs.ts'
import { refusals } from './refusals.ts'
import { routes } from './routes.ts'
import { activeAssignments } from './store.ts'

let scene: Awaited<ReturnType<typeof databaseScene>>
before(async () => (scene = await databaseScene()))
after(() => scene?.end())

const { night, elsewhere, desk, analyst, officer1, officer2, root } = people

/** Call a route as the server does: role, schema, handler, schema. Refusals come back as `{status: 409, code}`. */
async function call(actor: Actor, method: string, path: string, parts: { query?: object; body?: object; language?: 'zh' | 'en' } = {}) {
  for (const route of routes) {
    const names: string[] = []
    const pattern = new RegExp(`^${route.path.replace(/:(\w+)/g, (_, name: string) => (names.push(name), '([^/]+)')).replace('.', '\\.')}$`)
    const match = pattern.exec(path)
    // Fastify prefers a literal segment to a parameter: so does this table, where literals stand first.
    if (route.method !== method || !match) continue
    if (Array.isArray(route.access) && !actor.grants.some((grant) => route.access.includes(grant.role))) return { status: 403, body: null as never }
    const params = Object.fromEntries(names.map((name, index) => [name, match[index + 1]]))
    for (const [part, value] of [['params', params], ['querystring', parts.query ?? {}], ['body', parts.body]] as const) {
      const schema = route.schema[part]
      if (schema) assert.ok(Value.Check(schema, value), `${method} ${path} ${part}: ${JSON.stringify([...Value.Errors(schema, value)].slice(0, 2))}`)
    }
    const request = { params, querystring: parts.query ?? {}, body: parts.body, actor, language: parts.language ?? 'zh', address: '127.0.0.1' }
    const answer = (await route.handle(scene.deps, request as never)) as { status: number; body: unknown; headers?: object } | Refused
    if ('refused' in answer) {
      assert.ok(answer.refused === 'not-allowed' || answer.refused in refusals, `no sentence for ${answer.refused}`)
      assert.doesNotMatch(sentence(refusals, answer, 'en') + sentence(refusals, answer, 'zh'), /\{\w+\}/, `${answer.refused} has a gap in its sentence`)
      return { status: answer.refused.endsWith('-not-found') ? 404 : answer.refused === 'not-allowed' ? 403 : 409, code: answer.refused, body: null as never }
    }
    const schema = route.replies[answer.status]
    assert.ok(schema, `${method} ${path} answered an undeclared ${answer.status}`)
    assert.ok(Value.Check(schema, answer.body) || path.includes('pictures/'), `${method} ${path}: ${JSON.stringify([...Value.Errors(schema, answer.body)].slice(0, 3))}`)
    return { status: answer.status, body: answer.body as never, headers: answer.headers }
  }
  throw new Error(`no route ${method} ${path}`)
}

const post = (actor: Actor, path: string, body: object = {}) => call(actor, 'POST', path, { body: { commandId: scene.id(), ...body } })
const get = (actor: Actor, path: string, query: object = {}, language?: 'zh' | 'en') => call(actor, 'GET', path, { query, language })
const report = async (more: object = {}, actor = night) => {
  const { status, body } = await post(actor, '/api/dispatch/incidents', { category: 'dispute', ...place, summary: '邻里争吵', ...more })
  assert.equal(status, 201)
  return (body as { id: string }).id
}
const seen = async (id: string, actor = night) => (await get(actor, `/api/dispatch/incidents/${id}`)).body as IncidentView

test('the promises of the issue: open 201, assign 201 or 409, state, view, categories', async () => {
  const opened = await call(night, 'POST', '/api/dispatch/incidents', {
    body: { commandId: scene.id(), category: 'dispute', priority: 2, ...place, crs: 'wgs84', summary: '邻里争吵' },
  })
  assert.deepEqual(Object.keys(opened.body), ['id'])
  const { id } = opened.body as { id: string }
  const assigned = await post(night, `/api/dispatch/incidents/${id}/assignments`, { unit: 'p1' })
  assert.equal(assigned.status, 201)
  assert.deepEqual(Object.keys(assigned.body), ['id'])
  const other = await report()
  assert.deepEqual((await post(night, `/api/dispatch/incidents/${other}/assignments`, { unit: 'p1' })).code, 'unit-committed')
  const order = (assigned.body as { id: string }).id
  for (const state of ['acknowledged', 'en-route', 'on-scene', 'reported', 'cleared'] as const) {
    scene.pass(5)
    assert.deepEqual(await post(officer1, `/api/dispatch/assignments/${order}/state`, { state }), { status: 200, body: { id: order, state }, headers: undefined })
  }
  const view = await seen(id)
  assert.deepEqual([view.status, view.priority, view.place, view.placeEn], ['waiting', 2, '雄石路', 'Xiongshi Road'])
  const [assignment] = view.assignments as [AssignmentView]
  assert.deepEqual(
    [assignment.acknowledgedAt, assignment.enRouteAt, assignment.onSceneAt, assignment.reportedAt, assignment.endedAt].map((at) => (at! - assignment.orderedAt) / 1000),
    [5, 10, 15, 20, 25],
  )
  const { items } = (await get(night, '/api/dispatch/categories')).body as { items: { id: string; name: string }[] }
  assert.deepEqual(items.map((item) => item.name), ['刑事', '治安', '交通', '火灾/灾害事故', '群体性事件', '纠纷', '紧急求助', '投诉举报', '其他'])
})

test('numbers start at 1 each day of the town, also when thirty report at once', async () => {
  scene.pass(24 * 3600)
  const ids = await Promise.all(Array.from({ length: 30 }, () => report()))
  const views = await Promise.all(ids.map((id) => seen(id)))
  assert.deepEqual(views.map((view) => view.number).sort((a, b) => a - b), Array.from({ length: 30 }, (_, index) => index + 1))
  assert.deepEqual(new Set(views.map((view) => view.day)), new Set(['2026-01-02']))
})

test('a shifted coordinate is taken as what its source says it is', async () => {
  const view = await seen(await report({ crs: 'gcj02' }))
  assert.ok(Math.abs(view.lon - place.lon) > 0.003 && Math.abs(view.lon - place.lon) < 0.01, `${view.lon}`)
})

test('lists: by state, by words, by number, page by page with none lost or twice', async () => {
  scene.pass(24 * 3600)
  const ids: string[] = []
  for (let n = 0; n < 7; n++) {
    ids.push(await report({ summary: n === 3 ? '100%_丢失电动车' : '争吵' }))
    scene.pass(1)
  }
  const from = scene.deps.now() - 3600_000
  const list = async (query: object, actor = night) => (await get(actor, '/api/dispatch/incidents', { from, ...query })).body as { items: IncidentView[]; next: string | null }
  const collected: string[] = []
  let after: string | undefined
  for (let pages = 0; pages < 10; pages++) {
    const page: { items: IncidentView[]; next: string | null } = await list({ limit: 3, ...(after ? { after } : {}) })
    collected.push(...page.items.map((item) => item.id))
    if (page.next === null) break
    after = page.next
  }
  assert.deepEqual(collected, ids.toReversed())
  assert.deepEqual((await list({ q: '%_丢失' })).items.map((item) => item.id), [ids[3]])
  assert.deepEqual((await list({ q: '#4' })).items.map((item) => item.id), [ids[3]])
  await post(night, `/api/dispatch/incidents/${ids[0]}/close`, { outcome: 'settled' })
  await post(night, `/api/dispatch/incidents/${ids[1]}/assignments`, { unit: 'p2' })
  await post(night, `/api/dispatch/incidents/${ids[2]}/hand-over`, { to: 'guixi.xiongshi' })
  assert.equal((await list({})).items.length, 6)
  assert.deepEqual((await list({ status: 'closed' })).items.map((item) => item.id), [ids[0]])
  assert.deepEqual((await list({ status: 'active' })).items.map((item) => item.id), [ids[1]])
  assert.deepEqual((await list({ status: 'handed-over' })).items.map((item) => item.id), [ids[2]])
  assert.equal((await list({ status: 'waiting' })).items.length, 4)
  assert.equal((await list({ status: 'all' })).items.length, 7)
  assert.deepEqual((await list({}, elsewhere)).items, [])
  assert.deepEqual((await list({}, desk)).items.map((item) => item.id), [ids[2]])
  assert.deepEqual((await list({}, officer2)).items.map((item) => item.id), [ids[1]])
  assert.equal((await get(night, '/api/dispatch/incidents', { after: 'x' })).code, 'page-unknown')
  await post(night, `/api/dispatch/incidents/${ids[1]}/close`, { outcome: 'settled' })
})

test('another agency’s incident is not found, whatever door is tried', async () => {
  const id = await report()
  for (const path of ['', '/log', '/recommendation', '/way', '/resources']) {
    const query = path === '/way' ? { unit: 'y1' } : {}
    assert.equal((await get(elsewhere, `/api/dispatch/incidents/${id}${path}`, query)).status, 404, path)
  }
  for (const [path, body] of [['assignments', { unit: 'y1' }], ['notes', { text: '?' }], ['close', { outcome: 'settled' }], ['reopen', {}], ['hand-over', { to: 'yujiang' }]] as const) {
    assert.equal((await post(elsewhere, `/api/dispatch/incidents/${id}/${path}`, body)).status, 404, path)
  }
  assert.deepEqual((await get(elsewhere, '/api/dispatch/incidents/near', place)).body, { duplicates: [], earlier: [] })
  assert.equal((await get(officer1, `/api/dispatch/incidents/${id}`)).status, 404)
  assert.equal((await post(night, '/api/dispatch/incidents', { category: 'other', ...place, agency: 'yujiang' })).code, 'agency-not-found')
})

test('who reported is for those who answer: the analyst sees the incident and its log without the person', async () => {
  const id = await report({ reporter: '报警人甲', phone: '555-0142' })
  await call(night, 'PATCH', `/api/dispatch/incidents/${id}`, { body: { commandId: scene.id(), phone: '555-0143' } })
  const order = await post(night, `/api/dispatch/incidents/${id}/assignments`, { unit: 'p1' })
  for (const actor of [night, officer1]) assert.equal((await seen(id, actor)).phone, '555-0143')
  assert.deepEqual([(await seen(id, analyst)).reporter, (await seen(id, analyst)).phone], [null, null])
  const text = async (actor: Actor) => JSON.stringify((await get(actor, `/api/dispatch/incidents/${id}/log`)).body)
  assert.match(await text(night), /555-0142.*555-0143/)
  assert.doesNotMatch(await text(analyst), /555|报警人/)
  const listed = (await get(analyst, '/api/dispatch/incidents', {})).body as { items: IncidentView[] }
  assert.doesNotMatch(JSON.stringify(listed), /555|报警人/)
  const csv = await get(night, '/api/dispatch/incidents.csv', {})
  assert.doesNotMatch(csv.body as string, /555|报警人/)
  await post(night, `/api/dispatch/assignments/${(order.body as { id: string }).id}/state`, { state: 'cancelled' })
})

test('the log has every step in order, and goes on from where one is', async () => {
  const id = await report()
  await post(night, `/api/dispatch/incidents/${id}/notes`, { text: '报警人在路口等' })
  await post(night, `/api/dispatch/incidents/${id}/close`, { outcome: 'unfounded', note: '现场无异常' })
  const { items } = (await get(night, `/api/dispatch/incidents/${id}/log`)).body as { items: LogLine[] }
  assert.deepEqual(items.map((line) => [line.type, line.actor]), [['incident-opened', 'night'], ['note-added', 'night'], ['incident-closed', 'night']])
  const rest = (await get(night, `/api/dispatch/incidents/${id}/log`, { after: items[0]!.position })).body as { items: LogLine[] }
  assert.deepEqual(rest.items, items.slice(1))
  assert.equal((await seen(id)).notes, 1)
})

test('near: the same thing reported twice is found; what is old, far or closed is not', async () => {
  scene.pass(100 * 24 * 3600)
  const before = await report()
  await post(night, `/api/dispatch/incidents/${before}/close`, { outcome: 'settled' })
  scene.pass(7200)
  const near = await report({ lon: place.lon + 0.002, category: 'criminal' }) // 196 m
  const far = await report({ lon: place.lon + 0.004 }) // 392 m
  const same = await report({ lon: place.lon + 0.0025 })
  const asked = async (query: object) => (await get(night, '/api/dispatch/incidents/near', { ...place, ...query })).body as { duplicates: NearIncident[]; earlier: NearIncident[] }
  const found = await asked({ category: 'dispute' })
  assert.deepEqual(found.duplicates.map((each) => each.id), [same, near]) // the same kind first
  assert.deepEqual(found.earlier.map((each) => each.id), [before])
  assert.ok(!found.duplicates.some((each) => each.id === far))
  assert.deepEqual((await asked({ excluding: same })).duplicates.map((each) => each.id), [near])
  scene.pass(3601)
  assert.deepEqual((await asked({})).duplicates, [])
})

test('recommendation: by road, with reasons in the caller’s language; before and after there is an incident', async () => {
  Object.assign(scene.units.get('p1')!, { lon: 117.205 })
  Object.assign(scene.units.get('p2')!, { lon: 117.209 })
  Object.assign(scene.units.get('p3')!, { stale: true })
  Object.assign(scene.units.get('p4')!, { onDuty: false })
  const id = await report()
  const asked = (await get(night, `/api/dispatch/incidents/${id}/recommendation`, { limit: 1 }, 'en')).body as { items: RecommendationItem[] }
  assert.deepEqual(asked.items.map((item) => [item.unit, Math.round(item.travelSeconds)]), [['p2', 10]])
  assert.deepEqual(asked.items[0]!.reasons, [
    { code: 'nearest-by-road', text: 'nearest by road' },
    { code: 'fix-age', text: 'position 1 s old' },
  ])
  const early = (await get(night, '/api/dispatch/recommendation', { ...place, all: true }, 'zh')).body as { items: RecommendationItem[]; unusable: { unit: string; reasons: { code: string }[] }[] }
  assert.deepEqual(early.items.map((item) => item.unit).slice(0, 2), ['p2', 'p1'])
  assert.ok(early.items[1]!.reasons.some((reason) => reason.text === '比最快的晚 0.7 分钟'), JSON.stringify(early.items[1]))
  assert.deepEqual(early.unusable.map((each) => [each.unit, each.reasons[0]!.code]), [['p3', 'stale'], ['p4', 'off-duty']])
  for (const unit of ['p3', 'p4']) Object.assign(scene.units.get(unit)!, { stale: false, onDuty: true })
  const way = await get(night, `/api/dispatch/incidents/${id}/way`, { unit: 'p1' })
  assert.equal(way.status, 200)
  assert.equal((await get(night, `/api/dispatch/incidents/${id}/way`, { unit: 'nobody' })).code, 'unit-not-found')
  const resources = (await get(night, `/api/dispatch/incidents/${id}/resources`)).body as { items: ResourceView[] }
  assert.deepEqual(resources.items.map((item) => item.agency), ['guixi.xiongshi', 'guixi.huayuan'])
})

test('categories: the top administrator adds and changes; nobody else does; an inactive kind opens nothing', async () => {
  const lost = { id: 'lost-child', name: '走失', nameEn: 'Lost child', glyph: '走', priority: 1, arriveSeconds: 300 }
  assert.equal((await post(night, '/api/dispatch/categories', lost)).status, 403)
  assert.equal((await post(person('a', 'administrator', 'guixi.xiongshi'), '/api/dispatch/categories', lost)).status, 403)
  assert.equal((await post(root, '/api/dispatch/categories', lost)).status, 201)
  assert.equal((await post(root, '/api/dispatch/categories', lost)).code, 'category-exists')
  await report({ category: 'lost-child' })
  await call(root, 'PATCH', '/api/dispatch/categories/lost-child', { body: { commandId: scene.id(), active: false } })
  assert.equal((await post(night, '/api/dispatch/incidents', { category: 'lost-child', ...place })).code, 'category-not-found')
})

test('a picture is refused when it is none, and shown only to who sees the incident', async () => {
  const id = await report()
  const data = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(32)]).toString('base64')
  const { status, body } = await post(night, `/api/dispatch/incidents/${id}/pictures`, { data, caption: '现场' })
  assert.equal(status, 201)
  const picture = (body as { id: string }).id
  assert.deepEqual((await get(night, `/api/dispatch/pictures/${picture}`)).body, { path: `/pictures/${'a'.repeat(64)}`, type: 'image/png', etag: 'a'.repeat(64) })
  assert.equal((await get(elsewhere, `/api/dispatch/pictures/${picture}`)).status, 404)
  assert.equal((await get(analyst, `/api/dispatch/pictures/${picture}`)).status, 404)
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64')
  assert.equal((await post(night, `/api/dispatch/incidents/${id}/pictures`, { data: svg })).code, 'picture-unknown')
})

test('limits run out by themselves, once for several nodes, go on after a restart, and stop when a unit is sent', async () => {
  const id = await report()
  scene.pass(61)
  const nodes = await Promise.all([startDispatch(scene.deps), startDispatch(scene.deps)])
  const escalations = async () => (await scene.journal.read(0, 10_000, { stream: `incident/${id}` })).filter((entry) => entry.type === 'limit-passed').map((entry) => entry.data.escalation)
  await until(async () => (await escalations()).length > 0)
  await Promise.all(nodes.map((node) => node.stop()))
  assert.deepEqual(await escalations(), [1])
  scene.pass(61)
  const again = await startDispatch(scene.deps)
  await until(async () => (await escalations()).length > 1)
  assert.deepEqual(await escalations(), [1, 2])
  const [timer] = (await seen(id)).timers
  assert.deepEqual([timer!.escalation, timer!.seenBy], [2, null])
  assert.equal((await post(night, `/api/dispatch/timers/${timer!.id}/seen`)).status, 200)
  assert.equal((await seen(id)).timers[0]!.seenBy, 'night')
  await post(night, `/api/dispatch/incidents/${id}/assignments`, { unit: 'p4' })
  scene.pass(20)
  await new Promise((done) => setTimeout(done, 700))
  await again.stop()
  assert.deepEqual(await escalations(), [1, 2])
  assert.deepEqual((await activeAssignments(scene.db)).map((each) => [each.unit, each.incident, each.state]), [['p4', id, 'ordered']])
})

async function until(holds: () => Promise<boolean>) {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return
    await new Promise((done) => setTimeout(done, 50))
  }
  assert.fail('it did not happen in 30 s')
}
