import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { comingAlarms, eventShownMs, isConfirmable, isShown, joinMs, settleMs, standingAlarms, type AlarmEpisode } from './standing-alarms.ts'

const T = 1_767_225_600_000
const second = 1000
const minute = 60 * second
/** From one second to another after T; null: it lasts. */
const said = (from: number, to: number | null, more: Partial<AlarmEpisode> = {}): AlarmEpisode => ({
  device: 1, unit: 7, name: 'power-cut', beganAt: T + from * second, endedAt: to === null ? null : T + to * second, takenAt: T + from * second, seenAt: null, ...more,
})
const shown = (at: number, ...episodes: AlarmEpisode[]) => standingAlarms(episodes, T + at * second).map(({ name, since, endedAt, times }) => [name, (since - T) / second, endedAt === null ? null : (endedAt - T) / second, times])

test('what lasts is shown when it has lasted half a minute, and since when', () => {
  assert.deepEqual(shown(settleMs / second - 1, said(0, null)), [])
  assert.deepEqual(shown(settleMs / second, said(0, null)), [['power-cut', 0, null, 1]])
  assert.deepEqual(shown(3600, said(0, null)), [['power-cut', 0, null, 1]])
})

test('a blink is nothing; a flag that flaps is one alarm that stands still while it does', () => {
  assert.deepEqual(shown(5, said(0, 2)), [])
  const flaps = Array.from({ length: 40 }, (_, n) => said(n * 20, n * 20 + 10))
  assert.deepEqual(shown(39 * 20 + 12, ...flaps), [['power-cut', 0, 39 * 20 + 10, 40]])
  // Looked at each second, it comes once and does not go again while it flaps.
  let changes = 0
  let before = false
  for (let at = 0; at < 800; at++) {
    const known = flaps.filter(({ beganAt }) => beganAt <= T + at * second).map((each) => (each.endedAt! > T + at * second ? { ...each, endedAt: null } : each))
    const is = standingAlarms(known, T + at * second).length > 0
    if (is !== before) changes++
    before = is
  }
  assert.equal(changes, 1)
})

test('when it is over it stays a while, and comes back as another when it has been quiet', () => {
  const over = said(0, 60)
  assert.deepEqual(shown(60 + joinMs / second, over), [['power-cut', 0, 60, 1]])
  assert.deepEqual(shown(61 + joinMs / second, over), [])
  const later = 60 + joinMs / second + 1
  assert.deepEqual(shown(later + 40, over, said(later, null)), [['power-cut', later, null, 1]])
})

test('what somebody took note of is quiet until it is over for a while and comes anew', () => {
  const seen = said(0, null, { seenAt: T + 50 * second })
  assert.deepEqual(shown(3600, seen), [])
  assert.deepEqual(shown(200, { ...seen, endedAt: T + 60 * second }, said(90, null)), [], 'it flaps on')
  const later = 60 + joinMs / second + 1
  assert.equal(shown(later + 60, { ...seen, endedAt: T + 60 * second }, said(later, null)).length, 1)
})

test('an event is shown at once and for half an hour; sent late it is old news', () => {
  assert.deepEqual(shown(1, said(0, 0, { name: 'vibration' })), [['vibration', 0, 0, 1]])
  assert.deepEqual(shown(eventShownMs / second + 1, said(0, 0, { name: 'vibration' })), [])
  assert.deepEqual(shown(7201, said(0, 0, { name: 'vibration', takenAt: T + 7200 * second })), [])
})

test('harm is shown with its first word and stands first; emergencies and our own fences are told elsewhere', () => {
  assert.deepEqual(shown(60, said(0, null), said(59, null, { name: 'rollover' })).map(([name]) => name), ['rollover', 'power-cut'])
  assert.deepEqual(shown(3600, said(0, null, { name: 'emergency' }), said(0, null, { name: 'area' })), [])
})

test('devices and names do not mix', () => {
  assert.equal(standingAlarms([said(0, null), said(0, null, { device: 2 }), said(0, null, { name: 'antenna-cut' })], T + minute).length, 3)
})

test('a device’s clock that is off makes no alarm old or new', () => {
  for (const off of [-5 * 3_600_000, 5 * 3_600_000]) {
    const lasts = said(0, null, { beganAt: T + off })
    assert.deepEqual(shown(29, lasts), [])
    assert.equal(shown(31, lasts).length, 1)
  }
})

test('of 500 random stories no alarm is shown twice, none that was seen, none without a word said', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = seeded(seed)
    const episodes = Array.from({ length: 12 }, () => {
      const from = Math.floor(random() * 4000)
      return said(from, random() < 0.2 ? null : from + Math.floor(random() * 100), { device: 1 + Math.floor(random() * 3), name: random() < 0.5 ? 'power-cut' : 'fatigue', seenAt: random() < 0.1 ? T : null })
    })
    const found = standingAlarms(episodes, T + 5000 * second)
    assert.equal(new Set(found.map(({ device, name }) => `${device} ${name}`)).size, found.length, `seed ${seed}`)
    for (const { device, name, since, times } of found) {
      const own = episodes.filter((each) => each.device === device && each.name === name && each.takenAt >= since)
      assert.ok(times >= 1 && own.length === times && own.every(({ seenAt }) => seenAt === null), `seed ${seed}`)
    }
  }
})

test('told once, an alarm comes and goes on the screen as if it were asked for each second', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed)
    const episodes = Array.from({ length: 4 }, () => {
      const from = Math.floor(random() * 900)
      return said(from, random() < 0.3 ? null : from + Math.floor(random() * 60), { device: 1 + Math.floor(random() * 2), name: ['power-cut', 'rollover', 'vibration'][Math.floor(random() * 3)]! })
    })
    const toldAt = T + 960 * second
    const told = comingAlarms(episodes, toldAt)
    for (let ms = 0; ms <= 2 * eventShownMs; ms += 7 * second) {
      const names = (alarms: readonly { device: number; name: string }[]) => alarms.map(({ device, name }) => `${device} ${name}`).sort()
      assert.deepEqual(names(told.filter((alarm) => isShown(alarm, toldAt + ms))), names(standingAlarms(episodes, toldAt + ms)), `seed ${seed}, ${ms / 1000} s later`)
    }
  }
})

test('only what the standard lets a person confirm is confirmed to the terminal', () => {
  assert.deepEqual([isConfirmable('jt808', 'illegal-movement'), isConfirmable('jt808', 'power-cut'), isConfirmable('gt06', 'danger')], [true, false, false])
})
