import assert from 'node:assert/strict'
import { test } from 'node:test'
import { age, bytes, clockTime, countdown, dayTime, distance, duration, shortTime, travelTime } from './format.ts'

const at = Date.UTC(2026, 10, 22, 16, 5, 9)

test('times are the town’s own, whatever the machine’s zone', () => {
  assert.equal(clockTime(at, 'zh-CN', 'Asia/Shanghai'), '00:05:09')
  assert.equal(shortTime(at, 'en', 'America/Los_Angeles'), '08:05')
  assert.equal(dayTime(at, 'zh-CN', 'Asia/Shanghai'), '11月23日 00:05')
  assert.equal(dayTime(at, 'en', 'America/Los_Angeles'), '22 Nov, 08:05')
})

const durations: [seconds: number, zh: string, en: string][] = [
  [-3, '0秒', '0 sec'],
  [0, '0秒', '0 sec'],
  [42.9, '42秒', '42 sec'],
  [60, '1分钟', '1 min'],
  [185, '3分钟 5秒', '3 min 5 sec'],
  [900, '15分钟', '15 min'],
  [3600, '1小时', '1 hr'],
  [7800, '2小时 10分钟', '2 hr 10 min'],
  [200_000, '2天', '2 days'],
]
for (const [seconds, zh, en] of durations) {
  test(`${seconds} s reads “${en}” and “${zh}”`, () => {
    assert.equal(duration(seconds, 'zh-CN'), zh)
    assert.equal(duration(seconds, 'en'), en)
  })
}

const clocks: [number, string][] = [
  [0, '0:00'],
  [42, '0:42'],
  [725, '12:05'],
  [3725, '1:02:05'],
  [-7, '−0:07'],
  [-0.4, '0:00'],
]
for (const [seconds, text] of clocks) test(`a timer of ${seconds} s shows ${text}`, () => assert.equal(countdown(seconds), text))

const distances: [meters: number, zh: string, en: string][] = [
  [7.4, '7米', '7 m'],
  [123, '120米', '120 m'],
  [994, '990米', '990 m'],
  [996, '1公里', '1 km'],
  [1440, '1.4公里', '1.4 km'],
  [23_400, '23公里', '23 km'],
]
for (const [meters, zh, en] of distances) {
  test(`${meters} m reads “${en}” and “${zh}”`, () => {
    assert.equal(distance(meters, 'zh-CN'), zh)
    assert.equal(distance(meters, 'en'), en)
  })
}

test('an age under five seconds is “now”', () => {
  assert.equal(age(at, at + 4999, 'en'), 'now')
  assert.equal(age(at, at + 12_000, 'en'), '12 sec')
  assert.equal(age(at, at + 1000, 'zh-CN'), '现在')
})

test('travel time is said as a person would: tens of seconds, then minutes', () => {
  assert.equal(travelTime(3, 'en'), '10 sec')
  assert.equal(travelTime(94, 'en'), '1 min 30 sec')
  assert.equal(travelTime(275, 'en'), '5 min')
})

test('bytes are decimal', () => {
  assert.equal(bytes(999, 'en'), '999 byte')
  assert.equal(bytes(49_000, 'en'), '49 kB')
  assert.equal(bytes(12_345_678, 'en'), '12.3 MB')
})
