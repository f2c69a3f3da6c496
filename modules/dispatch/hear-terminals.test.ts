/** A crew that answers an order on the terminal in its car. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { databaseScene, people, place } from '#test/dispatch-scene.ts'
import { assignUnit } from './assign-unit.ts'
import { changeAssignment } from './change-assignment.ts'
import { closeIncident } from './close-incident.ts'
import { acknowledgeOnTerminal } from './hear-terminals.ts'
import { mergeIncidents } from './merge-incidents.ts'
import { openIncident } from './open-incident.ts'
import { incidentViews } from './store.ts'

const { night, officer1 } = people
let scene: Awaited<ReturnType<typeof databaseScene>>
before(async () => (scene = await databaseScene()))
after(() => scene?.end())

const opened = async () => {
  const outcome = await openIncident(scene.deps, { actor: night, commandId: scene.id(), category: 'traffic', ...place })
  assert.ok('answer' in outcome)
  return outcome.answer.id
}
async function order(incident?: string, divert = false) {
  const to = incident ?? (await opened())
  const outcome = await assignUnit(scene.deps, { actor: night, commandId: scene.id(), incident: to, unit: 'p1', divert })
  assert.ok('answer' in outcome, JSON.stringify(outcome))
  return { incident: to, assignment: outcome.answer.id }
}
type Order = Awaited<ReturnType<typeof order>>
const answer = ({ incident, assignment }: Order, more: { unit?: string; commandId?: string; language?: 'zh' | 'en' } = {}) =>
  acknowledgeOnTerminal(scene.deps, { commandId: more.commandId ?? scene.id(), incident, assignment, unit: more.unit ?? 'p1' }, more.language ?? 'zh')
const stateOf = async ({ incident, assignment }: Order) => (await incidentViews(scene.db, [incident]))[0]!.assignments.find(({ id }) => id === assignment)!
const steps = async ({ incident }: Order) => (await scene.journal.read(0, 1000, { stream: `incident/${incident}` })).filter(({ type }) => type === 'assignment-changed')
const step = (to: Order, state: 'cancelled' | 'refused' | 'en-route' | 'on-scene' | 'cleared', actor = night) => changeAssignment(scene.deps, { actor, commandId: scene.id(), assignment: to.assignment, state })
const close = (to: Order) => closeIncident(scene.deps, { actor: night, commandId: scene.id(), incident: to.incident, outcome: 'settled' })

test('it acknowledges the order as the crew’s phone would, once, and says by which means', async () => {
  const one = await order()
  assert.deepEqual([await answer(one, { commandId: 'press' }), await answer(one, { commandId: 'press' }), await answer(one)], [undefined, undefined, undefined])
  const facts = await steps(one)
  assert.deepEqual(facts.map(({ data, actor }) => [data['state'], data['means'], actor.name]), [['acknowledged', 'terminal', 'system']])
  const { state, acknowledgedAt } = await stateOf(one)
  assert.deepEqual([state, acknowledgedAt], ['acknowledged', scene.deps.now()])
  await close(one)
})

test('a crew that is on its way already, by its phone, is not set back', async () => {
  const one = await order()
  await step(one, 'en-route', officer1)
  assert.equal(await answer(one), undefined)
  assert.equal((await stateOf(one)).state, 'en-route')
  await close(one)
})

const ended: [how: string, end: (one: Order) => Promise<unknown>, words: RegExp][] = [
  ['cancelled', (one) => step(one, 'cancelled'), /已取消，不用再去/],
  ['refused by the crew itself', (one) => step(one, 'refused', officer1), /已拒绝/],
  ['closed', close, /已取消/],
  ['over', async (one) => [await step(one, 'on-scene'), await step(one, 'cleared')], /已经完成/],
]
for (const [how, end, words] of ended) {
  test(`of an order that is ${how} it says so, and changes nothing`, async () => {
    const one = await order()
    await end(one)
    const before = (await steps(one)).length
    assert.match((await answer(one)) ?? '', words)
    assert.match((await answer(one, { language: 'en' })) ?? '', /^(This order to 巡1 was cancelled|巡1 )/)
    assert.equal((await steps(one)).length, before)
    await close(one)
  })
}

test('the order before is not taken for the present one, when the crew was sent elsewhere or the incident merged', async () => {
  const first = await order()
  const second = await order(undefined, true)
  assert.match((await answer(first)) ?? '', /已改派/)
  assert.equal((await stateOf(second)).state, 'ordered', 'the present order waits for its own answer')
  assert.equal(await answer(second), undefined)
  const into = await opened()
  assert.ok('answer' in (await mergeIncidents(scene.deps, { actor: night, commandId: scene.id(), incident: second.incident, into })))
  assert.match((await answer(second)) ?? '', /已改派/)
  await closeIncident(scene.deps, { actor: night, commandId: scene.id(), incident: into, outcome: 'settled' })
})

test('a terminal answers for its own unit only', async () => {
  const one = await order()
  assert.notEqual(await answer(one, { unit: 'p2' }), undefined)
  assert.equal((await stateOf(one)).state, 'ordered')
  await close(one)
})
