import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role } from '#kernel/actor.ts'
import { isAlarm } from './alarm-entries.ts'

const entry = (type: string, data: Record<string, unknown> = {}) => ({ type, stream: 'broadcast/b1', agency: 'jx.guixi', data })
const heard = (type: string, role: Role, agency: string, data?: Record<string, unknown>, account = 'a2') =>
  isAlarm(entry(type, data), { account, grants: [{ role, agency }] }, (id) => (id === 'b1' ? 'a1' : undefined))

const escalated: [who: string, role: Role, agency: string, sounds: boolean][] = [
  ['the desk above', 'dispatcher', 'jx', true],
  ['a commander above', 'commander', 'jx', true],
  ['its own desk, which heard that it was short', 'dispatcher', 'jx.guixi', false],
  ['an analyst above', 'analyst', 'jx', false],
  ['a station above', 'station', 'jx', false],
  ['a desk beside it', 'dispatcher', 'jx.gui', false],
]
for (const [who, role, agency, sounds] of escalated) {
  test(`a call that nobody took note of ${sounds ? 'sounds' : 'is silent'} for ${who}`, () => assert.equal(heard('broadcast-escalated', role, agency), sounds))
}

const short: [who: string, account: string, role: Role, agency: string, sounds: boolean][] = [
  ['its own desk', 'a2', 'dispatcher', 'jx.guixi', true],
  ['who sent it from above', 'a1', 'dispatcher', 'jx', true],
  ['the desk above, which hears when nobody takes note', 'a2', 'dispatcher', 'jx', false],
  ['a station of its agency', 'a2', 'station', 'jx.guixi', false],
]
for (const [who, account, role, agency, sounds] of short) {
  test(`a call to which too few came ${sounds ? 'sounds' : 'is silent'} for ${who}`, () => assert.equal(heard('broadcast-short', role, agency, {}, account), sounds))
}

test('a limit, a short call and a fence of alarms sound; other entries do not', () => {
  assert.ok(heard('limit-passed', 'dispatcher', 'jx'))
  assert.ok(heard('broadcast-short', 'dispatcher', 'jx.guixi'))
  assert.ok(heard('fence-entered', 'dispatcher', 'jx', { passage: 'p', severity: 'alarm' }))
  for (const [type, data] of [['fence-entered', { passage: 'p', severity: 'quiet' }], ['fence-created', { severity: 'alarm' }], ['broadcast-sent', {}], ['broadcast-seen', {}]] as const) assert.ok(!heard(type, 'dispatcher', 'jx', data), type)
})
