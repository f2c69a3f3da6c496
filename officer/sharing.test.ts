import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isShared } from './sharing.ts'

const rejected = (count: number) => Array.from({ length: count }, (_, index) => ({ index, code: 'not-your-unit', because: '' }))

test('a place is shared when the server has one: neither thrown away nor rejected', () => {
  const cases: [name: string, discarded: number, rejections: number, count: number, shared: boolean][] = [
    ['all taken', 0, 0, 3, true],
    ['some rejected', 0, 2, 3, true],
    ['all rejected', 0, 3, 3, false],
    ['all discarded', 3, 0, 3, false],
    ['the one half and the other', 1, 2, 3, false],
  ]
  for (const [name, discarded, rejections, count, shared] of cases) assert.equal(isShared({ discarded, rejected: rejected(rejections) }, count), shared, name)
})
