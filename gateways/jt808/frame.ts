/**
 * JT/T 808 on the wire: `7e … 7e`, with 7e and 7d escaped inside, and the check code that ends the content.
 *
 * Here a frame is its content without the delimiters and without escapes: message id to check code.
 */

/** The longest frame of the standard is 1 045 bytes, 2 090 escaped. What is longer is noise. */
export const FRAME_BYTES_MAX = 4096

/** Most devices delimit with 7e; a few of one maker use e7, with escapes of their own. */
export type Delimiter = 0x7e | 0xe7

export type FrameSplitter = {
  /** The frames that end within this chunk. Never throws. */
  push(chunk: Uint8Array): Uint8Array[]
  /** What has begun and not ended, as a frame; empty when nothing has. */
  rest(): Uint8Array
  /** Bytes that belonged to no frame so far. */
  readonly dropped: number
}

/**
 * Cut a stream of bytes into frames.
 *
 * A delimiter ends one run of bytes and begins the next, so two frames may share one and noise between frames is a run
 * of its own, which the check code refuses: the splitter cannot lose step. A run longer than `bytesMax` is dropped.
 *
 * O(bytes) time, at most `bytesMax` bytes of memory whatever arrives.
 */
export function frameSplitter(delimiter: Delimiter = 0x7e, bytesMax = FRAME_BYTES_MAX): FrameSplitter {
  let run = new Uint8Array(Math.min(512, bytesMax))
  let length = 0
  let begun = false
  let tooLong = false
  let dropped = 0

  function keep(chunk: Uint8Array, from: number, to: number): void {
    const count = to - from
    const room = begun && !tooLong ? Math.min(count, bytesMax - length) : 0
    while (length + room > run.length) run = grown(run, bytesMax)
    copy(chunk, from, room, run, length)
    length += room
    if (count === room) return
    if (begun) tooLong = true
    dropped += count - room
  }

  return {
    push(chunk) {
      const frames: Uint8Array[] = []
      for (let at = 0; at < chunk.length; ) {
        const found = chunk.indexOf(delimiter, at)
        const end = found < 0 ? chunk.length : found
        // A frame that lies whole in its chunk, as most do, is read where it is.
        const isWhole = found > at && begun && !tooLong && length === 0 && end - at <= bytesMax
        if (isWhole) frames.push(unescaped(chunk, delimiter, at, end))
        else keep(chunk, at, end)
        at = end + 1
        if (found < 0) break
        if (tooLong) dropped += length
        else if (length > 0) frames.push(unescaped(run, delimiter, 0, length))
        begun = true
        tooLong = false
        length = 0
      }
      return frames
    },
    rest: () => (tooLong ? new Uint8Array() : unescaped(run, delimiter, 0, length)),
    get dropped() {
      return dropped
    },
  }
}

/** Of few bytes one by one: a view of them costs more. */
function copy(source: Uint8Array, from: number, count: number, target: Uint8Array, at: number): void {
  if (count > 128) target.set(source.subarray(from, from + count), at)
  else for (let n = 0; n < count; n++) target[at + n] = source[from + n]!
}

function grown(run: Uint8Array, bytesMax: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(run.length * 2, bytesMax))
  larger.set(run)
  return larger
}

/** Escape, second byte, and the byte that is meant. */
const escapes: Readonly<Record<Delimiter, readonly (readonly [escape: number, second: number, meant: number])[]>> = {
  0x7e: [[0x7d, 0x01, 0x7d], [0x7d, 0x02, 0x7e]],
  0xe7: [[0xe6, 0x01, 0xe6], [0xe6, 0x02, 0xe7], [0x3e, 0x01, 0x3e], [0x3e, 0x02, 0x3d]],
}

/** A copy without escapes. One that means nothing stays as it is: some firmware forgets to escape 7d. */
export function unescaped(run: Uint8Array, delimiter: Delimiter = 0x7e, from = 0, to = run.length): Uint8Array {
  const known = escapes[delimiter]
  const bytes = new Uint8Array(to - from)
  let length = 0
  for (let i = from; i < to; i++) {
    const byte = run[i]!
    const isEscape = byte === 0x7d ? delimiter === 0x7e : (byte === 0xe6 || byte === 0x3e) && delimiter === 0xe7
    const meant = isEscape && i + 1 < to ? known.find(([escape, second]) => escape === byte && second === run[i + 1]) : undefined
    bytes[length++] = meant ? meant[2] : byte
    if (meant) i++
  }
  return length === bytes.length ? bytes : bytes.slice(0, length)
}

/** Message id to last byte of the body, as sent: with check code, escapes and delimiters. */
export function sealed(content: Uint8Array, delimiter: Delimiter = 0x7e): Uint8Array {
  const code = checkCode(content)
  if (delimiter === 0xe7) {
    const escaped = [...content, code].flatMap((byte) => escapes[0xe7].find(([, , meant]) => meant === byte)?.slice(0, 2) ?? byte)
    return Buffer.from([delimiter, ...escaped, delimiter])
  }
  let escaped = isEscaped(code) ? 1 : 0
  for (let at = 0; at < content.length; at++) if (isEscaped(content[at]!)) escaped++
  const bytes = Buffer.allocUnsafe(content.length + 3 + escaped) // as a socket wants it: anything else it copies or wraps
  let length = 0
  bytes[length++] = 0x7e
  for (let at = 0; at <= content.length; at++) {
    const byte = at < content.length ? content[at]! : code
    if (isEscaped(byte)) {
      bytes[length++] = 0x7d
      bytes[length++] = byte === 0x7e ? 0x02 : 0x01
    } else bytes[length++] = byte
  }
  bytes[length] = 0x7e
  return bytes
}
const isEscaped = (byte: number) => byte === 0x7e || byte === 0x7d

/** Exclusive or of all bytes, or of as many. */
export function checkCode(content: Uint8Array, count = content.length): number {
  let code = 0
  for (let at = 0; at < count; at++) code ^= content[at]!
  return code
}
