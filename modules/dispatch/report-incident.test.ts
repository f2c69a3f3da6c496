import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { databaseScene, people, person, place, start } from '#test/dispatch-scene.ts'
import { addNote, addPicture } from './add-note.ts'
import { assignUnit } from './assign-unit.ts'
import { changeAssignment } from './change-assignment.ts'
import { changeCategory } from './change-category.ts'
import { closeIncident } from './close-incident.ts'
import { mergeIncidents } from './merge-incidents.ts'
import { openIncident } from './open-incident.ts'
import { reportIncident } from './report-incident.ts'
import { reportAgeMaxMs } from './report.ts'
import { incidentViews } from './store.ts'

const { night, officer1, officer2, root } = people
let scene: Awaited<ReturnType<typeof databaseScene>>
before(async () => (scene = await databaseScene()))
after(() => scene?.end())

let made = 0
type Extra = Partial<Omit<Parameters<typeof reportIncident>[1], 'actor'>>
const report = (more: Extra = {}, actor = officer1) =>
  reportIncident(scene.deps, { actor, commandId: `report-${++made}`, category: 'dispute', summary: '河边有人争吵', madeAt: scene.deps.now(), ...place, ...more })
const taken = async (more: Extra = {}, actor = officer1) => {
  const outcome = await report(more, actor)
  assert.ok('answer' in outcome, JSON.stringify(outcome))
  return outcome.answer
}
const viewOf = async (id: string) => (await incidentViews(scene.db, [id]))[0]!
const jpeg = Buffer.from('/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=', 'base64')

test('an officer’s report is an incident of the unit’s agency under the phone’s own id, with both times', async () => {
  const madeAt = start - 5 * 60_000
  const { id, number, day } = await taken({ commandId: 'made-on-the-phone', madeAt })
  assert.equal(id, 'made-on-the-phone')
  const view = await viewOf(id)
  assert.deepEqual([view.number, view.day, view.agency, view.status, view.priority, view.openedBy], [number, day, 'guixi', 'waiting', 3, 'officer1'])
  assert.deepEqual([view.reportedAt, view.openedAt, view.place], [madeAt, scene.deps.now(), '雄石路'])
  assert.equal(view.timers.length, 1, 'the limit to send runs from when the server heard of it')
})

test('sent twice it is one incident, with the first answer, also when the shift ended and the phone was set right meanwhile', async () => {
  const asked = { commandId: 'twice', madeAt: start - 1000 }
  const first = await taken(asked)
  scene.pass(4 * 3600)
  assert.deepEqual(await taken(asked), first)
  assert.equal((await scene.journal.read(0, 10_000, { stream: 'incident/twice' })).length, 1)
})

test('an id that is an incident already is refused, and the incident is left alone', async () => {
  const opened = await openIncident(scene.deps, { actor: night, commandId: scene.id(), category: 'traffic', ...place })
  assert.ok('answer' in opened)
  const outcome = await report({ commandId: opened.answer.id })
  assert.equal('refused' in outcome && outcome.refused, 'report-exists')
  assert.equal((await scene.incident(opened.answer.id)).category, 'traffic')
})

test('off duty it is reported where he is an officer; in another’s tree, or in none, not at all', async () => {
  const offDuty = person('off', 'officer', 'guixi.xiongshi', 'm9')
  assert.equal((await viewOf((await taken({}, offDuty)).id)).agency, 'guixi.xiongshi')
  const elsewhere = person('away', 'officer', 'yujiang', 'm1') // sits in a unit of guixi
  for (const actor of [elsewhere, person('nowhere', 'officer', 'atlantis', 'm9'), night]) {
    const outcome = await report({}, actor)
    assert.equal('refused' in outcome && outcome.refused, 'agency-not-found', actor.account)
  }
})

test('a clock ahead is now, one of last week is refused with words', async () => {
  assert.equal((await viewOf((await taken({ madeAt: scene.deps.now() + 5 * 3_600_000 })).id)).reportedAt, scene.deps.now())
  const outcome = await report({ madeAt: scene.deps.now() - reportAgeMaxMs - 1 })
  assert.equal('refused' in outcome && outcome.refused, 'report-too-old')
})

test('without a place it is drawn where the unit was seen, with the officer’s own words', async () => {
  const { id } = await taken({ lon: undefined, lat: undefined, place: '老码头仓库地下室' })
  const view = await viewOf(id)
  assert.deepEqual([view.lon, view.lat, view.place], [117.2, 28.29, '老码头仓库地下室（手机没有定位，标在单元最后的位置）'])
  const [entry] = await scene.journal.read(0, 1, { stream: `incident/${id}` })
  assert.deepEqual(entry!.data['report'], { by: 'officer1', unit: 'p1', madeAt: scene.deps.now(), drawnAt: 'unit', panic: false })
})

