import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endReasons, type AssignmentView, type IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { becauseOfEnd, endReasonIds, isEndedByOthers, orderOf, shiftOf } from './duty.ts'
import type { Waiting } from './outbox.ts'

const assignment = (more: Partial<AssignmentView> = {}): AssignmentView => ({
  id: 'as1', incident: 'i1', unit: 'u1', callSign: '巡3', state: 'ordered', stateSince: 0, orderedAt: 0, orderedBy: 'd',
  spokenAt: null, acknowledgedAt: null, enRouteAt: null, onSceneAt: null, reportedAt: null, endedAt: null, because: null, ...more,
})
const incident = (assignments: AssignmentView[]) => ({ id: 'i1', assignments }) as unknown as IncidentView // only these are read
const unit = (more: Partial<UnitView> = {}) => ({ id: 'u1', incident: 'i1', assignment: 'as1', ...more }) as unknown as UnitView // only these are read
const step = (state: string, of = 'as1'): Waiting =>
  ({ id: state, account: 'a', path: '', body: {}, madeAt: 0, about: { kind: 'state', incident: 'i1', assignment: of, state } })

test('a free unit has no order', () => assert.equal(orderOf(unit({ incident: null, assignment: null }), incident([assignment()]), []), undefined))

test('the order is the unit’s own assignment among several', () => {
  const order = orderOf(unit(), incident([assignment({ id: 'as0', unit: 'u0' }), assignment({ state: 'en-route' })]), [])
  assert.equal(order?.assignment.id, 'as1')
  assert.equal(order?.seen, 'en-route')
  assert.equal(order?.isWaiting, false)
})

test('a step tapped without a network shows, and says that it waits', () => {
  const order = orderOf(unit(), incident([assignment()]), [step('acknowledged'), step('on-scene', 'another')])
  assert.equal(order?.seen, 'acknowledged')
  assert.equal(order?.isWaiting, true)
})

test('an order cleared or refused on the phone is gone at once', () => {
  assert.equal(orderOf(unit(), incident([assignment({ state: 'reported' })]), [step('cleared')]), undefined)
  assert.equal(orderOf(unit(), incident([assignment()]), [step('refused')]), undefined)
})

test('an incident that does not belong to the unit’s order is not shown as one', () => {
  assert.equal(orderOf(unit({ incident: 'i2' }), incident([assignment()]), []), undefined)
})

test('recalled, diverted, closed and merged orders are news; the crew’s own end is not', () => {
  assert.ok(isEndedByOthers(assignment({ state: 'cancelled' })))
  assert.ok(isEndedByOthers(assignment({ state: 'diverted' })))
  assert.ok(isEndedByOthers(assignment({ state: 'cleared', because: 'incident-closed' })))
  assert.ok(!isEndedByOthers(assignment({ state: 'cleared' })))
  assert.ok(!isEndedByOthers(assignment({ state: 'refused', because: 'far away' })))
})

test('why it ended is a known reason or a person’s words', () => {
  assert.deepEqual(becauseOfEnd(assignment({ state: 'cancelled', because: 'incident-closed' })), { reason: 'incident-closed' })
  assert.deepEqual(becauseOfEnd(assignment({ state: 'cancelled', because: '误派' })), { words: '误派' })
  assert.equal(becauseOfEnd(assignment({ state: 'cancelled' })), undefined)
})

test('every reason that dispatch gives is known here', () => assert.deepEqual([...endReasonIds].sort(), Object.keys(endReasons).sort()))

test('of several shifts that wait the last counts; without one nothing waits', () => {
  const pressed = (id: string, state: string, tried?: boolean): Waiting => ({ id, account: 'a', path: '', body: {}, madeAt: 7, about: { kind: 'shift', incident: '', state, callSign: '巡1' }, ...(tried && { tried }) })
  assert.equal(shiftOf([]), undefined)
  assert.deepEqual(shiftOf([pressed('s1', 'end', true), pressed('s2', 'start')]), { id: 's2', to: 'start', callSign: '巡1', madeAt: 7, tried: false })
})
