import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oldOf } from './known.ts'

const hour = 3_600_000
const now = 1_764_000_000_000

test('what lies since yesterday goes, by the server’s clock however wrong the phone’s is', () => {
  const known = [
    { account: 'fresh', at: now - hour, clockAheadMs: 0 },
    { account: 'old', at: now - 25 * hour, clockAheadMs: 0 },
  ]
  assert.deepEqual(oldOf(known, [['fresh', now - 25 * hour], ['fresh', now - hour], ['gone', now - 25 * hour]], now), { accounts: ['old'], fixes: [['fresh', now - 25 * hour], ['gone', now - 25 * hour]] })
  // the phone is two days ahead, then two days behind: both times its places are an hour old
  for (const phone of [now + 48 * hour, now - 48 * hour]) {
    const account = { account: 'a', at: now - hour, clockAheadMs: now - phone }
    assert.deepEqual(oldOf([account], [['a', now - hour], ['b', now - hour]], phone), { accounts: [], fixes: [] })
    assert.deepEqual(oldOf([account], [['a', now - 25 * hour], ['b', now - 25 * hour]], phone).fixes.length, 2)
  }
})
