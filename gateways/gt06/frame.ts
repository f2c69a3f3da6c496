/**
 * GT06 on the wire: `7878 length(1) kind body serial(2) check(2) 0d0a`, or `7979` with a length of two bytes.
 * The length counts from the kind to the check code.
 */

/** The longest frame that is waited for: pictures come in pieces of a few kilobytes. */
export const FRAME_BYTES_MAX = 8192

export type FrameSplitter = {
  /** The frames that end within this chunk, from marker to end. Never throws. */
  push(chunk: Uint8Array): Uint8Array[]
  /** What has begun and not ended. */
  rest(): Uint8Array
}

/**
 * Cut a stream of bytes into frames.
 *
 * A frame ends where its length says, if 0d0a stands there; else, as some devices count wrongly, at the next 0d0a. Bytes before a
 * marker are noise.
 *
 * Memory: at most one frame and one chunk.
 */
export function frameSplitter(bytesMax = FRAME_BYTES_MAX): FrameSplitter {
  let waiting = new Uint8Array()
  return {
    push(chunk) {
      const bytes = new Uint8Array(waiting.length + chunk.length)
      bytes.set(waiting)
      bytes.set(chunk, waiting.length)
      const frames: Uint8Array[] = []
      const nextEnd = endsIn(bytes)
      let at = markerFrom(bytes, 0)
      while (at < bytes.length) {
        const end = endOf(bytes, at, nextEnd, bytesMax)
        if (end === undefined) break
        if (end > at) frames.push(bytes.slice(at, end))
        at = markerFrom(bytes, end > at ? end : at + 1)
      }
      waiting = bytes.slice(at)
      return frames
    },
    rest: () => waiting,
  }
}

/** Where a marker stands, or may stand once another byte has come; the length when nowhere. */
function markerFrom(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (isMarker(bytes, at) || (at === bytes.length - 1 && (bytes[at] === 0x78 || bytes[at] === 0x79))) return at
  }
  return bytes.length
}
const isMarker = (bytes: Uint8Array, at: number) => (bytes[at] === 0x78 || bytes[at] === 0x79) && bytes[at + 1] === bytes[at]

/** One past the frame that begins at `at`; `at` itself when none does; undefined when more bytes must come. */
function endOf(bytes: Uint8Array, at: number, nextEnd: (from: number) => number, bytesMax: number): number | undefined {
  if (bytes.length - at < 5) return undefined
  const total = lengthAt(bytes, at)
  if (total > bytesMax) return at
  // Some count one less: they send no check code.
  for (const end of [at + total, at + total + 1]) {
    if (end <= bytes.length && end - at >= 8 && bytes[end - 2] === 0x0d && bytes[end - 1] === 0x0a) return end
  }
  // The last byte lost, and the next frame begun.
  const last = at + total - 2
  if (last + 2 < bytes.length && bytes[last] === 0x0d && isMarker(bytes, last + 1)) return last + 1
  if (bytes.length < at + total + 1) return undefined
  const end = nextEnd(at + 6)
  if (end - at <= bytesMax) return end
  return bytes.length - at > bytesMax ? at : undefined
}

/** Answers where the first 0d0a at or behind a place ends; Infinity when nowhere. Each byte is looked at once, whatever is asked in rising order. */
function endsIn(bytes: Uint8Array): (from: number) => number {
  let found = 0
  return (from) => {
    if (found >= from) return found
    for (found = from; found <= bytes.length; found++) if (bytes[found - 2] === 0x0d && bytes[found - 1] === 0x0a) return found
    return (found = Infinity)
  }
}

/** Of a whole frame, by its own length field. */
export function lengthAt(bytes: Uint8Array, at = 0): number {
  return bytes[at] === 0x78 ? bytes[at + 2]! + 5 : ((bytes[at + 2]! << 8) | bytes[at + 3]!) + 6
}

/** CRC-ITU: the reflected polynomial 0x8408, as X.25 has it. */
export function checkCode(bytes: Uint8Array): number {
  let code = 0xffff
  for (const byte of bytes) {
    code ^= byte
    for (let bit = 0; bit < 8; bit++) code = code & 1 ? (code >>> 1) ^ 0x8408 : code >>> 1
  }
  return code ^ 0xffff
}

/** A frame as sent. The long marker where the body needs it, or where it is asked for. */
export function sealed(kind: number, body: Uint8Array, serial: number, long = body.length > 250): Uint8Array {
  const length = body.length + 5
  const head = long ? [length >>> 8, length & 0xff] : [length]
  const content = Uint8Array.from([...head, kind, ...body, (serial >>> 8) & 0xff, serial & 0xff])
  const code = checkCode(content)
  const marker = long ? 0x79 : 0x78
  return Uint8Array.from([marker, marker, ...content, code >>> 8, code & 0xff, 0x0d, 0x0a])
}
