import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answered, attemptsMax, expired, newDownlink, nextStep, sent, type Downlink } from './downlink.ts'

const T = 1_767_225_600_000
const fresh = newDownlink({ id: 'd', device: 1, command: { type: 'locate' } }, T, 3_600_000)

test('a command that is never answered is sent four times, each wait longer than the one before, and then no more', () => {
  const sentAt: number[] = []
  let one: Downlink = fresh
  for (let now = T; now < T + 600_000; now += 1000) {
    const step = nextStep(one, now)
    if (step === 'send') {
      one = sent(one, now, sentAt.length)
      sentAt.push((now - T) / 1000)
    }
    if (step === 'expire') {
      one = expired(one, now)
      break
    }
  }
  assert.deepEqual(sentAt, [0, 10, 30, 90])
  assert.equal(sentAt.length, attemptsMax)
  assert.equal(one.state, 'expired')
})

test('what nobody fetched in time is not sent', () => {
  assert.equal(nextStep(fresh, fresh.expiresAt), 'expire')
  assert.equal(nextStep(sent(fresh, T, 1), fresh.expiresAt), 'expire')
})

test('an answer says whether it was done', () => {
  assert.deepEqual([answered(fresh, true, T).state, answered(fresh, false, T).state], ['done', 'refused'])
})
