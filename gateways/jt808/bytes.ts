/** Reading and writing of the standard's kinds of field: big-endian words, BCD, times in GMT+8, texts in GBK. */
import type { Instant } from '#kernel/names.ts'
import { hexOf } from '../hex.ts'

const pairs = Array.from({ length: 256 }, (_, byte) => hexOf(Uint8Array.of(byte)))

/** The bytes ended before the field did. Thrown by the reader, caught where a message is decoded. */
export class EndsEarly extends Error {}

/** A cursor over bytes. Every read past the end throws `EndsEarly`. */
export class Reader {
  readonly bytes: Uint8Array
  at = 0
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
  get left(): number {
    return this.bytes.length - this.at
  }
  take(count: number): Uint8Array {
    const at = this.skip(count)
    return this.bytes.subarray(at, at + count)
  }
  /** Go on by so many bytes. @returns where they began */
  skip(count: number): number {
    const { at } = this
    if (count > this.bytes.length - at) throw new EndsEarly(`${this.bytes.length} bytes where byte ${at + count} is needed`)
    this.at = at + count
    return at
  }
  u8(): number {
    return this.bytes[this.skip(1)]!
  }
  u16(): number {
    const at = this.skip(2)
    return this.bytes[at]! * 0x100 + this.bytes[at + 1]!
  }
  u32(): number {
    const { bytes } = this
    const at = this.skip(4)
    return bytes[at]! * 0x1000000 + bytes[at + 1]! * 0x10000 + bytes[at + 2]! * 0x100 + bytes[at + 3]!
  }
  /** Two's complement. */
  i16(): number {
    const value = this.u16()
    return value < 0x8000 ? value : value - 0x10000
  }
  hex(count: number): string {
    const at = this.skip(count)
    let digits = ''
    for (let n = 0; n < count; n++) digits += pairs[this.bytes[at + n]!]!
    return digits
  }
  /** Of the zeros and blanks that fill a field of fixed length, none is part of the text. */
  text(count: number): string {
    return gbk.decode(this.take(count)).replace(/^[\0 ]+|[\0 ]+$/g, '')
  }
  /** `YYMMDDhhmmss`; undefined for digits that are no time. */
  time(hoursEast = 8): Instant | undefined {
    const { bytes } = this
    const at = this.skip(6)
    return instantOf(bcd(bytes[at]!), bcd(bytes[at + 1]!), bcd(bytes[at + 2]!), bcd(bytes[at + 3]!), bcd(bytes[at + 4]!), bcd(bytes[at + 5]!), hoursEast)
  }
}

export function unsigned(bytes: Uint8Array): number {
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return value
}

/** @param digits  `YYMMDDhhmmss`, the year counted from 2000 */
export function timeOf(digits: string, hoursEast: number): Instant | undefined {
  if (!/^\d{12}$/.test(digits)) return undefined
  const [year, month, day, hour, minute, second] = digits.match(/../g)!.map(Number) as [number, number, number, number, number, number]
  return instantOf(year, month, day, hour, minute, second, hoursEast)
}

/** Two digits in a byte; NaN where one is none. */
const bcd = (byte: number): number => ((byte & 0x0f) > 9 || byte > 0x99 ? NaN : (byte >> 4) * 10 + (byte & 0x0f))

function instantOf(year: number, month: number, day: number, hour: number, minute: number, second: number, hoursEast: number): Instant | undefined {
  // NaN passes no comparison.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour <= 23 && minute <= 59 && second <= 59)) return undefined
  return Date.UTC(2000 + year, month - 1, day, hour, minute, second) - hoursEast * 3_600_000
}
/** From 2000 to 2099 every fourth year is longer. */
const daysIn = (year: number, month: number): number => (month === 2 ? (year % 4 === 0 ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)

const gbk = new TextDecoder('gbk')

/** Bytes in the order in which fields are written. */
export class Writer {
  private bytes: Uint8Array<ArrayBuffer>
  private length = 0
  /** @param bytesLikely  room to begin with; it grows */
  constructor(bytesLikely = 32) {
    this.bytes = new Uint8Array(bytesLikely)
  }
  u8(value: number): this {
    if (this.length === this.bytes.length) this.grow(1)
    this.bytes[this.length++] = value
    return this
  }
  u16(value: number): this {
    return this.u8(value >>> 8).u8(value)
  }
  u32(value: number): this {
    return this.u16(Math.floor(value / 0x10000)).u16(value)
  }
  raw(bytes: ArrayLike<number>): this {
    this.grow(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
    return this
  }
  /** An even count of hexadecimal digits, which BCD digits are. */
  hex(digits: string): this {
    for (let at = 0; at + 1 < digits.length; at += 2) this.u8(digit(digits.charCodeAt(at)) * 16 + digit(digits.charCodeAt(at + 1)))
    return this
  }
  time(at: Instant, hoursEast = 8): this {
    return this.hex(new Date(at + hoursEast * 3_600_000).toISOString().replace(/\D/g, '').slice(2, 14))
  }
  gbk(text: string): this {
    return this.raw(toGbk(text))
  }
  /** What was written so far. */
  done(): Uint8Array {
    return this.length === this.bytes.length ? this.bytes : this.bytes.slice(0, this.length)
  }
  /** Room for so many more. */
  private grow(count: number) {
    if (this.length + count <= this.bytes.length) return
    const wider = new Uint8Array(Math.max(2 * this.bytes.length, this.length + count))
    wider.set(this.bytes)
    this.bytes = wider
  }
}

/** Of a lower-case hexadecimal digit's code. */
const digit = (code: number) => (code < 0x3a ? code - 0x30 : code - 0x57)

let codes: Map<string, number> | undefined

/** A character that GBK does not have becomes a question mark. The table is the decoder's own, read backwards once. */
export function toGbk(text: string): number[] {
  codes ??= new Map(
    Array.from({ length: 0xfe - 0x81 + 1 }, (_, row) => 0x81 + row).flatMap((lead) =>
      Array.from({ length: 0xfe - 0x40 + 1 }, (_, cell) => 0x40 + cell)
        .map((trail): [string, number] => [gbk.decode(Uint8Array.of(lead, trail)), lead * 256 + trail])
        .filter(([character]) => [...character].length === 1 && character !== '\ufffd'),
    ),
  )
  return [...text].flatMap((character) => {
    const plain = character.codePointAt(0)!
    if (plain < 0x80) return [plain]
    const code = codes!.get(character)
    return code === undefined ? [0x3f] : [code >>> 8, code & 0xff]
  })
}
