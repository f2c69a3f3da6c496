import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differences, sums } from './delta.ts'
import { seeded } from './random.ts'

test('differences begin with the first value, and sums give the values back', () => {
  assert.deepEqual(differences([7, 9, 9, 4]), [7, 2, 0, -5])
  assert.deepEqual([...sums([7, 2, 0, -5])], [7, 9, 9, 4])
  assert.deepEqual(differences([]), [])
  assert.deepEqual([...sums([])], [])
})

test('whatever whole numbers go in come out again', () => {
  const random = seeded(11)
  for (let round = 0; round < 200; round++) {
    const values = Array.from({ length: Math.floor(random() * 50) }, () => Math.round((random() - 0.5) * 4e12))
    assert.deepEqual([...sums(differences(values))], values, `seed 11, round ${round}`)
  }
})
