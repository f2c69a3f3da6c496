import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Passage } from '#core/geo/fence.ts'
import { isRefused } from '#kernel/decision.ts'
import type { FenceDrawing, FenceHours } from './contract.ts'
import { changeFence, drawFence, hoursBegan, isInHours, isMeant, retireFence, seeAlarm, tellPassage, usualTells, type DrawingFacts, type Fence, type Told } from './fence.ts'

const T = Date.UTC(2026, 0, 5, 4, 0) // a Monday, noon in Shanghai
const zone = 'Asia/Shanghai'
const drawing: FenceDrawing = {
  name: '体育中心',
  geometry: { type: 'Point', coordinates: [117.21, 28.29], radiusMeters: 200 },
  appliesTo: { to: 'all' },
  tells: usualTells,
  hours: null,
  severity: 'alarm',
}
const facts: DrawingFacts = { nameTaken: false, strangers: [] }
const fence: Fence = { id: 'f1', agency: 'jx.guixi', retiredAt: null, ...drawing }
const answer = (decision: ReturnType<typeof drawFence>) => (isRefused(decision) ? decision.refused : decision.events.map(({ type }) => type))

const drawings: [name: string, wanted: Partial<FenceDrawing>, facts: Partial<DrawingFacts>, answer: string | string[]][] = [
  ['a circle', {}, {}, ['fence-drawn']],
  ['one without a name', { name: '  ' }, {}, 'fence-without-name'],
  ['one whose name is taken', {}, { nameTaken: true }, 'fence-name-taken'],
  ['one that is too small', { geometry: { type: 'Point', coordinates: [117, 28], radiusMeters: 2 } }, {}, 'fence-too-small'],
  ['one that tells nothing', { tells: { ...usualTells, enter: false, leave: false } }, {}, 'fence-tells-nothing'],
  ['one that tells speed only', { tells: { ...usualTells, enter: false, leave: false, speedLimitKmh: 40 } }, {}, ['fence-drawn']],
  ['one without an hour', { hours: { days: [1], from: '22:00', until: '22:00' } }, {}, 'fence-hours-empty'],
  ['one for units of others', { appliesTo: { to: 'units', units: ['x'] } }, { strangers: ['x'] }, 'fence-units-not-of-it'],
]
for (const [name, wanted, more, expected] of drawings) {
  test(`drawFence: ${name}`, () => assert.deepEqual(answer(drawFence({ ...drawing, ...wanted }, { ...facts, ...more }, T)), expected))
}

test('a change writes the whole fence, and nothing when nothing changes', () => {
  assert.deepEqual(changeFence(fence, { severity: 'quiet' }, facts, T), { events: [{ type: 'fence-changed', at: T, ...drawing, severity: 'quiet', visitSeconds: null }] })
  assert.deepEqual(changeFence(fence, { severity: 'alarm', name: '体育中心' }, facts, T), { events: [] })
  assert.equal(answer(changeFence({ ...fence, retiredAt: T }, { severity: 'quiet' }, facts, T)), 'fence-is-retired')
})

test('a fence is retired once', () => {
  assert.deepEqual(retireFence(fence, T), { events: [{ type: 'fence-retired', at: T }] })
  assert.deepEqual(retireFence({ ...fence, retiredAt: T }, T), { events: [] })
})

const entered: Passage = { type: 'entered', at: T, since: T - 10_000, afterSilence: false }
const left: Passage = { ...entered, type: 'left' }
const minute = 60_000
const passages: [name: string, fence: Partial<Fence>, told: Told, passage: Passage, told: number][] = [
  ['an entering', {}, {}, entered, 1],
  ['an entering after a leaving', {}, { entered: T - 60 * minute, left: T - minute / 2 }, entered, 1],
  ['an entering that this node or another told', {}, { entered: T }, entered, 0],
  ['an entering that another node saw a fix later', {}, { entered: T - 5000 }, entered, 0],
  ['an entering older than the last', {}, { entered: T + minute }, entered, 0],
  ['an entering long after the last, where leaving is not told', {}, { entered: T - 60 * minute }, entered, 1],
  ['an entering soon after a leaving that came soon after an entering', {}, { entered: T - minute, left: T - minute / 2 }, entered, 1],
  ['a leaving', {}, { entered: T - minute }, left, 1],
  ['at a retired fence', { retiredAt: T }, {}, entered, 0],
  ['what the fence does not tell', { tells: { ...usualTells, enter: false } }, {}, entered, 0],
  ['a stay that is not asked for', {}, {}, { type: 'stayed', at: T, since: T - 600_000, seconds: 600 }, 0],
  ['out of hours', { hours: { days: [1, 2, 3, 4, 5], from: '22:00', until: '06:00' } }, {}, entered, 0],
  ['within hours', { hours: { days: [1], from: '11:00', until: '13:00' } }, {}, entered, 1],
]
for (const [name, more, told, passage, expected] of passages) {
  test(`tellPassage: ${name}: ${expected ? 'told' : 'not told'}`, () => {
    const decision = tellPassage({ ...fence, ...more }, told, { id: 'p', unit: 'u', passage, isLate: false }, zone, T + 20_000)
    assert.ok(!isRefused(decision))
    assert.equal(decision.events.length, expected)
  })
}

