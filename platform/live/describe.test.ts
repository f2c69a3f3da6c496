import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Actor, Role } from '#kernel/actor.ts'
import type { Entry } from '#kernel/journal.ts'
import type { FenceView } from '#modules/patrol/contract.ts'
import { formFor } from './audience.ts'
import { describeWith } from './describe.ts'

const fenceOf = (id: string) => ({ id, agency: 'jx.guixi', name: id, alarms: ['an alarm'] }) as unknown as FenceView // what is looked at here
const describe = describeWith({
  describeIncidents: () => [],
  describeUnits: () => [],
  describeClosures: async () => [],
  describeFences: async (ids) => ids.map(fenceOf),
  agencyPaths: async () => [],
  withoutPersons: (view) => view,
  dataWithoutPersons: (data) => ({ ...data }),
  now: () => 0,
})
const entry = (stream: string, data: Entry['data'] = {}): Entry => ({ position: 1, at: 0, stream, type: 'fence-entered', agency: 'jx.guixi', actor: { account: 'system', name: 'system' }, command: 'c', data })
const actor = (role: Role, agency: string): Actor => ({ account: 'a', name: 'a', grants: [{ role, agency }] })

test('what happens at a fence is for those who watch, and answer for, its part of the tree', async () => {
  const things = await describe([entry('fence/f1', { unit: 'u1' }), entry('fence/f1')])
  const fence = things.find(({ kind }) => kind === 'fences')!
  assert.deepEqual([fence.id, fence.stream, things.filter(({ kind }) => kind === 'fences').length], ['f1', 'fence/f1', 1])
  const cases: [role: Role, agency: string, sees: boolean][] = [
    ['dispatcher', 'jx.guixi', true], ['dispatcher', 'jx', true], ['commander', 'jx.guixi', true], ['station', 'jx.guixi', true], ['auditor', 'jx', true], ['administrator', 'jx', true],
    ['dispatcher', 'jx.yushan', false], ['station', 'jx.guixi.xiongshi', true], ['officer', 'jx.guixi.xiongshi', false], ['officer', 'jx.guixi', false], ['analyst', 'jx.guixi', false], ['integrator', 'jx.guixi', false],
  ]
  for (const [role, agency, sees] of cases) assert.equal(formFor(actor(role, agency), fence) !== undefined, sees, `${role} of ${agency}`)

  const above = formFor(actor('station', 'jx.guixi'), fence)!
  assert.deepEqual([above.view, above.dataOf], [{ ...fenceOf('f1') }, undefined])
  const beneath = formFor(actor('station', 'jx.guixi.xiongshi'), fence)!
  assert.deepEqual(beneath.view, { ...fenceOf('f1'), alarms: [] }, 'where it lies, and no alarm of other stations’ units')
  assert.deepEqual([beneath.dataOf!({ unit: 'u1', passage: 'p', fixAt: 1 }), beneath.dataOf!({ name: '围栏' })], [{}, { name: '围栏' }])
})
