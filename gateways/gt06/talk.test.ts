/** What is heard on a connection, and what of it may be shown to whoever diagnoses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexOf } from '../hex.ts'
import { sealed } from './frame.ts'
import { gt06Talk } from './talk.ts'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

test('of a damaged frame no number of a device or a SIM card is shown', () => {
  const identifiers = '0490154203237518' + '0460001234567890' + '89860012345678901234'
  const wire = sealed(0x94, bytesOf(`0a${identifiers}`), 1, true)
  for (const at of wire.keys()) {
    const damaged = wire.slice()
    damaged[at]! ^= 0x10
    for (const { type, shown } of gt06Talk(() => undefined).hear(damaged, 0)) {
      if (type === 'malformed') assert.ok(shown.bytes.length <= 5, hexOf(shown.bytes))
    }
  }
  const [login] = gt06Talk(() => undefined).hear(Buffer.concat([sealed(0x01, bytesOf('0490154203237518'), 1).slice(0, -4), bytesOf('00000d0a')]), 0)
  assert.deepEqual([login!.type, hexOf(login!.shown.bytes)], ['malformed', '78780d01'])
})

test('of modules in any order, the number of a SIM card among them, the head is shown', () => {
  const iccid = '000a000a' + '89860012345678901234'
  const [heard] = gt06Talk(() => undefined).hear(sealed(0x70, bytesOf(`${iccid}0033001266e3c0b508002d0280de800c8458801e145a`), 1, true), 0)
  assert.deepEqual([heard!.type, hexOf(heard!.shown.bytes)], ['location', '7979002970'])
})

test('the level of the battery: sixths of a heartbeat and an alarm, percent of one layout, and no voltage', () => {
  const battery = (wire: Uint8Array) => gt06Talk(() => undefined).hear(wire, 0)[0]!.battery
  for (const [body, percent] of [['4606040002', 100], ['4603040002', 50], ['4600000002', 0], ['0604ea0400', undefined], ['460b120400', undefined]] as const) {
    assert.equal(battery(sealed(0x13, bytesOf(body), 1)), percent, body)
  }
  // Captured frames 24, 140 and 36's kind: percent, sixths, a battery of two bytes.
  assert.equal(battery(bytesOf('78782616170a080c0e24c0027c58ad0c2b8b0100454e0901cc0025030328e7a0005d4b13021ec373170d0a')), 93)
  assert.equal(battery(bytesOf('787825160f0c1d0a2b21c8027ac8040c46581000146f0901cc00287d001f714804040301001c84cf0d0a')), 67)
  assert.equal(battery(sealed(0xa4, bytesOf('150817073b10cf032eea9c0b6ce0800015141001cc0100009a00000000000a6f24014605041900ff'), 1)), undefined)
})
