import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { allowance } from './allowance.ts'

test('a minute’s worth at once, then evenly; each key for itself', () => {
  let at = 1_000_000
  const limit = allowance({ perMinute: 6, now: () => at })
  for (let n = 0; n < 6; n++) assert.equal(limit.take('a'), 0)
  assert.equal(limit.take('a'), 10)
  assert.equal(limit.take('b'), 0)
  at += 9_999
  assert.equal(limit.take('a'), 1)
  at += 1
  assert.equal(limit.take('a'), 0)
  assert.equal(limit.take('a'), 10)
  at += 3_600_000
  for (let n = 0; n < 6; n++) assert.equal(limit.take('a'), 0)
  assert.equal(limit.take('a'), 10)
})

test('over any minute nobody gets more than twice the rate, over an hour never more than the rate and one burst', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed)
    let at = 0
    const limit = allowance({ perMinute: 30, now: () => at })
    const allowed: number[] = []
    while (at < 3_600_000) {
      at += Math.floor(random() * 2000)
      if (limit.take('a') === 0) allowed.push(at)
    }
    assert.ok(allowed.length <= 30 * 60 + 31, `seed ${seed}: ${allowed.length} in an hour`)
    for (const from of allowed) assert.ok(allowed.filter((one) => one >= from && one < from + 60_000).length <= 61, `seed ${seed}`)
  }
})

test('a flood of addresses does not fill the memory', () => {
  let at = 0
  const limit = allowance({ perMinute: 2, now: () => at, keysMax: 1000 })
  for (let n = 0; n < 20_000; n++) limit.take(`address ${n}`)
  limit.take('mine')
  limit.take('mine')
  assert.ok(limit.take('mine') > 0, 'the newest are remembered')
})

test('a clock that is set back holds nobody up for longer than a minute, and the memory neither', () => {
  for (const backMs of [1000, 30_000, 3_600_000, 365 * 86_400_000]) {
    let at = 1_767_225_600_000
    const limit = allowance({ perMinute: 6, now: () => at })
    for (let n = 0; n < 7; n++) limit.take('a')
    at -= backMs
    const wait = limit.take('a')
    assert.ok(wait <= 60, `${backMs} ms back: ${wait} s`)
    at += wait * 1000
    assert.equal(limit.take('a'), 0, `${backMs} ms back`)
  }
})
