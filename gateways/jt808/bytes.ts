/** Reading and writing of the standard's kinds of field: big-endian words, BCD, times in GMT+8, texts in GBK. */
import type { Instant } from '#kernel/names.ts'
import { hexOf } from '../hex.ts'

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
    if (count > this.left) throw new EndsEarly(`${this.bytes.length} bytes where byte ${this.at + count} is needed`)
    return this.bytes.subarray(this.at, (this.at += count))
  }
  u8(): number {
    return this.take(1)[0]!
  }
  u16(): number {
    return unsigned(this.take(2))
  }
  u32(): number {
    return unsigned(this.take(4))
  }
  /** Two's complement. */
  i16(): number {
    const value = this.u16()
    return value < 0x8000 ? value : value - 0x10000
  }
  hex(count: number): string {
    return hexOf(this.take(count))
  }
  /** Of the zeros and blanks that fill a field of fixed length, none is part of the text. */
  text(count: number): string {
    return gbk.decode(this.take(count)).replace(/^[\0 ]+|[\0 ]+$/g, '')
  }
  /** `YYMMDDhhmmss`; undefined for digits that are no time. */
  time(hoursEast = 8): Instant | undefined {
    return timeOf(this.hex(6), hoursEast)
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
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined
  const local = Date.UTC(2000 + year, month - 1, day, hour, minute, second)
  return new Date(local).getUTCDate() === day ? local - hoursEast * 3_600_000 : undefined
}

const gbk = new TextDecoder('gbk')

/** Bytes in the order in which fields are written. */
export class Writer {
  private readonly bytes: number[] = []
  u8(value: number): this {
    this.bytes.push(value & 0xff)
    return this
  }
  u16(value: number): this {
    return this.u8(value >>> 8).u8(value)
  }
  u32(value: number): this {
    return this.u16(Math.floor(value / 0x10000)).u16(value)
  }
  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.bytes.push(byte)
    return this
  }
  /** An even count of hexadecimal digits, which BCD digits are. */
  hex(digits: string): this {
    return this.raw((digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16)))
  }
  time(at: Instant, hoursEast = 8): this {
    return this.hex(new Date(at + hoursEast * 3_600_000).toISOString().replace(/\D/g, '').slice(2, 14))
  }
  gbk(text: string): this {
    return this.raw(toGbk(text))
  }
  done(): Uint8Array {
    return Uint8Array.from(this.bytes)
  }
}

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
