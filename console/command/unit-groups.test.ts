import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UnitState, UnitView } from '#modules/units/contract.ts'
import { groupUnits } from './unit-groups.ts'

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

test('call signs are sorted as numbers are counted', () => {
  const groups = groupUnits(['巡10', '巡9', '巡1'].map((callSign) => unit(callSign, 'free')), () => false)
  assert.deepEqual(groups.get('free')!.map(({ callSign }) => callSign), ['巡1', '巡9', '巡10'])
})

test('every unit is in exactly one group', () => {
  const states: UnitState[] = ['off-duty', 'free', 'ordered', 'acknowledged', 'en-route', 'on-scene', 'reported']
  const groups = groupUnits(states.map((state) => unit(state, state)), () => false)
  assert.equal([...groups.values()].flat().length, states.length)
})
