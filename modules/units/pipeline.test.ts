import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wgs84ToGcj02 } from '#core/geo/shifted.ts'
import type { NewPosition } from './contract.ts'
import type { Duty } from './duty.ts'
import { isOutlier, passAlone, stepNames, stepsThatMayBeLeftOut, type StepName } from './pipeline.ts'

const T = 1_767_225_600_000
const HOUR = 3_600_000
const duty = (startedAt: number, endedAt: number | null): Duty => ({
  id: 'u', handle: 1, callSign: '巡1', kind: 'car', agency: 'a', capabilities: [], assignment: null, stateSince: startedAt, shifts: [{ startedAt, endedAt, crew: [] }],
})
const onDuty = duty(T - HOUR, null)
const wentHome = duty(T - 2 * HOUR, T - HOUR)
const position: NewPosition = { fixAt: T - 1000, lon: 117.2, lat: 28.3 }
const pass = (of: Duty, more: Partial<NewPosition> = {}, leftOut: StepName[] = []) => passAlone({ duty: of, now: T, ageMs: 72 * HOUR, position: { ...position, ...more } }, leftOut)

const cases: [name: string, of: Duty, more: Partial<NewPosition>, leftOut: StepName[], stopped: object | undefined][] = [
  ['a plain position passes', onDuty, {}, [], undefined],
  ['off duty nothing else is looked at', wentHome, { lon: 999 }, [], { discard: 'on-duty' }],
  ['measured on duty and sent later passes', wentHome, { fixAt: T - 1.5 * HOUR }, [], undefined],
  ['off duty a time that cannot be right says nothing in favour', wentHome, { fixAt: 0 }, [], { discard: 'on-duty' }],
  ['on duty a time that cannot be right is told', onDuty, { fixAt: 0 }, [], { reject: 'fix-too-old', step: 'time' }],
  ['a clock ahead is told', onDuty, { fixAt: T + 61_000 }, [], { reject: 'fix-in-future', step: 'time' }],
  ['a clock that is not believed', onDuty, { fixAt: 0 }, ['time'], undefined],
  ['off duty it counts as now', wentHome, { fixAt: T - 1.5 * HOUR }, ['time'], { discard: 'on-duty' }],
  ['a place on no map', onDuty, { lat: 91 }, [], { reject: 'place-out-of-range', step: 'range' }],
  ['a receiver that has not found itself', onDuty, { lon: 0, lat: 0 }, [], { reject: 'place-unknown', step: 'range' }],
  ['a speed nobody drives', onDuty, { speedKmh: 900 }, [], { reject: 'speed-out-of-range', step: 'outlier' }],
  ['of a device with a broken speedometer', onDuty, { speedKmh: 900 }, ['outlier'], undefined],
]
for (const [name, of, more, leftOut, stopped] of cases) {
  test(`pipeline: ${name}`, () => {
    const outcome = pass(of, more, leftOut)
    if (stopped) assert.deepEqual(outcome, stopped)
    else assert.ok('position' in outcome, JSON.stringify(outcome))
  })
}

test('pipeline: what it is spared changes what goes on', () => {
  const [lon, lat] = wgs84ToGcj02(117.2, 28.3)
  const moved = pass(onDuty, { lon, lat, crs: 'gcj02' })
  assert.ok('position' in moved && Math.abs(moved.position.lon - 117.2) < 1e-7)
  const asSent = pass(onDuty, { lon, lat, crs: 'gcj02' }, ['coordinates'])
  assert.ok('position' in asSent && asSent.position.lon === lon)
  const noClock = pass(onDuty, { fixAt: 0 }, ['time'])
  assert.ok('position' in noClock && noClock.position.fixAt === T)
  const noSpeed = pass(onDuty, { speedKmh: 900, courseDeg: 90 }, ['outlier'])
  assert.ok('position' in noSpeed && noSpeed.position.speedKmh === undefined && noSpeed.position.courseDeg === 90)
})

test('pipeline: a jump is an outlier unless the device is spared it', () => {
  const fix = (lon: number, fixAt: number) => ({ fixAt, takenAt: fixAt, device: 1, lon, lat: 28.3, speedKmh: null, courseDeg: null, accuracyMeters: null })
  const track = { place: fix(117.2, T), suspect: null }
  assert.equal(isOutlier(track, fix(118, T + 1000), []), true)
  assert.equal(isOutlier(track, fix(118, T + 1000), ['outlier']), false)
})

test('pipeline: what guards people is spared to nobody', () => {
  for (const step of ['authenticate', 'on-duty', 'range', 'duplicate', 'history', 'live'] as const) {
    assert.ok(stepNames.includes(step) && !(stepsThatMayBeLeftOut as readonly string[]).includes(step))
  }
})
