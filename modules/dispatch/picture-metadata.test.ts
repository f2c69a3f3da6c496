import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { seeded } from '#core/random.ts'
import { withoutMetadata } from './picture-metadata.ts'
import { pictureType } from './picture.ts'

const bytes = (...parts: (number | string | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
const stripped = (picture: Uint8Array) => Buffer.from(withoutMetadata(picture))
/** What must never come through: each hiding place of the tests carries it. */
const secret = 'SN-358240051111110 28.2958,117.2400'
const sayNothing = (picture: Uint8Array) => assert.ok(!Buffer.from(picture).includes('358240051111110'), 'the secret came through')

/** A whole EXIF block: the maker, the serial number, the place, and which way up. */
function exif(orientation: number, little: boolean): Buffer {
  const block = Buffer.alloc(8 + 2 + 3 * 12 + 4)
  const u16 = (value: number, at: number) => (little ? block.writeUInt16LE(value, at) : block.writeUInt16BE(value, at))
  const u32 = (value: number, at: number) => (little ? block.writeUInt32LE(value, at) : block.writeUInt32BE(value, at))
  block.write(little ? 'II' : 'MM', 0, 'latin1')
  u16(42, 2)
  u32(8, 4)
  u16(3, 8)
  for (const [index, [tag, type, count]] of [[0x010f, 2, secret.length], [0x0112, 3, 1], [0xa431, 2, secret.length]].entries()) {
    u16(tag!, 10 + 12 * index)
    u16(type!, 12 + 12 * index)
    u32(count!, 14 + 12 * index)
    u32(block.length, 18 + 12 * index)
  }
  u32(0, 30)
  u16(orientation, 30)
  return bytes(block, secret)
}
const noted = (orientation: number) => bytes('MM', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0)

// --- JPEG ---

const segment = (marker: number, ...data: (number | string | Uint8Array)[]) => {
  const body = bytes(...data)
  return bytes(0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff, body)
}
const jfif = segment(0xe0, 'JFIF\0', 1, 1, 0, 0, 72, 0, 72, 0, 0)
const icc = segment(0xe2, 'ICC_PROFILE\0', 1, 1, 'colours')
const adobe = segment(0xee, 'Adobe', 0, 100, 0, 0, 0, 0, 1)
const tables = bytes(segment(0xdb, 0, Buffer.alloc(64, 3)), segment(0xc4, 0, Buffer.alloc(16)))
const frame = segment(0xc2, 8, 0, 1, 0, 1, 1, 1, 0x11, 0)
const scan = bytes(segment(0xda, 1, 1, 0, 0, 63, 0), 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56)
const bare = bytes(0xff, 0xd8, jfif, icc, adobe, tables, frame, scan, segment(0xc4, 0, Buffer.alloc(16)), scan, 0xff, 0xd9)

function phoneJpeg(orientation: number): Buffer {
  return bytes(
    0xff, 0xd8, segment(0xe0, 'JFIF\0', 1, 1, 0, 0, 72, 0, 72, 1, 1, 'th', 'u'), segment(0xe0, 'JFXX\0', secret),
    segment(0xe1, 'Exif\0\0', exif(orientation, true)), segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', secret),
    segment(0xe2, 'MPF\0', secret), icc, segment(0xe4, secret), segment(0xed, 'Photoshop 3.0\0', secret), segment(0xee, 'Adobe', 0, 100, 0, 0, 0, 0, 1, secret),
    segment(0xee, secret), segment(0xef, secret), segment(0xf3, secret), segment(0xfe, secret), 0xff, tables, frame, scan, segment(0xfe, secret),
    0xff, 0xff, segment(0xc4, 0, Buffer.alloc(16)), scan, 0xff, 0xd9, 'ftypmp42', secret, 0xff, 0xd8, 0xff, 0xd9,
  )
}

test('a JPEG keeps what draws it, and nothing else', () => {
  assert.deepEqual(stripped(bare), bare)
  assert.deepEqual(stripped(phoneJpeg(1)), bare)
})

test('a JPEG stays the right way up', () => {
  for (let orientation = 2; orientation <= 8; orientation++) {
    for (const little of [true, false]) {
      const turned = bytes(0xff, 0xd8, jfif, segment(0xe1, 'Exif\0\0', exif(orientation, little)), bare.subarray(2 + jfif.length))
      const expected = bytes(0xff, 0xd8, jfif, segment(0xe1, 'Exif\0\0', noted(orientation)), bare.subarray(2 + jfif.length))
      assert.deepEqual(stripped(turned), expected, `orientation ${orientation}`)
    }
  }
})

test('an orientation that is none is not written', () => {
  for (const orientation of [0, 1, 9, 65_535]) {
    assert.deepEqual(stripped(bytes(0xff, 0xd8, segment(0xe1, 'Exif\0\0', exif(orientation, false)), bare.subarray(2))), bare)
  }
})

// --- PNG ---

const pngSign = Buffer.from('89504e470d0a1a0a', 'hex')
const chunk = (type: string, ...data: (number | string | Uint8Array)[]) => {
  const body = bytes(type, ...data)
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(body.length - 4, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return bytes(ends.subarray(0, 4), body, ends.subarray(4))
}
const head = chunk('IHDR', 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0)
const profile = chunk('iCCP', 'colours')

test('a PNG keeps what draws it, and nothing else', () => {
  const notes = ['tEXt', 'iTXt', 'zTXt', 'tIME', 'dSIG', 'maKr', 'XMPx'].map((type) => chunk(type, secret))
  const picture = bytes(pngSign, head, ...notes, profile, chunk('eXIf', exif(1, true)), chunk('IDAT', 'pix'), chunk('tEXt', secret), chunk('IDAT', 'els'), chunk('IEND'), secret)
  assert.deepEqual(stripped(picture), bytes(pngSign, head, profile, chunk('IDAT', 'pix'), chunk('IDAT', 'els'), chunk('IEND')))
})

test('a PNG stays the right way up', () => {
  const picture = bytes(pngSign, head, chunk('eXIf', exif(6, true)), chunk('IDAT', 'pixels'), chunk('IEND'))
  assert.deepEqual(stripped(picture), bytes(pngSign, head, chunk('eXIf', noted(6)), chunk('IDAT', 'pixels'), chunk('IEND')))
})

// --- WebP ---

const part = (type: string, ...data: (number | string | Uint8Array)[]) => {
  const body = bytes(...data)
  const size = Buffer.alloc(4)
  size.writeUInt32LE(body.length)
  return bytes(type, size, body, Buffer.alloc(body.length & 1))
}
const riff = (...chunks: Uint8Array[]) => part('RIFF', 'WEBP', ...chunks)
const extended = (flags: number) => part('VP8X', flags, 0, 0, 0, 0, 0, 0, 0, 0, 0)
const [ICC, ALPHA, EXIF, XMP, ANIMATION] = [0x20, 0x10, 0x08, 0x04, 0x02]

test('a WebP keeps what draws it, and nothing else', () => {
  const notes = bytes(part('XMP ', secret), part('makr', secret))
  const picture = riff(extended(ICC | ALPHA | EXIF | XMP), part('ICCP', 'colours'), part('ALPH', 'abc'), notes, part('VP8 ', 'pixels!'), part('EXIF', exif(1, true)))
  assert.deepEqual(stripped(bytes(picture, secret)), riff(extended(ICC | ALPHA), part('ICCP', 'colours'), part('ALPH', 'abc'), part('VP8 ', 'pixels!')))
  assert.deepEqual(stripped(riff(part('VP8L', 'plain'), part('EXIF', exif(6, true)))), riff(part('VP8L', 'plain')))
})

test('a WebP stays the right way up', () => {
  for (const block of [exif(6, false), bytes('Exif\0\0', exif(6, true))]) {
    const picture = riff(extended(EXIF | XMP), part('VP8 ', 'pixels'), part('EXIF', block), part('XMP ', secret))
    assert.deepEqual(stripped(picture), riff(extended(EXIF), part('VP8 ', 'pixels'), part('EXIF', noted(6))))
  }
})

test('the pictures of an animated WebP are looked through one by one', () => {
  const place = Buffer.alloc(16, 7)
  const picture = riff(extended(ANIMATION | XMP), part('ANIM', '123456'), part('ANMF', place, part('ALPH', 'a'), part('VP8 ', 'one'), part('note', secret)))
  assert.deepEqual(stripped(picture), riff(extended(ANIMATION), part('ANIM', '123456'), part('ANMF', place, part('ALPH', 'a'), part('VP8 ', 'one'))))
})

// --- anything ---

const whole: Record<string, Buffer> = {
  'image/jpeg': phoneJpeg(6),
  'image/png': bytes(pngSign, head, chunk('tEXt', secret), profile, chunk('eXIf', exif(3, false)), chunk('IDAT', 'pixels'), chunk('zTXt', secret), chunk('IEND')),
  'image/webp': riff(extended(ICC | EXIF | XMP), part('ICCP', 'colours'), part('VP8 ', 'pixels!'), part('EXIF', exif(8, true)), part('XMP ', secret)),
}

for (const [type, picture] of Object.entries(whole)) {
  test(`${type}: a picture cut off anywhere says nothing, stays its type, and cannot be stripped further`, () => {
    for (let length = 0; length <= picture.length; length++) {
      const cut = picture.subarray(0, length)
      const result = stripped(cut)
      assert.equal(pictureType(result), pictureType(cut), `cut at ${length}`)
      if (pictureType(cut) !== undefined) sayNothing(result)
      assert.deepEqual(stripped(result), result, `cut at ${length}`)
    }
  })

  test(`${type}: never throws, whatever is changed, and what it gives cannot be stripped further`, () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const random = seeded(seed)
      const odd = Buffer.from(picture)
      for (let n = 0; n <= 8 * random(); n++) odd[12 + Math.floor(random() * (odd.length - 12))] = random() < 0.3 ? 0xff : Math.floor(random() * 256)
      const result = stripped(odd)
      assert.equal(pictureType(result), type, `seed ${seed}`)
      assert.deepEqual(stripped(result), result, `seed ${seed}`)
    }
  })

  test(`${type}: garbage behind the first bytes comes back as the same type, and not longer than it can be drawn`, () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const random = seeded(seed)
      const odd = bytes(picture.subarray(0, 12), Uint8Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256)))
      const result = stripped(odd)
      assert.equal(pictureType(result), type, `seed ${seed}`)
      assert.ok(result.length <= odd.length + 64, `seed ${seed}: ${odd.length} became ${result.length}`)
    }
  })
}

test('the bytes given are not touched, and what is no picture comes back as it is', () => {
  for (const picture of Object.values(whole)) {
    const before = Buffer.from(picture)
    withoutMetadata(picture)
    assert.deepEqual(picture, before)
  }
  const page = Buffer.from('<!doctype html>')
  assert.equal(withoutMetadata(page), page)
})
