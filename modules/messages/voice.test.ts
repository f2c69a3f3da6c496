import assert from 'node:assert/strict'
import { test } from 'node:test'
import { voiceType } from './voice.ts'

const text = (...parts: (string | readonly number[])[]) => Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [...part])))
const filler = (count: number) => Array.from({ length: count }, () => 0x20)
const ebml = [0x1a, 0x45, 0xdf, 0xa3]
const box = (size: number) => [0, 0, 0, size]

const cases: [what: string, bytes: Uint8Array, type: ReturnType<typeof voiceType>][] = [
  ['Chromium’s recorder', text(ebml, [0x9f, 0x42, 0x82, 0x84], 'webm', filler(200), 'A_OPUS', filler(50)), 'audio/webm'],
  ['a film in WebM', text(ebml, [0x9f, 0x42, 0x82, 0x84], 'webm', filler(200), 'V_VP8', filler(20), 'A_OPUS'), undefined],
  ['sound in which two letters stand by chance', text(ebml, [0x9f, 0x42, 0x82, 0x84], 'webm', filler(200), 'A_OPUS', filler(50), 'V_'), 'audio/webm'],
  ['a film in Matroska', text(ebml, [0x9f, 0x42, 0x82, 0x88], 'matroska', filler(200), 'A_OPUS'), undefined],
  ['Safari’s recorder', text(box(28), 'ftypiso5', filler(40), 'moov', 'soun', filler(40), 'mp4a', filler(99)), 'audio/mp4'],
  ['an MP4 whose tracks stand at its end', text(box(28), 'ftypM4A ', filler(20_000), 'moov', 'soun', filler(40), 'mp4a'), 'audio/mp4'],
  ['a film in MP4', text(box(28), 'ftypiso5', filler(40), 'moov', 'soun', 'vide', 'mp4a'), undefined],
  ['Firefox’s recorder', text('OggS', filler(24), 'OpusHead', filler(40)), 'audio/ogg'],
  ['a song in Ogg Vorbis', text('OggS', filler(24), [1], 'vorbis', filler(40)), undefined],
  ['a page that calls itself sound', text('<script>alert(1)</script>', filler(40)), undefined],
  ['a picture', text([0xff, 0xd8, 0xff], filler(40)), undefined],
  ['nothing', text(), undefined],
]
for (const [what, bytes, type] of cases) {
  test(`voice: ${what} is ${type ?? 'no voice note'}`, () => assert.equal(voiceType(bytes), type))
}
