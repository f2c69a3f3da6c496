import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeAlarms, moduleAlarms, statusAlarms } from '#gateways/gt06/alarms.ts'
import { alarmsOf } from '#gateways/jt808/alarms.ts'
import { makersAlarms } from '#gateways/jt808/makers-alarms.ts'
import type { StandingAlarmView, UnitView } from '#modules/units/contract.ts'
import en from '#ui/locales/en/common.json' with { type: 'json' }
import zh from '#ui/locales/zh-CN/common.json' with { type: 'json' }
import { alarmsToShow } from './device-alarms.ts'

test('every alarm that has a name here has words for the watch room, in both languages', () => {
  const bytes = Array.from({ length: 256 }, (_, n) => n)
  const makers = bytes.flatMap((id) => [
    ...makersAlarms({ id, value: new Uint8Array(40).fill(0xff) }),
    ...bytes.flatMap((low) => [0x04, 0x0c].flatMap((high) => makersAlarms({ id, value: Uint8Array.of(high, low, 0, 0, 0, 0) }))),
    ...bytes.flatMap((kind) => makersAlarms({ id, value: Uint8Array.of(0, 0, 0, 0, 0, kind) })),
    ...makersAlarms({ id, value: Uint8Array.of(0x7c, 1, 4, 0, 0, 0, 0xff) }),
    ...makersAlarms({ id, value: Uint8Array.of(0, 6, 0, 0xc5, 0, 0, 0, 0) }),
  ])
  const names = new Set([...alarmsOf(0xffffffff, '2019'), ...makers, ...bytes.flatMap(codeAlarms), ...bytes.flatMap(statusAlarms), ...bytes.flatMap(moduleAlarms)])
  assert.ok(names.size > 45, String(names.size))
  for (const words of [zh.deviceAlarm, en.deviceAlarm]) assert.deepEqual([...names].filter((name) => !(name in words)), [])
})

test('on the screen are alarms of units on duty whose time has come and is not over, the grave ones first', () => {
  const alarm = (unit: string, name: string, more: Partial<StandingAlarmView> = {}): StandingAlarmView => ({ device: `d-${unit}`, label: '', unit, callSign: unit, name, since: 100, endedAt: null, times: 1, isGrave: false, shownFrom: 100, shownUntil: null, ...more })
  const known = new Map([
    ['a', { id: 'a', alarms: [alarm('a', 'power-cut'), alarm('a', 'fatigue', { shownFrom: 131 }), alarm('a', 'vibration', { since: 90, endedAt: 90, shownFrom: 90, shownUntil: 120 })] }],
    ['b', { id: 'b', alarms: [alarm('b', 'collision', { isGrave: true, since: 50, shownFrom: 50 })] }],
    ['home', { id: 'home', alarms: [alarm('home', 'power-cut')] }],
    ['unseen', { id: 'unseen', alarms: [alarm('unseen', 'power-cut')] }],
  ])
  const units = new Map([['a', { state: 'free' }], ['b', { state: 'free' }], ['home', { state: 'off-duty' }]] as [string, Pick<UnitView, 'state'>][])
  const names = (now: number, unit?: string) => alarmsToShow(known, units, now, unit).map(({ unit, name }) => `${unit} ${name}`)
  assert.deepEqual(names(119), ['b collision', 'a power-cut', 'a vibration'])
  assert.deepEqual(names(131), ['b collision', 'a fatigue', 'a power-cut'])
  assert.deepEqual(names(131, 'b'), ['b collision'])
})
