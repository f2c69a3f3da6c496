import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UnitState, UnitView } from '#modules/units/contract.ts'
import { groupUnits, unitOrder } from './unit-groups.ts'

const unit = (callSign: string, state: UnitState): UnitView => ({
  id: callSign, handle: 1, callSign, kind: 'car', agency: 'jx', capabilities: [], state, stateSince: 0, incident: null, assignment: null, crew: [],
  onDutySince: 0, lon: null, lat: null, fixAt: null, speedKmh: null, courseDeg: null, accuracyMeters: null, stale: false,
})

test('a free unit nobody has heard of lately is not offered as free', () => {
  const groups = groupUnits([unit('巡1', 'free'), unit('巡2', 'free'), unit('巡3', 'on-scene')], ({ callSign }) => callSign !== '巡1')
  assert.deepEqual(groups.get('free')!.map(({ callSign }) => callSign), ['巡1'])
  assert.deepEqual(groups.get('stale')!.map(({ callSign }) => callSign), ['巡2'])
  assert.deepEqual(groups.get('on-scene')!.map(({ callSign }) => callSign), ['巡3'])
})

const byId = (...units: UnitView[]) => new Map(units.map((one) => [one.id, one]))

test('call signs are sorted as numbers are counted', () => {
  const order = unitOrder()
  assert.deepEqual(order(byId(...['巡10', '巡9', '巡1'].map((callSign) => unit(callSign, 'free')))).map(({ callSign }) => callSign), ['巡1', '巡9', '巡10'])
})

test('an order that is kept is the one that would be made anew', () => {
  const order = unitOrder()
  const called = (id: string, callSign: string, state: UnitState = 'free') => ({ ...unit(callSign, state), id })
  const steps = [
    [called('a', '巡2'), called('b', '巡1')],
    [called('a', '巡2', 'on-scene'), called('b', '巡1')], // another view of the same
    [called('a', '巡2'), called('b', '巡1'), called('c', '巡10'), called('d', '巡0')], // new ones
    [called('a', '巡11'), called('b', '巡1'), called('c', '巡10'), called('d', '巡0')], // called otherwise
    [called('c', '巡10'), called('a', '巡11')], // gone
    [],
  ]
  for (const [n, units] of steps.entries()) {
    const map = byId(...units)
    assert.deepEqual(order(map), unitOrder()(map), `step ${n}`)
    assert.equal(order(map), order(map), `step ${n}: the same list for the same map`)
  }
})

test('every unit is in exactly one group', () => {
  const states: UnitState[] = ['off-duty', 'free', 'ordered', 'acknowledged', 'en-route', 'on-scene', 'reported']
  const groups = groupUnits(states.map((state) => unit(state, state)), () => false)
  assert.equal([...groups.values()].flat().length, states.length)
})
