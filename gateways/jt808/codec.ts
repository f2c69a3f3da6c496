/**
 * What a JT/T 808 terminal says, as messages. Pure: the bytes of a frame in, values in our units out.
 *
 * Reads 808-2011, 808-2013 and 808-2019, and what real devices make of them: lengths that do not fit, a serial of one byte,
 * a 2019 header over a 2013 body, attachments of their makers. A wrong check code is refused.
 *
 * Identifiers of phones, SIM cards, cells and wireless networks are dropped here. A registration holds a number plate: it is
 * there to be compared with the agency's own vehicle and must not be printed or stored.
 */
import type { Malformed } from '../talk.ts'
import { hexOf } from '../hex.ts'
import { EndsEarly, Reader } from './bytes.ts'
import { checkCode, type Delimiter } from './frame.ts'
import { readLocation, type AttachmentLayout, type Location } from './location.ts'
import { percent } from './makers-alarms.ts'
import { lockPlace, transparentPlace, type MakersPlace } from './makers-places.ts'

export type Version = '2013' | '2019'

export type Header = {
  readonly id: number
  /** By bit 14; 2011 has the header of 2013. */
  readonly version: Version
  /** The terminal's number as sent: 12 or 20 digits with leading zeros, 14 between e7. Some devices fill it with hexadecimal. */
  readonly phone: string
  readonly serial: number
  /** One message in several frames. `index` counts from 1. */
  readonly part?: { readonly total: number; readonly index: number }
  /** The length that the header gives is not the body's. */
  readonly lengthWrong: boolean
}

export type MediaHeader = { readonly id: number; readonly kind: 'picture' | 'sound' | 'video'; readonly format: number; readonly event: number; readonly channel: number }

export type Body =
  | { readonly type: 'terminal-answer'; readonly answerTo: number; readonly of: number; readonly result: 'done' | 'failed' | 'wrong' | 'unsupported' }
  /** 0x0302: which of a question's answers was chosen. */
  | { readonly type: 'question-answer'; readonly answerTo: number; readonly choice: number }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'logout' }
  | {
      readonly type: 'register'
      readonly province: number
      readonly city: number
      readonly maker: string
      readonly model: string
      readonly terminal: string
      /** 0 for a vehicle that has none yet, with its frame number in the next field. */
      readonly plateColour: number
      readonly plate: string
    }
  | { readonly type: 'authenticate'; readonly token: string }
  | { readonly type: 'location'; readonly location: Location }
  | { readonly type: 'location-answer'; readonly answerTo: number; readonly location: Location }
  /** `countWrong`: it says that it holds another number of locations than it does. */
  | { readonly type: 'location-batch'; readonly backfill: boolean; readonly locations: readonly Location[]; readonly countWrong: boolean }
  /** 0x0005, of 2019: parts of a message of ours, by its first serial, to send again. */
  | { readonly type: 'parts-request'; readonly of: number; readonly parts: readonly number[] }
  | { readonly type: 'parameters'; readonly answerTo: number; readonly values: ReadonlyMap<number, number> }
  | { readonly type: 'media-event'; readonly media: MediaHeader }
  | { readonly type: 'media'; readonly media: MediaHeader; readonly location?: Location; readonly data: Uint8Array }
  | { readonly type: 'transparent'; readonly kind: number; readonly place?: MakersPlace }
  | { readonly type: 'battery'; readonly percent: number | undefined }
  | { readonly type: 'lock-report'; readonly place: MakersPlace }
  | { readonly type: 'part' }
  /** A message of which nothing is read but that it came. */
  | { readonly type: 'other'; readonly name: string }

export type Jt808Message = { readonly header: Header; readonly body: Body }
export type Decoded = { readonly message: Jt808Message } | { readonly malformed: Malformed }

/** What is known of a kind of device that lies in its header; given by its profile. Whatever is left out is found by length. */
export type Dialect = {
  readonly headerVersion?: Version
  readonly serialBytes?: 1 | 2
  /** Of the body, whatever the header says. */
  readonly bodyVersion?: Version
  readonly attachments?: AttachmentLayout
  /** Between e7 numbers have 7 bytes. */
  readonly delimiter?: Delimiter
}

