import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact } from '#kernel/journal.ts'
import { crewOf, evolve, satIn, shiftAt, stateOf, wasOnDuty, withoutOldShifts, type Duty } from './duty.ts'

const fact = (type: string, at: number, data: object = {}, stream = 'unit/u1'): Fact => ({
  at, type, stream, agency: 'jx', actor: { account: 'a', name: 'a' }, command: 'c', data: data as Fact['data'],
})
const created = fact('unit-created', 0, { id: 'u1', handle: 1, callSign: '巡1', kind: 'car', agency: 'jx', capabilities: [] })
const started = (at: number, ...ids: string[]) => fact('shift-started', at, { crew: ids.map((id) => ({ id, name: id })) })
const crew = (at: number, ...ids: string[]) => fact('crew-changed', at, { crew: ids.map((id) => ({ id, name: id })) })
const ended = (at: number) => fact('shift-ended', at)
const assigned = (at: number, assignment: string) => fact('unit-assigned', at, { assignment, unit: 'u1' }, `incident/i-${assignment}`)
const changed = (at: number, assignment: string, state: string) =>
  fact('assignment-changed', at, { assignment, unit: 'u1', state }, `incident/i-${assignment}`)
const after = (...facts: Fact[]) => facts.reduce<Duty | undefined>(evolve, undefined)

const states: [name: string, facts: Fact[], state: string | undefined, since: number | undefined][] = [
  ['never created', [started(1)], undefined, undefined],
  ['created', [created], 'off-duty', 0],
  ['on duty', [created, started(1)], 'free', 1],
  ['a new crew is no new state', [created, started(1), crew(2, 'm1')], 'free', 1],
  ['sent', [created, started(1), assigned(2, 'a')], 'ordered', 2],
  ['on scene', [created, started(1), assigned(2, 'a'), changed(3, 'a', 'acknowledged'), changed(4, 'a', 'on-scene')], 'on-scene', 4],
  ['freed', [created, started(1), assigned(2, 'a'), changed(3, 'a', 'cleared')], 'free', 3],
  ['refused', [created, started(1), assigned(2, 'a'), changed(3, 'a', 'refused')], 'free', 3],
  ['recalled, then the recall undone', [created, started(1), assigned(2, 'a'), changed(3, 'a', 'cancelled'), changed(4, 'a', 'ordered')], 'ordered', 4],
  ['diverted', [created, started(1), assigned(2, 'a'), changed(3, 'a', 'diverted'), assigned(3, 'b')], 'ordered', 3],
  ['diverted, the new order first', [created, started(1), assigned(2, 'a'), assigned(3, 'b'), changed(4, 'a', 'diverted')], 'ordered', 3],
  ['gone home', [created, started(1), ended(5)], 'off-duty', 5],
  ['retired', [created, fact('unit-retired', 9)], undefined, undefined],
]
for (const [name, facts, state, since] of states) {
  test(`duty: ${name} → ${state ?? 'no unit'}`, () => {
    const duty = after(...facts)
    assert.deepEqual([duty && stateOf(duty), duty?.stateSince], [state, since])
  })
}

test('on duty is from the first moment of a shift up to, not including, the moment it ends', () => {
  const duty = after(created, started(10), ended(20), started(30))!
  const onDuty = [9, 10, 19, 20, 29, 30, 1000].map((at) => wasOnDuty(duty, at))
  assert.deepEqual(onDuty, [false, true, true, false, false, true, true])
})

test('who sat in the unit when: those who stay keep their spell, those who come and go have their own', () => {
  const duty = after(created, started(10, 'm1', 'm2'), crew(20, 'm2', 'm3'), crew(30, 'm1', 'm3'), ended(40))!
  const when = (member: string) => [10, 20, 30, 39, 40].map((at) => satIn(duty, member, at))
  assert.deepEqual(when('m1'), [true, false, true, true, false])
  assert.deepEqual(when('m2'), [true, true, false, false, false])
  assert.deepEqual(when('m3'), [false, true, true, true, false])
  assert.deepEqual(crewOf(duty), [])
})

test('hearing the newest facts again changes nothing', () => {
  const facts = [created, started(10, 'm1'), assigned(20, 'a'), changed(30, 'a', 'cleared'), ended(40), started(50, 'm2'), assigned(60, 'b')]
  for (let from = 5; from < facts.length; from++) {
    assert.deepEqual(after(...facts, ...facts.slice(from)), after(...facts))
  }
})

test('old shifts are forgotten, open and young ones are not', () => {
  const duty = after(created, started(10), ended(20), started(30), ended(40), started(50))!
  const kept = withoutOldShifts(duty, 20)
  assert.deepEqual(kept.shifts.map((shift) => shift.startedAt), [30, 50])
  assert.equal(shiftAt(kept, 15), undefined)
  assert.equal(withoutOldShifts(kept, 20), kept)
})
