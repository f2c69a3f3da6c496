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