/**
 * One frame, without delimiters and escapes, as the splitter gives it.
 *
 * A frame that is one part of several gives the body `part`; `reassembly` puts the bodies together for `decodeBody`.
 */
export function decodeFrame(frame: Uint8Array, dialect: Dialect = {}): Decoded {
  const split = splitFrame(frame, dialect)
  if ('malformed' in split) return split
  if (split.header.part) return { message: { header: split.header, body: { type: 'part' } } }
  return decodeBody(split.header, split.body, dialect)
}

export type SplitFrame = { readonly header: Header; readonly body: Uint8Array }

/** Header and body of a frame whose check code is right. */
export function splitFrame(frame: Uint8Array, dialect: Dialect = {}): SplitFrame | { readonly malformed: Malformed } {
  if (frame.length < 12) return malformed('frame', `${frame.length} bytes`, 'at least 12')
  const length = frame.length - 1
  const code = frame[length]!
  const computed = checkCode(frame, length)
  if (computed !== code) return malformed('check code', hexOf(Uint8Array.of(code)), hexOf(Uint8Array.of(computed)))

  const id = (frame[0]! << 8) | frame[1]!
  const properties = (frame[2]! << 8) | frame[3]!
  const declared = properties & 0x3ff
  const usual = usualLayout(id, properties, dialect)
  const layout = length - usual.bytes === declared ? usual : (otherLayouts(usual, dialect).find(({ bytes }) => length - bytes === declared) ?? usual)
  if (length < layout.bytes) return malformed('header', `${length} bytes`, `${layout.bytes}`)

  const reader = new Reader(frame)
  reader.skip(layout.version === '2019' ? 5 : 4)
  const phone = reader.hex(layout.phoneBytes)
  const serial = layout.serialBytes === 1 ? reader.u8() : reader.u16()
  const part = layout.inParts ? { total: reader.u16(), index: reader.u16() } : undefined
  if (part && (part.index < 1 || part.index > part.total)) return malformed('part', `${part.index} of ${part.total}`, 'a part that is one of them')
  const body = frame.slice(layout.bytes, length) // a copy of few bytes costs less than a view of them
  // Bits 10 to 12 give the cipher; locks use them for something else.
  if (((properties >> 10) & 7) === 1 && !isLockReport(id)) return malformed('encryption', 'RSA', 'a body in clear')
  const lengthWrong = body.length !== declared
  return { header: part ? { id, version: layout.version, phone, serial, part, lengthWrong } : { id, version: layout.version, phone, serial, lengthWrong }, body }
}

type HeaderLayout = { readonly version: Version; readonly phoneBytes: number; readonly serialBytes: 1 | 2; readonly inParts: boolean; readonly bytes: number }

function headerLayout(version: Version, serialBytes: 1 | 2, inParts: boolean, delimiter?: Delimiter): HeaderLayout {
  const phoneBytes = version === '2019' ? 10 : delimiter === 0xe7 ? 7 : 6
  return { version, phoneBytes, serialBytes, inParts, bytes: (version === '2019' ? 5 : 4) + phoneBytes + serialBytes + (inParts ? 4 : 0) }
}

/** The header that is likeliest meant. */
const usualLayout = (id: number, properties: number, dialect: Dialect): HeaderLayout =>
  headerLayout(dialect.headerVersion ?? (properties & 0x4000 ? '2019' : '2013'), dialect.serialBytes ?? (isLockReport(id) ? 1 : 2), (properties & 0x2000) !== 0, dialect.delimiter)

