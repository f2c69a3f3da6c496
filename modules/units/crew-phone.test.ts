import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UnitEvent } from './contract.ts'
import { phonesLeftBehind, removalsAfter } from './crew-phone.ts'

const ids = (...all: string[]) => all.map((id) => ({ id }))
const crew = (...all: string[]) => all.map((id) => ({ id, name: id }))

const cases: [what: string, devices: string[], crew: string[], left: string[]][] = [
  ['everybody stays', ['crew-m1-a', 'crew-m2-b'], ['m1', 'm2'], []],
  ['one gets out', ['crew-m1-a', 'crew-m2-b'], ['m2'], ['crew-m1-a']],
  ['the car’s own terminal and the administrator’s phones stay whoever leaves', ['7f3a', 'crewless-1'], [], []],
  ['a member whose id begins another’s is not that other', ['crew-m11-a'], ['m1'], ['crew-m11-a']],
  ['ids with dashes', ['crew-0a-1b-2c-d'], ['0a-1b-2c'], []],
]
for (const [what, devices, members, left] of cases) test(what, () => assert.deepEqual(phonesLeftBehind(ids(...devices), crew(...members)), left))

test('only what is about the crew takes phones along', () => {
  const devices = ids('crew-m1-a')
  const at = 5
  const removal: UnitEvent = { type: 'device-removed', at, device: 'crew-m1-a' }
  assert.deepEqual(removalsAfter(devices, [{ type: 'shift-ended', at: 1 }], at), [removal])
  assert.deepEqual(removalsAfter(devices, [{ type: 'crew-changed', at: 1, crew: crew('m2') }], at), [removal])
  assert.deepEqual(removalsAfter(devices, [{ type: 'crew-changed', at: 1, crew: crew('m1', 'm2') }], at), [])
  assert.deepEqual(removalsAfter(devices, [], at), [])
})
