import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Decision } from '#kernel/decision.ts'
import type { UnitEvent } from './contract.ts'
import { refusals } from './refusals.ts'
import { change, changeCrew, create, endShift, retire, startShift, type Unit } from './unit.ts'

const T = 1_767_225_600_000
const free = { callSignTaken: false }
const off: Unit = {
  id: 'u1', handle: 1, callSign: '巡1', kind: 'car', agency: 'jx.guixi', capabilities: ['armed', 'dog'], retired: false, onDutySince: null, crew: [], assignment: null,
}
const gone: Unit = { ...off, retired: true }
const m1 = { id: 'm1', name: '甲' }
const m2 = { id: 'm2', name: '乙' }
const on: Unit = { ...off, onDutySince: T - 1, crew: [m1] }
const busy: Unit = { ...on, assignment: 'a1' }
const elsewhere = [{ member: 'm2', name: '乙', callSign: '巡2' }]
const made = { id: 'u1', handle: 7, callSign: '巡1', kind: 'foot' as const, agency: 'jx', capabilities: ['dog', 'armed', 'dog'] }

const cases: [name: string, decision: Decision<UnitEvent>, answer: object[] | string][] = [
  ['creates a unit, capabilities in order and once', create(made, free, T), [{ type: 'unit-created', at: T, ...made, capabilities: ['armed', 'dog'] }]],
  ['refuses a call sign in use', create(made, { callSignTaken: true }, T), 'call-sign-taken'],
  ['changes only what is asked', change(off, { kind: 'foot' }, free, T), [{ type: 'unit-changed', at: T, callSign: '巡1', kind: 'foot', capabilities: ['armed', 'dog'] }]],
  ['changing nothing is no event', change(off, { capabilities: ['dog', 'armed'] }, free, T), []],
  ['keeping its own call sign is no conflict', change(off, { callSign: '巡1', kind: 'foot' }, { callSignTaken: true }, T), [{ type: 'unit-changed', at: T, callSign: '巡1', kind: 'foot', capabilities: ['armed', 'dog'] }]],
  ['refuses another’s call sign', change(off, { callSign: '巡2' }, { callSignTaken: true }, T), 'call-sign-taken'],
  ['a retired unit cannot be changed', change(gone, { kind: 'foot' }, free, T), 'unit-not-found'],
  ['retires a unit off duty', retire(off, T), [{ type: 'unit-retired', at: T }]],
  ['refuses to retire a unit on duty', retire(on, T), 'unit-on-duty'],
  ['retiring twice is retiring once', retire(gone, T), []],
  ['starts a shift', startShift(off, [m1, m2], [], T), [{ type: 'shift-started', at: T, crew: [m1, m2] }]],
  ['starts a shift with nobody named', startShift(off, [], [], T), [{ type: 'shift-started', at: T, crew: [] }]],
  ['refuses a second shift', startShift(on, [m1], [], T), 'unit-on-duty'],
  ['refuses a member who sits elsewhere', startShift(off, [m1, m2], elsewhere, T), 'member-on-shift'],
  ['refuses a member twice', startShift(off, [m1, m1], [], T), 'crew-repeated'],
  ['a retired unit has no shifts', startShift(gone, [], [], T), 'unit-not-found'],
  ['starts what was pressed without a network when it is heard, and keeps when it was pressed', startShift(off, [m1], [], T, { madeAt: T - 900_000, lastEndedAt: T - 900_001 }), [{ type: 'shift-started', at: T, crew: [m1], madeAt: T - 900_000 }]],
  ['never starts in the future, whatever the phone says', startShift(off, [m1], [], T, { madeAt: T + 5, lastEndedAt: null }), [{ type: 'shift-started', at: T, crew: [m1], madeAt: T }]],
  ['refuses to start when somebody took the unit meanwhile', startShift(on, [m2], [], T, { madeAt: T - 900_000, lastEndedAt: null }), 'unit-on-duty'],
  ['refuses to start again what was started and ended since it was pressed', startShift(off, [m1], [], T, { madeAt: T - 900_000, lastEndedAt: T - 1 }), 'shift-over-since'],
  ['refuses to start what was pressed four days ago', startShift(off, [m1], [], T, { madeAt: T - 96 * 3_600_000, lastEndedAt: null }), 'shift-too-old'],
  ['ends what was pressed without a network when it is heard', endShift({ ...on, onDutySince: T - 3_600_000 }, T, T - 900_000), [{ type: 'shift-ended', at: T, madeAt: T - 900_000 }]],
  ['a late end of a shift that the room has ended changes nothing', endShift(off, T, T - 900_000), []],
  ['a late end is not of the shift that began since', endShift(on, T, T - 900_000), []],
  ['refuses a late end while the unit has an order', endShift({ ...busy, onDutySince: T - 3_600_000 }, T, T - 900_000), 'unit-assigned'],
  ['refuses an end that was pressed four days ago', endShift(on, T, T - 96 * 3_600_000), 'shift-too-old'],
  ['lets the second officer in', changeCrew(on, [m1, m2], [], T), [{ type: 'crew-changed', at: T, crew: [m1, m2] }]],
  ['lets in who pressed it without a network, and keeps when', changeCrew({ ...on, onDutySince: T - 3_600_000 }, [m1, m2], [], T, T - 900_000), [{ type: 'crew-changed', at: T, crew: [m1, m2], madeAt: T - 900_000 }]],
  ['puts nobody into a shift that began since it was pressed', changeCrew(on, [m1, m2], [], T, T - 900_000), 'shift-over-since'],
  ['refuses to join what was pressed four days ago', changeCrew({ ...on, onDutySince: T - 97 * 3_600_000 }, [m1, m2], [], T, T - 96 * 3_600_000), 'shift-too-old'],
  ['the same crew is no event', changeCrew(on, [m1], [], T), []],
  ['off duty there is no crew', changeCrew(off, [m1], [], T), 'unit-off-duty'],
  ['ends a shift', endShift(on, T), [{ type: 'shift-ended', at: T }]],
  ['refuses to end a shift with an order', endShift(busy, T), 'unit-assigned'],
  ['refuses to end what has not begun', endShift(off, T), 'unit-off-duty'],
]
for (const [name, decision, answer] of cases) {
  test(`unit: ${name}`, () => assert.deepEqual('events' in decision ? decision.events : decision.refused, answer))
}

test('every refusal of a unit has a sentence in both languages, with nothing left unfilled', async () => {
  const { sentence } = await import('#kernel/decision.ts')
  for (const [, decision] of cases) {
    if (!('refused' in decision)) continue
    for (const language of ['zh', 'en'] as const) {
      const text = sentence(refusals, decision, language)
      assert.ok(text !== decision.refused && !text.includes('{'), `${decision.refused}: ${text}`)
    }
  }
})