/** What else may be meant, the likeliest first: the one that makes the length right is. */
const otherLayouts = ({ version, serialBytes, inParts }: HeaderLayout, dialect: Dialect): HeaderLayout[] => [
  ...(dialect.delimiter === 0xe7 ? [headerLayout(version, serialBytes, inParts)] : []),
  ...(dialect.serialBytes ? [] : [headerLayout(version, serialBytes === 1 ? 2 : 1, inParts, dialect.delimiter)]),
  ...(dialect.headerVersion ? [] : [headerLayout(version === '2019' ? '2013' : '2019', serialBytes, inParts, dialect.delimiter)]),
  ...(inParts ? [headerLayout(version, serialBytes, false, dialect.delimiter)] : []),
]
const isLockReport = (id: number) => id === 0x5501 || id === 0x5502

/** A whole body, of one frame or of several put together. */
export function decodeBody(header: Header, body: Uint8Array, dialect: Dialect = {}): Decoded {
  try {
    return { message: { header, body: bodyOf(header, new Reader(body), dialect) } }
  } catch (error) {
    if (!(error instanceof EndsEarly)) throw error
    return malformed(`body of ${header.id.toString(16).padStart(4, '0')}`, error.message, 'a whole one')
  }
}

function bodyOf(header: Header, reader: Reader, dialect: Dialect): Body {
  const version = dialect.bodyVersion ?? header.version
  const locationIn = (bytes: Uint8Array) => readLocation(bytes, version, dialect.attachments)
  switch (header.id) {
    case 0x0001: {
      const [answerTo, of] = [reader.u16(), reader.u16()]
      return { type: 'terminal-answer', answerTo, of, result: (['done', 'failed', 'wrong'] as const)[reader.u8()] ?? 'unsupported' }
    }
    case 0x0002:
    case 0x0506: // a second heartbeat of one maker
      return { type: 'heartbeat' }
    case 0x0003:
      return { type: 'logout' }
    case 0x0005: {
      const of = reader.u16()
      // The count has one byte or two.
      reader.skip(2 - (reader.left % 2))
      return { type: 'parts-request', of, parts: Array.from({ length: reader.left >> 1 }, () => reader.u16()) }
    }
    case 0x0100:
      return registration(reader, version)
    case 0x0102:
      return { type: 'authenticate', token: tokenIn(reader, version) }
    case 0x0104: {
      const answerTo = reader.u16()
      reader.u8()
      return { type: 'parameters', answerTo, values: parametersIn(reader) }
    }
    case 0x0200:
      return { type: 'location', location: locationIn(reader.bytes) }
    case 0x0201:
    case 0x0500: // the answer to vehicle control is laid out alike
      return { type: 'location-answer', answerTo: reader.u16(), location: locationIn(reader.take(reader.left)) }
    case 0x0302:
      return { type: 'question-answer', answerTo: reader.u16(), choice: reader.u8() }
    case 0x0704: {
      const count = reader.u16()
      const backfill = reader.u8() === 1
      const { locations, isWhole } = batchIn(reader, 2, locationIn)
      // Too low a count over locations that fit exactly is a lie; over something else, the rest is none.
      return { type: 'location-batch', backfill, locations: isWhole ? locations : locations.slice(0, count), countWrong: locations.length !== count }
    }
    case 0x0210: // one maker's batch; with 7 bytes it is a battery level and its time
      if (reader.left === 7) return { type: 'battery', percent: percent(reader.u8()) }
      if (reader.left < 28) break
      return { type: 'location-batch', backfill: true, locations: batchIn(reader, 1, locationIn).locations, countWrong: false }
    case 0x0800:
      return { type: 'media-event', media: mediaHeader(reader) }
    case 0x0801: {
      const media = mediaHeader(reader)
      // 2011 has no location here. A picture begins with its own mark, a location with alarms and a status.
      const location = reader.left >= 28 && !beginsAsMedia(reader) ? locationIn(reader.take(28)) : undefined
      return { type: 'media', media, ...(location && { location }), data: reader.take(reader.left) }
    }
    case 0x0900: {
      const kind = reader.u8()
      let place: MakersPlace | undefined
      try {
        place = transparentPlace(reader.bytes)
      } catch (error) {
        if (!(error instanceof EndsEarly)) throw error // what a maker wraps into it follows no standard
      }
      return { type: 'transparent', kind, ...(place && { place }) }
    }
    case 0x5501:
    case 0x5502:
      return { type: 'lock-report', place: lockPlace(reader.bytes) }
  }
  return { type: 'other', name: otherNames[header.id] ?? `message-${header.id.toString(16).padStart(4, '0')}` }
}

