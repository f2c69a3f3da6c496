import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKept, percentile, right, rounded } from './measure.ts'

test('percentiles are values that were measured, by nearest rank', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index) // 200 … 1
  assert.deepEqual([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1), percentile([7], 0.5)], [100, 198, 200, 7])
  assert.throws(() => percentile([], 0.5), /No values/)
})

test('a promise is kept up to its limit, and never by something that is no number', () => {
  const cases: [value: number, limit: { atMost?: number; atLeast?: number } | undefined, kept: boolean][] = [
    [50, { atMost: 50 }, true],
    [50.1, { atMost: 50 }, false],
    [2000, { atLeast: 2000 }, true],
    [1999, { atLeast: 2000 }, false],
    [1, undefined, true],
    [NaN, undefined, false],
  ]
  for (const [value, limit, kept] of cases) assert.equal(isKept({ name: '', value, unit: '', ...(limit ? { limit } : {}) }), kept, `${value}`)
})

test('a wrong answer stops the bench', () => assert.throws(() => right(1 + 1 === 3, 'sum'), /Wrong answer, so no time: sum/))

test('numbers are written short', () => assert.deepEqual([1234.56, 0.012345, 99.95, 12].map(rounded), ['1235', '0.0123', '100', '12']))
