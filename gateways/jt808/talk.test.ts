/** What is heard on a connection, and what of it may be shown to whoever diagnoses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexOf } from '../hex.ts'
import { Writer } from './bytes.ts'
import { encodeMessage } from './downlink.ts'
import { jt808Talk } from './talk.ts'

const T = Date.UTC(2026, 10, 22, 8, 30, 15)
const terminal = { phone: '13912345678', version: '2013' } as const

/** Cut anywhere by damage, a run of bytes may begin in the middle of what it must not show. */
function shownWhenDamaged(wire: Uint8Array): string[] {
  return [...wire.keys()].flatMap((at) =>
    [wire[at]! ^ 1, wire[at]! ^ 0x40, 0x7e].flatMap((byte) => {
      const damaged = Uint8Array.from(wire)
      damaged[at] = byte
      return jt808Talk(() => undefined).hear(damaged, T).filter(({ said }) => said.kind === 'malformed').map(({ shown }) => hexOf(shown.bytes))
    }),
  )
}

test('of a damaged frame no plate, no token and no number of a SIM card is shown', () => {
  const plate = new Writer().gbk('赣L·警1234').done()
  const register = (fields: readonly [number, number, number], version: '2013' | '2019') =>
    encodeMessage({ ...terminal, version }, 0x0100, new Writer().u16(36).u16(681).raw(new Uint8Array(fields[0] + fields[1] + fields[2])).u8(2).raw(plate).done(), 7)[0]!
  const imei = new Writer().gbk('490154203237518').done()
  const authenticate = encodeMessage({ ...terminal, version: '2019' }, 0x0102, new Writer().u8(4).gbk('abcd').raw(imei).raw(new Uint8Array(20)).done(), 8)[0]!
  for (const [wire, secret] of [[register([5, 8, 7], '2013'), plate], [register([5, 20, 7], '2013'), plate], [register([11, 30, 30], '2019'), plate], [authenticate, imei]] as const) {
    const shown = shownWhenDamaged(wire)
    assert.ok(shown.length > wire.length)
    for (let from = 0; from + 3 <= secret.length; from++) {
      for (const one of shown) assert.ok(!one.includes(hexOf(secret.subarray(from, from + 3))), one)
    }
  }
})

test('of a damaged frame that is whole the header is shown, without what follows', () => {
  const wire = encodeMessage(terminal, 0x0200, new Uint8Array(28), 7)[0]!
  wire[20]! ^= 0x10
  const [heard] = jt808Talk(() => undefined).hear(wire, T)
  assert.deepEqual([heard!.type, hexOf(heard!.shown.bytes), heard!.shown.more], ['malformed', '0200001c0139123456780007', 29])
})
