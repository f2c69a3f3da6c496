import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, inflateSync } from 'node:zlib'
import { readPng, writePalettePng } from './palette-png.ts'

const random = (seed: number) => () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32

test('a picture of few colours comes back exactly', () => {
  const next = random(7)
  const colours = Array.from({ length: 200 }, () => [next() * 256, next() * 256, next() * 256])
  const rgb = Uint8Array.from(Array.from({ length: 61 * 47 }, () => colours[Math.floor(next() * 200)]!).flat())
  const again = readPng(pretendTrueColour(writePalettePng({ width: 61, height: 47, rgb })))
  assert.deepEqual([again.width, again.height], [61, 47])
  assert.deepEqual(again.rgb, rgb)
})

test('a picture of many colours keeps its large areas exactly and the rest nearly', () => {
  const [width, height] = [128, 128]
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgb.set(y < 64 ? [17, 21, 27] : [x * 2, (y - 64) * 4, 90], (y * width + x) * 3)
  }
  const bytes = writePalettePng({ width, height, rgb })
  const again = readPng(pretendTrueColour(bytes)).rgb
  assert.deepEqual([...again.slice(0, 3)], [17, 21, 27])
  let worst = 0
  for (let at = 0; at < rgb.length; at++) worst = Math.max(worst, Math.abs(rgb[at]! - again[at]!))
  assert.ok(worst <= 24, `the worst sample is ${worst} off`)
})

/** The palette put back into the pixels by hand, as a true-colour PNG that the reader knows. */
function pretendTrueColour(bytes: Buffer): Buffer {
  const parts = new Map<string, Buffer>()
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    parts.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const header = Buffer.from(parts.get('IHDR')!)
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  header[9] = 2
  const palette = parts.get('PLTE')!
  const indices = inflateSync(parts.get('IDAT')!)
  const rows = Buffer.alloc((width * 3 + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) palette.copy(rows, y * (width * 3 + 1) + 1 + x * 3, indices[y * (width + 1) + 1 + x]! * 3, indices[y * (width + 1) + 1 + x]! * 3 + 3)
  }
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]) // the reader leaves checksums to zlib's
  }
  return Buffer.concat([bytes.subarray(0, 8), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}
