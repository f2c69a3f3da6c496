/** One rule for every button: what a call for help becomes, and when two are one. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { databaseScene, people, person, place } from '#test/dispatch-scene.ts'
import { changeCategory } from './change-category.ts'
import { closeIncident, reopenIncident } from './close-incident.ts'
import { raiseEmergency, type EmergencyRaised } from './hear-terminals.ts'
import { mergeIncidents } from './merge-incidents.ts'
import { openIncident } from './open-incident.ts'
import { reportIncident } from './report-incident.ts'
import { reportAgeMaxMs } from './report.ts'
import { incidentViews, listCategories } from './store.ts'

const { night, officer1, root } = people
let scene: Awaited<ReturnType<typeof databaseScene>>
before(async () => (scene = await databaseScene()))
after(() => scene?.end())

let made = 0
const terminal = async (more: Partial<EmergencyRaised> = {}) => {
  const raised = { commandId: `emergency/${++made}`, unit: 'p1', callSign: '巡1', agency: 'guixi', at: scene.deps.now(), place, ...more }
  const id = await raiseEmergency(scene.deps, raised, 'zh')
  assert.ok(id !== undefined)
  return id
}
const phone = async (more: object = {}, actor = officer1) => {
  const outcome = await reportIncident(scene.deps, { actor, commandId: `call-${++made}`, panic: true, summary: '民警求助', madeAt: scene.deps.now(), ...place, ...more })
  assert.ok('answer' in outcome, JSON.stringify(outcome))
  return outcome.answer.id
}
const close = async (incident: string) => assert.ok('answer' in (await closeIncident(scene.deps, { actor: night, commandId: scene.id(), incident, outcome: 'settled' })))
const viewOf = async (id: string) => (await incidentViews(scene.db, [id]))[0]!
const typesOf = async (id: string) => (await scene.journal.read(0, 1000, { stream: `incident/${id}` })).map(({ type }) => type)

for (const [means, call] of [['terminal', terminal], ['phone', phone]] as const) {
  test(`${means}: of the house's own kind for it, whatever that is called; where it is switched off, of the most urgent one`, async () => {
    const id = await call()
    assert.deepEqual([(await viewOf(id)).category, (await viewOf(id)).priority], ['urgent-help', 1])
    await close(id)

    await changeCategory(scene.deps, root, 'urgent-help', { commandId: scene.id(), name: '民警遇险' })
    const renamed = await call()
    assert.equal((await viewOf(renamed)).category, 'urgent-help')
    await close(renamed)

    await changeCategory(scene.deps, root, 'urgent-help', { commandId: scene.id(), active: false })
    const other = await call()
    assert.deepEqual([(await viewOf(other)).category, (await viewOf(other)).priority], ['criminal', 1])
    await close(other)

    // Nothing is offered at all: a call for help is heard even then.
    const active = (await listCategories(scene.db)).filter((each) => each.active).map(({ id: category }) => category)
    for (const category of active) await changeCategory(scene.deps, root, category, { commandId: scene.id(), active: false })
    const last = await call()
    assert.equal((await viewOf(last)).priority, 1)
    await close(last)
    for (const category of [...active, 'urgent-help']) await changeCategory(scene.deps, root, category, { commandId: scene.id(), active: true })
  })

  test(`${means}: pressed again it is the same call until the watch room has closed it, and then another`, async () => {
    const first = await call()
    assert.deepEqual([await call(), await call()], [first, first])
    assert.deepEqual((await typesOf(first)).slice(0, 3), ['incident-opened', 'help-called-again', 'help-called-again'])
    await close(first)
    const next = await call()
    assert.notEqual(next, first)
    await close(next)
  })
}

test('the button in the car and the phone of its crew are one call; another unit’s, and one of nobody’s unit, are others', async () => {
  const first = await terminal()
  assert.equal(await phone(), first)
  const theirs = await terminal({ unit: 'p2', callSign: '巡2' })
  const offDuty = person('off', 'officer', 'guixi', 'm9')
  const own = await phone({}, offDuty)
  assert.equal(new Set([first, theirs, own]).size, 3)
  assert.equal(await phone({}, offDuty), own)
  for (const id of [first, theirs, own]) await close(id)
})

test('many buttons of one unit at once are one incident', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? terminal() : phone())))
  assert.equal(new Set(ids).size, 1)
  await close(ids[0]!)
})

test('the same press told twice is written once', async () => {
  const raised = { commandId: `emergency/${++made}`, at: scene.deps.now() - 1000 }
  const id = await terminal(raised)
  assert.equal(await terminal(raised), id)
  assert.deepEqual(await typesOf(id), ['incident-opened'])
  await close(id)
  assert.equal(await terminal(raised), id, 'a repeat that comes late opens nothing')
})

test('a call merged into another incident is over; one that was reopened is open again', async () => {
  const call = await terminal()
  const into = await openIncident(scene.deps, { actor: night, commandId: scene.id(), category: 'dispute', ...place })
  assert.ok('answer' in into)
  assert.ok('answer' in (await mergeIncidents(scene.deps, { actor: night, commandId: scene.id(), incident: call, into: into.answer.id })))
  const next = await terminal()
  assert.notEqual(next, call)
  await close(next)
  assert.ok('answer' in (await reopenIncident(scene.deps, { actor: night, commandId: scene.id(), incident: next, because: '又来电' })))
  assert.equal(await terminal(), next)
  await close(next)
})

test('the second press says where it was pressed', async () => {
  const id = await terminal()
  await phone({ lon: 117.25, lat: 28.31, summary: '往河边跑了' })
  const again = (await scene.journal.read(0, 100, { stream: `incident/${id}` })).at(-1)!
  assert.deepEqual([again.type, again.data['lon'], again.data['lat'], again.data['means'], again.data['summary']], ['help-called-again', 117.25, 28.31, 'phone', '往河边跑了'])
  assert.deepEqual([(await viewOf(id)).lon, (await viewOf(id)).lat], [place.lon, place.lat], 'where the incident is drawn is the watch room’s')
  await close(id)
})

test('a terminal whose clock was never set, or without a place, is heard', async () => {
  const old = await terminal({ at: scene.deps.now() - reportAgeMaxMs - 1 })
  assert.equal((await viewOf(old)).reportedAt, scene.deps.now())
  await close(old)
  const unplaced = await terminal({ place: undefined })
  assert.deepEqual([(await viewOf(unplaced)).lon, (await viewOf(unplaced)).place], [117.2, '车载终端没有定位，标在单元最后的位置'])
  await close(unplaced)
})

test('a call that nobody can place is heard, by phone and by terminal, and says that its place is not known', async () => {
  const deps = { ...scene.deps, liveUnits: () => [], middleOfTown: () => undefined }
  const unplaced = { actor: person('off', 'officer', 'guixi', 'm9'), madeAt: deps.now(), summary: '民警求助' }
  const byPhone = await reportIncident(deps, { ...unplaced, commandId: `call-${++made}`, panic: true })
  assert.ok('answer' in byPhone, JSON.stringify(byPhone))
  const byTerminal = await raiseEmergency(deps, { commandId: `emergency/${++made}`, unit: 'p2', callSign: '巡2', agency: 'guixi', at: deps.now(), place: undefined }, 'zh')
  assert.ok(byTerminal !== undefined)
  assert.deepEqual([(await viewOf(byPhone.answer.id)).place, (await viewOf(byTerminal)).place], ['手机没有定位，图上位置不明', '车载终端没有定位，图上位置不明'])
  for (const id of [byPhone.answer.id, byTerminal]) await close(id)

  const written = await reportIncident(deps, { ...unplaced, commandId: `call-${++made}`, category: 'dispute', place: '老码头' })
  assert.ok('answer' in written, JSON.stringify(written))
  assert.equal((await viewOf(written.answer.id)).place, '老码头（手机没有定位，图上位置不明）')
  const silent = await reportIncident(deps, { ...unplaced, commandId: `call-${++made}`, category: 'dispute' })
  assert.equal('refused' in silent && silent.refused, 'report-without-place')
})

test('a phone that made its call too long ago is told so, and an id that is an incident already too', async () => {
  const late = await reportIncident(scene.deps, { actor: officer1, commandId: `call-${++made}`, panic: true, madeAt: scene.deps.now() - reportAgeMaxMs - 1, ...place })
  assert.equal('refused' in late && late.refused, 'report-too-old')
  const opened = await openIncident(scene.deps, { actor: night, commandId: scene.id(), category: 'traffic', ...place })
  assert.ok('answer' in opened)
  const taken = await reportIncident(scene.deps, { actor: officer1, commandId: opened.answer.id, panic: true, madeAt: scene.deps.now(), ...place })
  assert.equal('refused' in taken && taken.refused, 'report-exists')
})
