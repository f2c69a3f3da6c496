import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { FenceView } from '#modules/patrol/contract.ts'
import type { ClosureView } from '#modules/roads/contract.ts'
import type { UnitAlarmsView, UnitView } from '#modules/units/contract.ts'
import { closedMax, withViews } from './with-views.ts'

const incident = (id: string, status: IncidentView['status'], closedAt: number | null = null) => ({ id, status, closedAt }) as IncidentView // what is looked at here
const known = { phase: 'ready', incidents: new Map([['a', incident('a', 'waiting')]]), units: new Map([['u', { id: 'u', state: 'free' } as UnitView]]), closures: new Map([['c', { id: 'c', liftedAt: null } as ClosureView]]), fences: new Map([['f', { id: 'f', retiredAt: null } as FenceView]]), deviceAlarms: new Map([['u', { id: 'u', alarms: [{}] } as unknown as UnitAlarmsView]]) }

test('a view replaces the one with its id; the others stay the very same', () => {
  const next = withViews(known, { incidents: [incident('a', 'active'), incident('b', 'waiting')] })
  assert.deepEqual([...next.incidents.values()].map(({ id, status }) => `${id} ${status}`), ['a active', 'b waiting'])
  assert.equal(next.units, known.units)
  assert.equal(known.incidents.get('a')!.status, 'waiting', 'what was known is not changed under those who hold it')
})

test('what may no longer be seen goes', () => {
  const next = withViews(known, { incidents: [{ id: 'a', gone: true }], units: [{ id: 'u', gone: true }, { id: 'never', gone: true }] })
  assert.equal(next.incidents.size + next.units.size, 0)
})

test('a unit whose devices have no alarm any more is in the list of alarms no more', () => {
  assert.equal(withViews(known, { deviceAlarms: [{ id: 'u', alarms: [] }] }).deviceAlarms.size, 0)
})

test('nothing said, nothing changed: the same object, so that nothing is drawn again', () => {
  assert.equal(withViews(known, {}), known)
  assert.equal(withViews(known, { incidents: [], units: [] }), known)
})

test('the same view twice is the same as once', () => {
  const views = { incidents: [incident('b', 'waiting')] }
  assert.deepEqual(withViews(withViews(known, views), views), withViews(known, views))
})

test('closed incidents do not pile up for weeks, open ones are never dropped', () => {
  let room = { incidents: new Map<string, IncidentView>(), units: new Map<string, UnitView>(), closures: new Map(), fences: new Map(), deviceAlarms: new Map() } as typeof known
  for (let i = 0; i < 1000; i++) room = withViews(room, { incidents: [incident(`c${i}`, 'closed', i), incident(`o${i}`, 'waiting')] })
  const kept = [...room.incidents.values()]
  assert.equal(kept.filter(({ status }) => status === 'waiting').length, 1000)
  const closed = kept.filter(({ status }) => status === 'closed')
  assert.ok(closed.length <= closedMax * 2 && closed.length >= closedMax, String(closed.length))
  assert.ok(room.incidents.has('c999') && !room.incidents.has('c0'), 'the newest are kept')
})

test('a road that is closed is there, one that is open again is not', () => {
  const next = withViews(known, { closures: [{ id: 'd', liftedAt: null }, { id: 'c', liftedAt: 5 }] })
  assert.deepEqual([...next.closures.keys()], ['d'])
  assert.equal(next.incidents, known.incidents)
  assert.deepEqual([...withViews(known, { fences: [{ id: 'g', retiredAt: null }, { id: 'f', retiredAt: 5 }] }).fences.keys()], ['g'], 'nor is a retired fence')
})