test('what is written of a passage holds no place and no more than the fence and two instants', () => {
  const decision = tellPassage(fence, {}, { id: 'p', unit: 'u', passage: entered, isLate: false }, zone, T + 20_000)
  assert.deepEqual(decision, { events: [{ type: 'fence-entered', at: T + 20_000, passage: 'p', unit: 'u', fixAt: T, since: T - 10_000, afterSilence: false, severity: 'alarm' }] })
})

test('what came late is written quietly', () => {
  const decision = tellPassage(fence, {}, { id: 'p', unit: 'u', passage: entered, isLate: true }, zone, T + 3_600_000)
  assert.ok(!isRefused(decision) && decision.events[0]?.type === 'fence-entered')
  assert.equal(decision.events[0].severity, 'quiet')
})

test('an alarm is seen once, and what is no alarm not at all', () => {
  assert.deepEqual(seeAlarm({ id: 'p', isAlarm: true, seenAt: null }, T), { events: [{ type: 'fence-alarm-seen', at: T, passage: 'p' }] })
  assert.deepEqual(seeAlarm({ id: 'p', isAlarm: true, seenAt: T }, T + 1), { events: [] })
  assert.equal(answer(seeAlarm({ id: 'p', isAlarm: false, seenAt: null }, T)), 'fence-event-quiet')
})

test('a fence is for units of its agency and below, of its kinds, or by name', () => {
  const car = { id: 'u1', agency: 'jx.guixi.xiongshi', kind: 'car' as const }
  assert.equal(isMeant(fence, car), true)
  assert.equal(isMeant({ ...fence, agency: 'jx.guixi.huayuan' }, car), false)
  assert.equal(isMeant({ ...fence, agency: 'jx.gui' }, car), false)
  assert.equal(isMeant({ ...fence, appliesTo: { to: 'kinds', kinds: ['foot'] } }, car), false)
  assert.equal(isMeant({ ...fence, appliesTo: { to: 'units', units: ['u1'] } }, car), true)
  assert.equal(isMeant({ ...fence, agency: 'jx.other', appliesTo: { to: 'units', units: ['u1'] } }, car), false)
})

test('hours over midnight belong to the day on which they begin', () => {
  const night: FenceHours = { days: [5], from: '22:00', until: '06:00' } // Friday night
  const cases: [time: string, is: boolean][] = [
    ['2026-01-09T21:59', false], ['2026-01-09T22:00', true], ['2026-01-10T05:59', true], ['2026-01-10T06:00', false], ['2026-01-09T03:00', false], ['2026-01-10T23:00', false],
  ]
  for (const [time, is] of cases) assert.equal(isInHours(night, Date.parse(`${time}:00+08:00`), zone), is, time)
  assert.equal(hoursBegan(night, Date.parse('2026-01-09T22:00:30+08:00'), zone), Date.parse('2026-01-09T22:00:00+08:00'))
  assert.equal(hoursBegan(night, Date.parse('2026-01-10T05:59:59+08:00'), zone), Date.parse('2026-01-09T22:00:00+08:00'))
  assert.equal(hoursBegan({ ...night, from: '08:00', until: '18:00' }, Date.parse('2026-01-09T12:34:56+08:00'), zone), Date.parse('2026-01-09T08:00:00+08:00'))
  assert.equal(hoursBegan(null, T, zone), -Infinity)
  const monday: FenceHours = { days: [7], from: '22:00', until: '06:00' }
  assert.equal(isInHours(monday, Date.parse('2026-01-12T01:00:00+08:00'), zone), true, 'Sunday night is on Monday after midnight')
})
