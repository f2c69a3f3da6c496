import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionOf } from './connection.ts'

const cases: [what: string, live: Parameters<typeof connectionOf>[0], is: string][] = [
  ['the page has just begun', undefined, 'connecting'],
  ['the first attempt is under way', { state: 'connecting', retryAt: undefined }, 'connecting'],
  ['the first attempt failed', { state: 'connecting', retryAt: 1 }, 'offline'],
  ['greeted', { state: 'live', retryAt: undefined }, 'online'],
  ['lost', { state: 'lost', retryAt: 1 }, 'offline'],
  ['the session is over', { state: 'ended', retryAt: undefined }, 'connecting'],
]
for (const [what, live, is] of cases) test(`${what}: ${is}`, () => assert.equal(connectionOf(live), is))
