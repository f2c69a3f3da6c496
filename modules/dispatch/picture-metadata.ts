/**
 * Pictures without what phones write beside the picture: serial numbers, places, times, names, earlier versions. Pure.
 *
 * Each format is read part by part, and only parts known to be needed to draw the picture are kept. What is unknown is
 * left out, because makers put their notes there; so is whatever follows the picture's end (a motion photo's film, say).
 */
import { pictureType } from './picture.ts'

/**
 * The same picture, drawn the same, with no metadata.
 *
 * The way up is kept, as the one field of a new EXIF block, where it is not the usual one. Colour profiles stay. The
 * type that `pictureType` sees stays, also for garbage: a file that breaks off or makes no sense ends where it does so.
 * Bytes of no known type come back as they are.
 *
 * O(n). Formats: ITU-T T.81 (JPEG), Exif 2.32, PNG third edition, RFC 9649 (WebP).
 */
export function withoutMetadata(bytes: Uint8Array): Uint8Array {
  switch (pictureType(bytes)) {
    case 'image/jpeg':
      return joined(jpegParts(bytes))
    case 'image/png':
      return joined(pngParts(bytes))
    case 'image/webp':
      return webp(bytes)
    case undefined:
      return bytes
  }
}

// --- JPEG ---------------------------------------------------------------------------------------------------------

const startOfImage = Uint8Array.of(0xff, 0xd8)
const endOfImage = Uint8Array.of(0xff, 0xd9)

function jpegParts(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [startOfImage]
  let hasOrientation = false
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2 // padding, or a marker with nothing in it
      continue
    }
    const end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
    if (marker === 0xd9 || end < at + 4 || end > bytes.length) break
    const segment = bytes.subarray(at, end)
    if (marker === 0xe1 && !hasOrientation && startsWith(segment, 'Exif\0\0', 4)) {
      const orientation = orientationOf(segment.subarray(10))
      if (orientation > 1) {
        hasOrientation = true
        parts.push(Uint8Array.of(0xff, 0xe1, 0, 34, ...ascii('Exif\0\0'), ...exifOf(orientation)))
      }
    } else {
      const kept = jpegSegment(marker, segment)
      if (kept) parts.push(kept)
    }
    at = end
    if (marker !== 0xda) continue
    // The scan itself has no length: it goes on to the next marker that is neither an escaped FF nor a restart.
    const from = at
    while (at < bytes.length && !(bytes[at] === 0xff && at + 1 < bytes.length && !isWithinScan(bytes[at + 1]!))) at++
    parts.push(bytes.subarray(from, at))
  }
  return [...parts, endOfImage]
}

const isWithinScan = (byte: number) => byte === 0x00 || byte === 0xff || (byte >= 0xd0 && byte <= 0xd7)

function jpegSegment(marker: number, segment: Uint8Array): Uint8Array | undefined {
  if (marker >= 0xc0 && marker <= 0xdf) return marker === 0xc8 ? undefined : segment // tables, frames and scans
  // without its thumbnail, which may show what was cut away
  if (marker === 0xe0 && startsWith(segment, 'JFIF\0', 4) && segment.length >= 18) {
    return Uint8Array.of(0xff, 0xe0, 0, 16, ...segment.subarray(4, 16), 0, 0)
  }
  if (marker === 0xe2 && startsWith(segment, 'ICC_PROFILE\0', 4)) return segment
  // how the colours are coded: without it some pictures turn green
  if (marker === 0xee && startsWith(segment, 'Adobe', 4) && segment.length >= 16) {
    return Uint8Array.of(0xff, 0xee, 0, 14, ...segment.subarray(4, 16))
  }
  return undefined
}

// --- PNG ----------------------------------------------------------------------------------------------------------

const pngKept = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD pHYs hIST sPLT acTL fcTL fdAT'.split(' '),
)

function pngParts(bytes: Uint8Array): Uint8Array[] {
  const view = viewOf(bytes)
  const parts = [bytes.subarray(0, 8)]
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at)
    if (end > bytes.length) break
    const type = textAt(bytes, at + 4)
    if (pngKept.has(type)) parts.push(bytes.subarray(at, end))
    else if (type === 'eXIf') {
      const orientation = orientationOf(bytes.subarray(at + 8, end - 4))
      if (orientation > 1) parts.push(pngChunk('eXIf', exifOf(orientation)))
    }
    if (type === 'IEND') break
    at = end
  }
  return parts
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(data.length + 12)
  chunk.set(ascii(type), 4)
  chunk.set(data, 8)
  const view = viewOf(chunk)
  view.setUint32(0, data.length)
  view.setUint32(data.length + 8, crc32(chunk.subarray(4, data.length + 8)))
  return chunk
}

