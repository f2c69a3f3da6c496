import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { databaseScene, people, place, type Scene } from '#test/dispatch-scene.ts'
import { assignUnit } from './assign-unit.ts'
import { openIncident } from './open-incident.ts'
import { incidentViews } from './store.ts'

let scene: Awaited<ReturnType<typeof databaseScene>>
before(async () => (scene = await databaseScene()))
after(() => scene?.end())

const report = async (on: Scene, actor = people.night) => {
  const outcome = await openIncident(on.deps, { commandId: on.id(), actor, category: 'dispute', ...place, summary: '邻里争吵' })
  assert.ok('answer' in outcome, JSON.stringify(outcome))
  return outcome.answer.id
}

test('100 dispatchers wanting one unit at once: exactly one gets it, and everybody else is told why', async () => {
  const incidents: string[] = []
  for (let n = 0; n < 100; n++) incidents.push(await report(scene))
  const outcomes = await Promise.all(
    incidents.map((incident) => assignUnit(scene.deps, { commandId: scene.id(), actor: people.night, incident, unit: 'p1' })),
  )
  const sent = outcomes.filter((outcome) => 'answer' in outcome)
  assert.equal(sent.length, 1)
  assert.deepEqual(new Set(outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : []))), new Set(['unit-committed']))
  const active = await scene.db.query('select incident from dispatch.assignment where unit = $1 and ended_at is null', ['p1'])
  assert.equal(active.length, 1)
  const views = await incidentViews(scene.db, incidents)
  assert.equal(views.filter((view) => view.status === 'active').length, 1)
})

test('100 dispatchers wanting one unit on one incident at once: one order, and everybody is given the same answer', async () => {
  const incident = await report(scene)
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      assignUnit(scene.deps, { commandId: scene.id(), actor: n % 2 ? people.night : people.day, incident, unit: 'p2' }),
    ),
  )
  assert.equal(new Set(outcomes.map((outcome) => ('answer' in outcome ? outcome.answer.id : outcome.refused))).size, 1)
  const [view] = await incidentViews(scene.db, [incident])
  assert.deepEqual(view!.assignments.map((each) => [each.unit, each.state]), [['p2', 'ordered']])
})

test('what the rules cannot prevent, the table does: a second active assignment of a unit is impossible', async () => {
  const incident = await report(scene)
  const insert = (id: string) =>
    scene.db.query(
      `insert into dispatch.assignment (id, incident, unit, call_sign, state, state_since, ordered_at, ordered_by)
       values ($1, $2, 'p9', '巡9', 'ordered', 1, 1, 'x')`,
      [id, incident],
    )
  await insert('first')
  await assert.rejects(insert('second'), /assignment_one_per_unit/)
})
