import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceView } from '#modules/units/contract.ts'
import { ageOf, conditionOf, openPorts, skewIsLarge } from './device-rows.ts'

const device = (lastSeenAt: number | null, online: boolean) => ({ lastSeenAt, status: { online } as DeviceView['status'] })

test('a device is online, silent, or was never heard', () => {
  assert.deepEqual([conditionOf(device(1, true)), conditionOf(device(1, false)), conditionOf(device(null, false))], ['online', 'silent', 'never'])
})

test('nothing was heard in the future, and a clock may be a little off', () => {
  assert.deepEqual([ageOf(5000, 8000), ageOf(9000, 8000)], [3, 0])
  assert.deepEqual([skewIsLarge(-29_000), skewIsLarge(-31_000), skewIsLarge(40_000)], [false, true, true])
})

test('of the ports those that are open', () => assert.deepEqual(openPorts({ jt808: 6808, gt06: null, h02: null, osmand: 5055, mqtt: null }), [{ protocol: 'jt808', port: 6808 }, { protocol: 'osmand', port: 5055 }]))