/** Bit by bit: for a few bytes only. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

// --- WebP ---------------------------------------------------------------------------------------------------------

const webpKept = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])
const frameKept = new Set(['VP8 ', 'VP8L', 'ALPH'])
const animationFrameHeader = 16
const exifFlag = 0x08
const xmpFlag = 0x04

function webp(bytes: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, 8 + viewOf(bytes).getUint32(4, true))
  const chunks: Uint8Array[] = []
  let extended: Uint8Array | undefined
  let orientation = 1
  for (const { type, data } of webpChunks(bytes.subarray(12, Math.max(12, end)))) {
    if (type === 'EXIF' && orientation === 1) {
      orientation = orientationOf(startsWith(data, 'Exif\0\0', 0) ? data.subarray(6) : data)
    }
    if (!webpKept.has(type)) continue
    const chunk = webpChunk(type, type === 'ANMF' ? animationFrame(data) : data)
    if (type === 'VP8X' && data.length > 0) {
      chunk[8] = data[0]! & ~(exifFlag | xmpFlag)
      extended ??= chunk
    }
    chunks.push(chunk)
  }
  // Only the extended form may carry it; in the plain one nobody looks.
  if (extended && orientation > 1) {
    extended[8]! |= exifFlag
    chunks.push(webpChunk('EXIF', exifOf(orientation)))
  }
  const whole = joined([ascii('RIFF\0\0\0\0WEBP'), ...chunks])
  viewOf(whole).setUint32(4, whole.length - 8, true)
  return whole
}

function* webpChunks(bytes: Uint8Array): Generator<{ type: string; data: Uint8Array }> {
  const view = viewOf(bytes)
  for (let at = 0; at + 8 <= bytes.length; ) {
    const end = at + 8 + view.getUint32(at + 4, true)
    if (end > bytes.length) return
    yield { type: textAt(bytes, at), data: bytes.subarray(at + 8, end) }
    at = end + (end & 1)
  }
}

/** One picture of an animation has chunks of its own. */
function animationFrame(data: Uint8Array): Uint8Array {
  const kept = [data.subarray(0, animationFrameHeader)]
  for (const { type, data: inner } of webpChunks(data.subarray(animationFrameHeader))) {
    if (frameKept.has(type)) kept.push(webpChunk(type, inner))
  }
  return joined(kept)
}

function webpChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(8 + data.length + (data.length & 1))
  chunk.set(ascii(type))
  viewOf(chunk).setUint32(4, data.length, true)
  chunk.set(data, 8)
  return chunk
}

// --- EXIF ---------------------------------------------------------------------------------------------------------

const orientationTag = 0x0112
const shortType = 3

/** Which way up, 1 … 8; 1 when it does not say. `exif` starts with its TIFF header. */
function orientationOf(exif: Uint8Array): number {
  const order = textAt(exif, 0).slice(0, 2)
  if (exif.length < 14 || (order !== 'II' && order !== 'MM')) return 1
  const little = order === 'II'
  const view = viewOf(exif)
  if (view.getUint16(2, little) !== 42) return 1
  const directory = view.getUint32(4, little)
  if (directory + 2 > exif.length) return 1
  const count = view.getUint16(directory, little)
  for (let index = 0; index < count; index++) {
    const at = directory + 2 + 12 * index
    if (at + 12 > exif.length) return 1
    if (view.getUint16(at, little) !== orientationTag || view.getUint16(at + 2, little) !== shortType) continue
    const value = view.getUint16(at + 8, little)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** An EXIF block that says nothing else: header, one directory of one entry, no next one. 26 bytes. */
const exifOf = (orientation: number) =>
  Uint8Array.of(0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, shortType, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0)

// --- bytes --------------------------------------------------------------------------------------------------------

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const textAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
const startsWith = (bytes: Uint8Array, text: string, at: number) =>
  at + text.length <= bytes.length && ascii(text).every((byte, index) => bytes[at + index] === byte)

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
