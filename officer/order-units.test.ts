import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UnitView } from '#modules/units/contract.ts'
import { orderUnits } from './order-units.ts'

const unit = (callSign: string, state: UnitView['state'] = 'off-duty', crew: string[] = []) =>
  ({ id: callSign, callSign, state, crew: crew.map((name) => ({ id: name, name })) }) as unknown as UnitView // only these are read
const signs = (units: readonly UnitView[]) => units.map((each) => each.callSign)

test('the last one used is first, idle ones before taken ones, numbers as people count', () => {
  const units = [unit('巡10'), unit('巡2'), unit('巡1', 'free', ['巡警甲']), unit('巡3')]
  assert.deepEqual(signs(orderUnits(units, '', null)), ['巡2', '巡3', '巡10', '巡1'])
  assert.deepEqual(signs(orderUnits(units, '', '巡10')), ['巡10', '巡2', '巡3', '巡1'])
})

test('finds by call sign and by who is in it', () => {
  const units = [unit('巡10'), unit('C12', 'free', ['巡警甲'])]
  assert.deepEqual(signs(orderUnits(units, 'c1', null)), ['C12'])
  assert.deepEqual(signs(orderUnits(units, '警甲', null)), ['C12'])
  assert.deepEqual(signs(orderUnits(units, 'x', null)), [])
})
