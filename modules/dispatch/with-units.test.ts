/** Dispatch beside the real units room on one database: what each decides, the other sees. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Actor } from '#kernel/actor.ts'
import { goOffDuty, goOnDuty } from '#modules/units/change-shift.ts'
import { createUnit } from '#modules/units/change-unit.ts'
import { openUnits, type Units } from '#modules/units/jobs.ts'
import { projections as unitsProjections } from '#modules/units/store.ts'
import { databaseScene, people, place } from '#test/dispatch-scene.ts'
import { assignUnit } from './assign-unit.ts'
import { changeAssignment } from './change-assignment.ts'
import { closeIncident } from './close-incident.ts'
import { openIncident } from './open-incident.ts'
import type { HandlerDeps } from './deps.ts'
import { undoCommand } from './undo-command.ts'

const { night } = people
const admin: Actor = { account: 'admin', name: 'admin', grants: [{ role: 'administrator', agency: 'guixi' }] }

let scene: Awaited<ReturnType<typeof databaseScene>>
let units: Units
let deps: HandlerDeps
let car: string

before(async () => {
  scene = await databaseScene({ extra: unitsProjections })
  const { journal, findAgency } = scene.deps
  units = await openUnits({
    journal,
    db: scene.db,
    now: scene.deps.now,
    newId: scene.deps.newId,
    randomBytes: (count) => randomBytes(count),
    findAgency: async (path) => findAgency(path),
    memberNames: async (ids) => new Map(ids.map((id) => [id, id])),
  })
  // The scene's journal is a real one: it tells listeners.
  ;(journal as typeof journal & { listen(hear: Units['hear']): void }).listen(units.hear)
  deps = { ...scene.deps, unitFacts: units.unitFacts, unitOfMember: units.unitOfMember }
  const made = await createUnit(units.deps, admin, { commandId: scene.id(), callSign: '巡7', kind: 'car', agency: 'guixi' })
  assert.ok('answer' in made, JSON.stringify(made))
  car = units.liveUnits()[0]!.id
  await onDuty()
})
after(async () => {
  await units?.stop()
  await scene?.end()
})

const onDuty = async () => assert.ok('answer' in (await goOnDuty(units.deps, night, car, { commandId: scene.id(), crew: ['m1'] })))
const report = async () => {
  const outcome = await openIncident(deps, { commandId: scene.id(), actor: night, category: 'dispute', ...place })
  assert.ok('answer' in outcome)
  return outcome.answer.id
}
const view = () => units.describeUnits([car])[0]!

test('a unit’s state is its order’s: sent, on scene, free again; diverted, and put back by undo', async () => {
  const [first, second] = [await report(), await report()]
  const sent = await assignUnit(deps, { commandId: scene.id(), actor: night, incident: first, unit: car })
  assert.ok('answer' in sent)
  assert.deepEqual([view().state, view().incident, view().assignment], ['ordered', first, sent.answer.id])
  await changeAssignment(deps, { commandId: scene.id(), actor: people.officer1, assignment: sent.answer.id, state: 'on-scene' })
  assert.equal(view().state, 'on-scene')
  const diverting = { commandId: scene.id(), actor: night, incident: second, unit: car, divert: true }
  assert.ok('answer' in (await assignUnit(deps, diverting)))
  assert.deepEqual([view().state, view().incident], ['ordered', second])
  assert.ok('answer' in (await undoCommand(deps, { commandId: scene.id(), actor: night, command: diverting.commandId })))
  assert.deepEqual([view().state, view().incident], ['on-scene', first])
  await closeIncident(deps, { commandId: scene.id(), actor: night, incident: first, outcome: 'settled' })
  assert.deepEqual([view().state, view().incident, view().assignment], ['free', null, null])
  const before = view()
  await units.rebuild() // as after a restart
  assert.deepEqual(view(), before)
})

test('going off duty and being sent at the same moment: one of the two is refused, every time', async () => {
  const heard = new Set<string>()
  for (let round = 0; round < 20; round++) {
    const incident = await report()
    const acts = [
      () => assignUnit(deps, { commandId: scene.id(), actor: night, incident, unit: car }),
      () => goOffDuty(units.deps, night, car, scene.id()),
    ]
    const [sending, leaving] = round % 2 ? (await Promise.all(acts.toReversed().map((act) => act()))).toReversed() : await Promise.all(acts.map((act) => act()))
    const refused = [sending!, leaving!].flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : []))
    assert.equal(refused.length, 1, `round ${round}: ${JSON.stringify([sending, leaving])}`)
    heard.add(refused[0]!)
    await closeIncident(deps, { commandId: scene.id(), actor: night, incident, outcome: 'settled' })
    if ('answer' in leaving!) await onDuty()
    assert.equal(view().state, 'free')
  }
  assert.ok([...heard].every((code) => code === 'unit-off-duty' || code === 'unit-assigned'), [...heard].join())
})
