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

  function keep(bytes: Uint8Array): void {
    const room = begun && !tooLong ? Math.min(bytes.length, bytesMax - length) : 0
    while (length + room > run.length) run = grown(run, bytesMax)
    run.set(bytes.subarray(0, room), length)
    length += room
    if (bytes.length === room) return
    if (begun) tooLong = true
    dropped += bytes.length - room
  }

  return {
    push(chunk) {
      const frames: Uint8Array[] = []
      for (let at = 0; at < chunk.length; ) {
        const found = chunk.indexOf(delimiter, at)
        const end = found < 0 ? chunk.length : found
        keep(chunk.subarray(at, end))
        at = end + 1
        if (found < 0) break
        if (tooLong) dropped += length
        else if (length > 0) frames.push(unescaped(run.subarray(0, length), delimiter))
        begun = true
        tooLong = false
        length = 0
      }
      return frames
    },
    rest: () => (tooLong ? new Uint8Array() : unescaped(run.subarray(0, length), delimiter)),
    get dropped() {
      return dropped
    },
  }
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

/** An escape that means nothing stays as it is: some firmware forgets to escape 7d. */
export function unescaped(run: Uint8Array, delimiter: Delimiter = 0x7e): Uint8Array {
  if (!escapes[delimiter].some(([escape]) => run.includes(escape))) return run.slice()
  const bytes = new Uint8Array(run.length)
  let length = 0
  for (let i = 0; i < run.length; i++) {
    const meant = escapes[delimiter].find(([escape, second]) => escape === run[i] && second === run[i + 1])
    bytes[length++] = meant ? meant[2] : run[i]!
    if (meant) i++
  }
  return bytes.subarray(0, length)
}

/** Message id to last byte of the body, as sent: with check code, escapes and delimiters. */
export function sealed(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 * content.length + 4)
  let length = 0
  bytes[length++] = 0x7e
  const code = checkCode(content)
  for (let at = 0; at <= content.length; at++) {
    const byte = at < content.length ? content[at]! : code
    if (byte === 0x7e || byte === 0x7d) {
      bytes[length++] = 0x7d
      bytes[length++] = byte === 0x7e ? 0x02 : 0x01
    } else bytes[length++] = byte
  }
  bytes[length++] = 0x7e
  return bytes.subarray(0, length)
}

/** Exclusive or of all bytes. */
export function checkCode(content: Uint8Array): number {
  let code = 0
  for (const byte of content) code ^= byte
  return code
}
