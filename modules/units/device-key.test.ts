import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { deviceKey } from './device-key.ts'

test('a key is thirty letters that nobody mistakes for another, in groups', () => {
  for (let n = 0; n < 100; n++) assert.match(deviceKey(randomBytes), /^[2-9a-hj-km-np-z]{5}(-[2-9a-hj-km-np-z]{5}){5}$/)
})

test('no letter is likelier than another: bytes that do not divide evenly are thrown away', () => {
  // Every byte from 0 to 255, over and over: the 248 that count fall on each of 31 letters equally often.
  let next = 0
  const everyByte = (count: number) => Uint8Array.from({ length: count }, () => next++ % 256)
  const counts = new Map<string, number>()
  // One key takes the first 30 that count of 48 bytes; 16 keys begin at every multiple of 16 in the round.
  for (let n = 0; n < 16 * 31; n++) {
    for (const letter of deviceKey(everyByte).replaceAll('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  assert.equal(counts.size, 31)
  const [least, most] = [Math.min(...counts.values()), Math.max(...counts.values())]
  assert.ok(most / least < 1.25, `${least}…${most}`)
  assert.throws(() => deviceKey((count) => (next++ > 1e6 ? failed() : ((next += 1e6), new Uint8Array(count).fill(248)))), /asked again/)
})

const failed = (): never => {
  throw new Error('asked again')
}