test('a kind that was withdrawn while the phone was away is taken; one that never was is refused', async () => {
  const changed = await changeCategory(scene.deps, root, 'complaint', { commandId: scene.id(), active: false })
  assert.ok('answer' in changed, JSON.stringify(changed))
  assert.equal((await viewOf((await taken({ category: 'complaint' })).id)).category, 'complaint')
  for (const category of ['unicorn', undefined]) {
    const outcome = await report({ category })
    assert.equal('refused' in outcome && outcome.refused, 'category-not-found')
  }
})

test('a call for help needs no kind and no place, and is of the first priority', async () => {
  const { id } = await taken({ panic: true, category: undefined, lon: undefined, lat: undefined, summary: '民警求助' })
  const view = await viewOf(id)
  assert.deepEqual([view.category, view.priority, view.summary], ['urgent-help', 1, '民警求助'])
  await closeIncident(scene.deps, { actor: night, commandId: scene.id(), incident: id, outcome: 'settled' })
  await changeCategory(scene.deps, root, 'urgent-help', { commandId: scene.id(), active: false })
  assert.equal((await viewOf((await taken({ panic: true, category: undefined })).id)).category, 'criminal', 'a house without that kind has another')
  await changeCategory(scene.deps, root, 'urgent-help', { commandId: scene.id(), active: true })
})

test('whoever reported adds notes and pictures, also after it was closed or merged; another crew finds nothing', async () => {
  const { id } = await taken()
  const into = await taken()
  const picture = await addPicture(scene.deps, { actor: officer1, commandId: scene.id(), incident: id, bytes: jpeg })
  assert.ok('answer' in picture, JSON.stringify(picture))
  assert.equal('refused' in (await addNote(scene.deps, { actor: officer2, commandId: scene.id(), incident: id, text: '路过' })), true)
  await mergeIncidents(scene.deps, { actor: night, commandId: scene.id(), incident: id, into: into.id })
  await closeIncident(scene.deps, { actor: night, commandId: scene.id(), incident: into.id, outcome: 'settled' })
  for (const incident of [id, into.id]) {
    const outcome = await addNote(scene.deps, { actor: officer1, commandId: scene.id(), incident, text: '离线时写下的补充' })
    assert.ok('answer' in outcome, JSON.stringify(outcome))
  }
  scene.pass(73 * 3600)
  const late = await addNote(scene.deps, { actor: officer1, commandId: scene.id(), incident: id, text: '太晚' })
  assert.equal('refused' in late && late.refused, 'incident-not-found')
})

test('a step taken off line comes to an order that is no more: cancelled, sent elsewhere, closed and merged each say so', async () => {
  const order = async (unit: string) => {
    const { id } = await taken()
    const assigned = await assignUnit(scene.deps, { actor: night, commandId: scene.id(), incident: id, unit })
    assert.ok('answer' in assigned, JSON.stringify(assigned))
    return { incident: id, assignment: assigned.answer.id }
  }
  const step = async (assignment: string) => {
    const outcome = await changeAssignment(scene.deps, { actor: officer1, commandId: scene.id(), assignment, state: 'on-scene' })
    return 'refused' in outcome ? outcome.refused : outcome.answer.state
  }
  const cancelled = await order('p1')
  await changeAssignment(scene.deps, { actor: night, commandId: scene.id(), assignment: cancelled.assignment, state: 'cancelled' })
  assert.equal(await step(cancelled.assignment), 'assignment-cancelled')

  const before = await order('p1')
  const { id: next } = await taken()
  const diverted = await assignUnit(scene.deps, { actor: night, commandId: scene.id(), incident: next, unit: 'p1', divert: true })
  assert.ok('answer' in diverted)
  assert.equal(await step(before.assignment), 'assignment-diverted')
  assert.equal(await step(diverted.answer.id), 'on-scene', 'the order in hand takes the step')
  await closeIncident(scene.deps, { actor: night, commandId: scene.id(), incident: next, outcome: 'settled' })

  const closed = await order('p1')
  await closeIncident(scene.deps, { actor: night, commandId: scene.id(), incident: closed.incident, outcome: 'mistake' })
  assert.equal(await step(closed.assignment), 'assignment-cancelled')

  const merged = await order('p1')
  const { id: into } = await taken()
  await mergeIncidents(scene.deps, { actor: night, commandId: scene.id(), incident: merged.incident, into })
  assert.equal(await step(merged.assignment), 'assignment-diverted')
})
