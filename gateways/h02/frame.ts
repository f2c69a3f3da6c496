/** H02 on the wire: `*HQ,…#` in ASCII, or `$` and fields in BCD without a length or an end. */

/** The longest text that is waited for. */
export const FRAME_BYTES_MAX = 1024

/** Lengths of binary frames that makers send. All hold the place in their first 32 bytes. */
const binaryLengths = [32, 42, 44, 45, 48] as const
const longest = binaryLengths.at(-1)!

export type FrameSplitter = {
  /** The frames that end within this chunk, from `*` or `$` to their last byte. Never throws. */
  push(chunk: Uint8Array): Uint8Array[]
  /** What has begun and not ended. */
  rest(): Uint8Array
}

/**
 * Cut a stream of bytes into frames.
 *
 * A binary frame has the shortest known length behind which another frame begins or nothing has come yet. Where a longer one is cut
 * short in this way its place is whole, and its tail is noise. Bytes before `*` or `$` are noise.
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
      let at = beginFrom(bytes, 0)
      while (at < bytes.length) {
        const end = bytes[at] === STAR ? endOfText(bytes, at, bytesMax) : endOfBinary(bytes, at)
        if (end === undefined) break
        if (end > at) frames.push(bytes.slice(at, end))
        at = beginFrom(bytes, end > at ? end : at + 1)
      }
      waiting = bytes.slice(at)
      return frames
    },
    rest: () => waiting,
  }
}

const STAR = 0x2a
const DOLLAR = 0x24
const HASH = 0x23
const begins = (byte: number | undefined) => byte === STAR || byte === DOLLAR

function beginFrom(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && !begins(bytes[at])) at++
  return at
}

/** A text that does not end before the next begins is noise. */
function endOfText(bytes: Uint8Array, at: number, bytesMax: number): number | undefined {
  for (let end = at + 1; end < bytes.length && end - at < bytesMax; end++) {
    if (bytes[end] === HASH) return end + 1
    if (bytes[end] === STAR) return at
  }
  return bytes.length - at >= bytesMax ? at : undefined
}

function endOfBinary(bytes: Uint8Array, at: number): number | undefined {
  const left = bytes.length - at
  for (const length of binaryLengths) if (left === length || (left > length && begins(bytes[at + length]))) return at + length
  return left < longest ? undefined : at + binaryLengths[0]
}
