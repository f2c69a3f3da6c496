import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role } from '#kernel/actor.ts'
import { isAlarm } from './alarm-entries.ts'

const entry = (type: string, data: Record<string, unknown> = {}) => ({ type, agency: 'jx.guixi', data })
const heard = (type: string, role: Role, agency: string, data?: Record<string, unknown>) => isAlarm(entry(type, data), [{ role, agency }])

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

test('a limit, a short call and a fence of alarms sound; other entries do not', () => {
  assert.ok(heard('limit-passed', 'dispatcher', 'jx'))
  assert.ok(heard('broadcast-short', 'dispatcher', 'jx.guixi'))
  assert.ok(heard('fence-entered', 'dispatcher', 'jx', { passage: 'p', severity: 'alarm' }))
  for (const [type, data] of [['fence-entered', { passage: 'p', severity: 'quiet' }], ['fence-created', { severity: 'alarm' }], ['broadcast-sent', {}], ['broadcast-seen', {}]] as const) assert.ok(!heard(type, 'dispatcher', 'jx', data), type)
})
