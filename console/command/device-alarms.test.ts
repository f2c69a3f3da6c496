import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeAlarms, moduleAlarms, statusAlarms } from '#gateways/gt06/alarms.ts'
import { alarmsOf } from '#gateways/jt808/alarms.ts'
import { makersAlarms } from '#gateways/jt808/makers-alarms.ts'
import en from '#ui/locales/en/common.json' with { type: 'json' }
import zh from '#ui/locales/zh-CN/common.json' with { type: 'json' }

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
