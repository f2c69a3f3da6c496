import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usualSessionRules as rules } from './deps.ts'
import { idleOf, isOver } from './session.ts'

const T = 1_767_225_600_000
const fresh = { endedAt: null, expiresAt: T + rules.absoluteMs, lastSeenAt: T, idleMs: rules.idleMs }

const cases: [what: string, session: typeof fresh | (Omit<typeof fresh, 'endedAt'> & { endedAt: number }), at: number, over: boolean][] = [
  ['a fresh one', fresh, T, false],
  ['one used within the half hour', fresh, T + rules.idleMs - 1, false],
  ['one left alone for the half hour', fresh, T + rules.idleMs, true],
  ['one that was ended', { ...fresh, endedAt: T }, T, true],
  ['one used to its last moment', { ...fresh, lastSeenAt: fresh.expiresAt - 1 }, fresh.expiresAt - 1, false],
  ['one at its absolute end', { ...fresh, lastSeenAt: fresh.expiresAt - 1 }, fresh.expiresAt, true],
]
for (const [what, session, at, over] of cases) {
  test(`${what} is ${over ? 'over' : 'alive'}`, () => assert.equal(isOver(session, at), over))
}

test('only who is officer or integrator and nothing else may be idle for long', () => {
  const of = (...list: ('officer' | 'integrator' | 'dispatcher' | 'station')[]) => idleOf(list.map((role) => ({ role, agency: 'cn' })), rules)
  assert.equal(of('officer'), rules.idleOfficerMs)
  assert.equal(of('integrator', 'officer'), rules.idleOfficerMs)
  assert.equal(of('officer', 'dispatcher'), rules.idleMs)
  assert.equal(of('station'), rules.idleMs)
})
