import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boardCheck, historyCheck, type HistoryEntry } from './laws.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'

type Line = [command: string, stream: string, type: string, data?: Record<string, unknown>]
const entries = (...lines: Line[]): HistoryEntry[] =>
  lines.map(([command, stream, type, data = {}], index) => ({ position: index + 1, at: index, stream, type, data, command }))
const begin: Line[] = [
  ['c1', 'unit/u1', 'shift-started'],
  ['c2', 'incident/i1', 'incident-opened'],
  ['c3', 'incident/i2', 'incident-opened'],
  ['c4', 'incident/i1', 'unit-assigned', { unit: 'u1', assignment: 'a1' }],
]

const cases: [what: string, lines: Line[], complaint: RegExp | undefined][] = [
  ['a plain answer', [...begin, ['c5', 'incident/i1', 'assignment-changed', { unit: 'u1', assignment: 'a1', state: 'cleared' }], ['c6', 'unit/u1', 'shift-ended']], undefined],
  ['a diversion in one command, freed after it was sent', [...begin, ['c5', 'incident/i2', 'unit-assigned', { unit: 'u1', assignment: 'a2' }], ['c5', 'incident/i1', 'assignment-changed', { unit: 'u1', assignment: 'a1', state: 'diverted' }]], undefined],
  ['a unit on two incidents', [...begin, ['c5', 'incident/i2', 'unit-assigned', { unit: 'u1', assignment: 'a2' }]], /unit u1 is on i1 and i2/],
  ['a unit on two incidents for one command only', [...begin, ['c5', 'incident/i2', 'unit-assigned', { unit: 'u1', assignment: 'a2' }], ['c6', 'incident/i1', 'assignment-changed', { unit: 'u1', assignment: 'a1', state: 'cancelled' }]], /unit u1 is on/],
  ['an ended order brought back beside another', [...begin, ['c5', 'incident/i1', 'assignment-changed', { unit: 'u1', assignment: 'a1', state: 'cleared' }], ['c6', 'incident/i2', 'unit-assigned', { unit: 'u1', assignment: 'a2' }], ['c7', 'incident/i1', 'assignment-changed', { unit: 'u1', assignment: 'a1', state: 'en-route' }]], /unit u1 is on/],
  ['an order to somebody at home', [['c1', 'incident/i1', 'incident-opened'], ['c2', 'incident/i1', 'unit-assigned', { unit: 'u9', assignment: 'a1' }]], /u9 is off duty/],
  ['a shift that ends under an order', [...begin, ['c5', 'unit/u1', 'shift-ended']], /ends under an order/],
  ['an incident out of nowhere', [['c1', 'incident/i7', 'note-added']], /never opened/],
]
for (const [what, lines, complaint] of cases) {
  test(`history: ${complaint ? 'finds' : 'accepts'} ${what}`, () => {
    const check = historyCheck()
    const whole = [...check.read(entries(...lines)), ...check.end()]
    if (complaint) assert.match(whole.join('\n'), complaint)
    else assert.deepEqual(whole, [])
  })
}

test('history: finds an entry told twice, also between pages; a gap is somebody else’s entry', () => {
  const check = historyCheck()
  const all = entries(...begin)
  assert.deepEqual(check.read(all.slice(0, 2)), [])
  assert.deepEqual(check.read(all.slice(3)), [])
  assert.match(check.read(all.slice(3)).join('\n'), /entry 4 .*follows 4/)
})

test('history: a diversion cut in two by a page is still one command', () => {
  const check = historyCheck()
  const all = entries(...begin, ['c5', 'incident/i2', 'unit-assigned', { unit: 'u1', assignment: 'a2' }], ['c5', 'incident/i1', 'assignment-changed', { unit: 'u1', assignment: 'a1', state: 'diverted' }])
  assert.deepEqual([...check.read(all.slice(0, 5)), ...check.read(all.slice(5)), ...check.end()], [])
})

test('board: finds what two lists say differently', () => {
  const unit = (state: UnitView['state'], incident: string | null) => ({ id: 'u1', callSign: '巡1', state, incident }) as UnitView // all that is read
  const incident = (status: IncidentView['status'], ...states: string[]) =>
    ({ id: 'i1', number: 1, status, assignments: states.map((state) => ({ unit: 'u1', state })) }) as unknown as IncidentView // all that is read
  assert.deepEqual(boardCheck([unit('en-route', 'i1')], [incident('active', 'en-route')]), [])
  assert.deepEqual(boardCheck([unit('free', null)], [incident('waiting', 'cleared')]), [])
  assert.match(boardCheck([unit('free', null)], [incident('active', 'en-route')]).join(), /shown free and its order says en-route/)
  assert.match(boardCheck([unit('ordered', 'i1')], [incident('active', 'ordered', 'en-route')]).join(), /on 2 incidents/)
  assert.match(boardCheck([unit('off-duty', 'i1')], [incident('active', 'ordered')]).join(), /off duty and has an order/)
  assert.match(boardCheck([], [incident('active')]).join(), /active and has no unit/)
  assert.match(boardCheck([], [incident('waiting', 'ordered')]).join(), /waits and has 1/)
})