const otherNames: Readonly<Record<number, string>> = {
  0x0004: 'time-request', 0x0107: 'attributes', 0x0108: 'upgrade-result', 0x0301: 'event', 0x0303: 'information-request', 0x0608: 'areas', 0x0700: 'recorder-data', 0x0701: 'waybill', 0x0702: 'driver-card', 0x0705: 'can-data',
  0x0802: 'media-list', 0x0805: 'camera-answer', 0x0901: 'compressed', 0x0a00: 'key',
}

/** Maker, model, terminal id: their lengths in bytes, the newest first. */
const registrations = [[11, 30, 30], [5, 20, 7], [5, 8, 7]] as const

function registration(reader: Reader, version: Version): Body {
  const province = reader.u16()
  const city = reader.u16()
  // By the length alone: some devices send the 2019 header with the body of 2013. Plate and colour follow.
  const [maker, model, terminal] = registrations.find((fields) => reader.left > fields[0] + fields[1] + fields[2]) ?? registrations[version === '2019' ? 0 : 1]
  return {
    type: 'register',
    province,
    city,
    maker: reader.text(maker),
    model: reader.text(model),
    terminal: reader.text(terminal),
    plateColour: reader.u8(),
    plate: reader.text(reader.left),
  }
}

/** 2013: the whole body. 2019: length, token, then identifiers that are left where they are. */
function tokenIn(reader: Reader, version: Version): string {
  const length = reader.bytes[0]
  if (version === '2019' && length !== undefined && 1 + length <= reader.left && reader.left >= 1 + length + 15) {
    reader.u8()
    return reader.text(length)
  }
  return reader.text(reader.left)
}

/** Numbers of the timing, reporting and speed groups. Telephone numbers, addresses and the plate are skipped. */
function parametersIn(reader: Reader): ReadonlyMap<number, number> {
  const values = new Map<number, number>()
  while (reader.left >= 5) {
    const id = reader.u32()
    const length = reader.u8()
    if (length > reader.left) break
    const value = new Reader(reader.take(length))
    if (length === 4 && (id <= 0x07 || (id >= 0x1b && id <= 0x31) || (id >= 0x50 && id <= 0x5e))) values.set(id, value.u32())
  }
  return values
}

/** As many as are whole: a batch cut short still gives what came before the cut. */
function batchIn(reader: Reader, lengthBytes: 1 | 2, locationIn: (bytes: Uint8Array) => Location): { readonly locations: readonly Location[]; readonly isWhole: boolean } {
  const locations: Location[] = []
  while (reader.left >= lengthBytes + 28) {
    const bytes = lengthBytes === 1 ? reader.u8() : reader.u16()
    if (bytes < 28 || bytes > reader.left) return { locations, isWhole: false }
    locations.push(locationIn(reader.take(bytes)))
  }
  return { locations, isWhole: reader.left === 0 }
}

function mediaHeader(reader: Reader): MediaHeader {
  const id = reader.u32()
  const kind = (['picture', 'sound', 'video'] as const)[reader.u8()] ?? 'picture'
  return { id, kind, format: reader.u8(), event: reader.u8(), channel: reader.u8() }
}

const mediaMarks = ['ffd8ff', '49492a', '52494646', '494433', 'fffb', '0000001c66747970']
const beginsAsMedia = (reader: Reader) => {
  const start = hexOf(reader.bytes.subarray(reader.at, reader.at + 8))
  return mediaMarks.some((mark) => start.startsWith(mark))
}

function malformed(path: string, found: string, expected: string): { malformed: Malformed } {
  return { malformed: { path, found, expected } }
}
