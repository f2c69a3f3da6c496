/**
 * What a GT06 device says, as messages. Pure: the bytes of a frame in, values in our units out; and our answers to it.
 *
 * One protocol of many makers (Concox, Jimi, and those who copy them): the kinds below share one block of 18 bytes with time and
 * place, and differ in what follows. Cells, wireless networks and identifiers of SIM cards follow: they are not read.
 */
import type { Instant } from '#kernel/names.ts'
import { hexOf } from '../hex.ts'
import type { Malformed, SaidFix } from '../talk.ts'
import { codeAlarms, eventAlarms, moduleAlarms, personsAlarms, statusAlarms } from './alarms.ts'
import { checkCode, lengthAt, sealed } from './frame.ts'

export type Gt06Fix = SaidFix & {
  /** The receiver has a fix. */
  readonly valid: boolean
}

export type Gt06Message = {
  readonly type: 'login' | 'location' | 'alarm' | 'status' | 'cells' | 'text' | 'information' | 'time-request' | 'address-request' | 'other'
  readonly kind: number
  /** Undefined where a device sends none. Answers repeat it. */
  readonly serial: number | undefined
  /** Of the login, and of the few other kinds that say it. Else the connection knows. */
  readonly device?: string
  readonly fixes: readonly Gt06Fix[]
  readonly alarms: readonly string[]
  /** Percent. */
  readonly battery?: number
  /** Of the login: minutes east of UTC that the device is set to. */
  readonly zoneMinutes?: number
}
export type Decoded = { readonly message: Gt06Message } | { readonly malformed: Malformed }

/** One frame from its marker to its end, as the splitter gives it. */
export function decodeFrame(frame: Uint8Array): Decoded {
  const marker = frame[0]
  if ((marker !== 0x78 && marker !== 0x79) || frame[1] !== marker) return malformed('marker', hexOf(frame.subarray(0, 2)), '7878 or 7979')
  const long = marker === 0x79
  const kindAt = long ? 4 : 3
  // Marker, length, kind, serial, check code, end; the very last byte is sometimes lost.
  const end = frame.at(-2) === 0x0d && frame.at(-1) === 0x0a ? 2 : frame.at(-1) === 0x0d ? 1 : 0
  const content = frame.subarray(0, frame.length - end)
  if (content.length < kindAt + 5) return malformed('frame', `${frame.length} bytes`, `at least ${kindAt + 7}`)
  const kind = frame[kindAt]!
  const code = (content.at(-2)! << 8) | content.at(-1)!
  const computed = checkCode(content.subarray(2, -2))
  if (code === computed) {
    const serial = (content.at(-4)! << 8) | content.at(-3)!
    return { message: messageOf(kind, long, content.subarray(kindAt + 1, -4), serial) }
  }
  if (withoutCheck(kind, long, frame)) return { message: messageOf(kind, long, content.subarray(kindAt + 1), undefined) }
  return malformed('check code', hexOf(content.subarray(-2)), computed.toString(16).padStart(4, '0'))
}

/**
 * Two old dialects send neither serial nor check code: places of which the length counts the body alone, and lists of wireless networks, of
 * which the length field counts the networks. Of the latter nothing is read.
 */
function withoutCheck(kind: number, long: boolean, frame: Uint8Array): boolean {
  if (long) return false
  if (kind === 0x10 || kind === 0x11) return frame.length === lengthAt(frame) + 1 && frame[2]! >= PLACE_BYTES && frame[2]! <= PLACE_BYTES + 9
  return (kind === 0x17 || kind === 0x69) && frame[2]! <= 16 && frame.length !== lengthAt(frame)
}

const PLACE_BYTES = 18

/** Kinds whose body begins with time and place. */
const places = new Set([0x10, 0x11, 0x12, 0x1a, 0x1e, 0x22, 0x2d, 0x31, 0x37, 0x38, 0xa0])
/** The same, and an alarm behind. */
const alarms = new Set([0x16, 0x26, 0x27, 0x32, 0xa4])
const cells = new Set([0x17, 0x18, 0x24, 0x28, 0x2c, 0x2e, 0x33, 0x34, 0x69, 0xa1, 0xa2, 0xa7, 0xf3])
const texts = new Set([0x15, 0x21, 0x80, 0x81, 0x82, 0x9b])
const information = new Set([0x14, 0x35, 0x40, 0x41, 0x65, 0x66, 0x8c, 0x94, 0xf1, 0xf2])

function messageOf(kind: number, long: boolean, body: Uint8Array, serial: number | undefined): Gt06Message {
  const plain = { kind, serial, fixes: [], alarms: [] }
  switch (kind) {
    case 0x01:
      return { ...plain, type: 'login', ...login(body) }
    case 0x13:
      return { ...plain, type: 'status', ...(isHeartbeat(body) ? { alarms: alarmsAt(body, 0), ...batteryAt(body, 1) } : { alarms: statusAlarms(body[0]) }) }
    case 0x19:
      // Longer ones hold cells only.
      return body.length <= 17 ? { ...plain, type: 'alarm', alarms: alarmsAt(body, cellsEnd(body, 0, 2, 3)) } : { ...plain, type: 'cells' }
    case 0xa5:
      return { ...plain, type: 'alarm', alarms: alarmsAt(body, cellsEnd(body, 0, 4, 8)) }
    case 0x23:
      return { ...plain, type: 'status' }
    case 0x1f:
    case 0x8a:
      return { ...plain, type: 'time-request' }
    case 0x2a: // holds the place whose address the device asks for, which is none to keep
      return { ...plain, type: 'address-request' }
    case 0x21:
      return { ...plain, type: 'text', fixes: fixInText(body) }
    case 0x70:
      return { ...plain, type: 'location', ...modules(body) }
    case 0x95:
      return { ...plain, type: 'alarm', ...cameraAlarm(body) }
  }
  if (long && kind === 0x32) return { ...plain, type: 'location', fixes: fixWithLength(body) }
  if (long && kind === 0x33) return { ...plain, type: 'alarm', fixes: fixWithLength(body), alarms: personsAlarms(statusBehindCells(body)) }
  const at = placeAt(kind, body)
  if (at !== undefined) {
    const device = deviceIn(kind, body)
    return {
      ...plain,
      type: alarms.has(kind) ? 'alarm' : 'location',
      ...(device !== undefined && { device }),
      fixes: fixAt(body, at, altitudeIn(kind, body)),
      alarms: alarmsBehind(kind, body),
      ...batteryBehind(kind, body),
    }
  }
  if (kind === 0x36 || kind === 0xa3) return { ...plain, type: 'status' }
  return { ...plain, type: cells.has(kind) ? 'cells' : texts.has(kind) ? 'text' : information.has(kind) ? 'information' : 'other' }
}

/**
 * Where the block of time and place begins; undefined where there is none.
 *
 * One number was given to several kinds of message over the years: there the body's length tells them apart.
 */
function placeAt(kind: number, body: Uint8Array): number | undefined {
  if (kind === 0x22 && body[0] === 1 && body.length >= 33 && isTime(body, 9) && isTime(body, 15)) return 15 // source, number of the device, time
  if (places.has(kind) || alarms.has(kind)) return 0
  switch (kind) {
    case 0x17: // with a card of a driver
      return body.length === 35 ? 0 : undefined
    case 0x24:
      return body.length === 41 ? 0 : undefined
    case 0x34:
      return body.length >= 4 + PLACE_BYTES && body.length !== 50 && isTime(body, 4) ? 4 : undefined
    case 0x36:
    case 0xa3:
      return body.length >= PLACE_BYTES && isTime(body, 0) ? 0 : undefined
    case 0x61:
      return 8
    case 0xa2:
      return body.length === 59 ? 0 : undefined
    default:
      return undefined
  }
}

/** Some kinds say who they are. */
function deviceIn(kind: number, body: Uint8Array): string | undefined {
  if (kind === 0x61) return deviceOf(body.subarray(0, 8))
  if (kind === 0xa2) return deviceOf(body.subarray(49, 57))
  if (kind === 0x22 && placeAt(kind, body) === 15) return deviceOf(body.subarray(1, 9))
  return undefined
}
const deviceOf = (bytes: Uint8Array) => hexOf(bytes).replace(/^0/, '')

/** Two 4G variants end with the height. */
function altitudeIn(kind: number, body: Uint8Array): number | undefined {
  return (kind === 0x31 && body.length === 37) || (kind === 0x32 && (body.length === 36 || body.length === 34)) ? i16(body, body.length - 2) : undefined
}

/** Empty when the block is missing, holds nothing, or lies on no map. */
function fixAt(body: Uint8Array, at: number, altitudeMeters?: number): Gt06Fix[] {
  if (body.length < at + PLACE_BYTES) return []
  const time = timeAt(body, at)
  return fixOf(time, body, at + 7, at + 15, u16(body, at + 16), altitudeMeters)
}

/** @param speedAt  where the speed stands; undefined when it does not */
function fixOf(at: Instant | undefined, body: Uint8Array, latAt: number, speedAt: number | undefined, flags: number, altitudeMeters?: number): Gt06Fix[] {
  const lat = u32(body, latAt) / 1_800_000
  const lon = u32(body, latAt + 4) / 1_800_000
  if (lat > 90 || lon > 180 || (at === undefined && lat === 0 && lon === 0)) return []
  const course = flags & 0x3ff
  return [
    {
      at,
      lat: signed(lat, !(flags & 0x400)),
      lon: signed(lon, (flags & 0x800) !== 0),
      speedKmh: speedAt === undefined ? undefined : body[speedAt]!,
      courseDeg: course <= 360 ? course : undefined,
      altitudeMeters,
      valid: (flags & 0x1000) !== 0,
    },
  ]
}
const signed = (degrees: number, negative: boolean) => {
  const rounded = Math.round(degrees * 1e7) / 1e7
  return negative && rounded > 0 ? -rounded : rounded
}

function alarmsBehind(kind: number, body: Uint8Array): string[] {
  if (kind === 0x12 && body.length === 31) return statusAlarms(body[26])
  if (kind === 0x12 && body.length === 38) return [...new Set([...statusAlarms(body[26]), ...codeAlarms(body[30])])]
  if (kind === 0x16 && body.length === 31) return statusAlarms(body[26])
  if (kind === 0xa2) return alarmsAt(body, cellsEnd(body, PLACE_BYTES, 4, 8) + 1, 2)
  if (!alarms.has(kind) || body.length <= PLACE_BYTES) return []
  return alarmsAt(body, PLACE_BYTES + cellBytes(kind, body, PLACE_BYTES))
}

/** Behind the status of alarms of the usual layout; of the one whose cell has four bytes in percent (captured frame 24). */
function batteryBehind(kind: number, body: Uint8Array): { readonly battery?: number } {
  const isUsual = kind === 0x26 || kind === 0x27 || (kind === 0x16 && body.length > 31)
  if (!isUsual || body.length <= PLACE_BYTES) return {}
  const at = PLACE_BYTES + cellBytes(kind, body, PLACE_BYTES) + 1
  return body.length < at + 3 ? {} : batteryAt(body, at, kind === 0x16 && body.length === 33)
}

/** In sixths, or in percent. */
function batteryAt(body: Uint8Array, at: number, inPercent = false): { readonly battery?: number } {
  const level = body[at]!
  return level > (inPercent ? 100 : 6) ? {} : { battery: inPercent ? level : Math.round((level * 100) / 6) }
}

/** The cell between place and alarm. Its length counts itself, except where it does not. */
function cellBytes(kind: number, body: Uint8Array, at: number): number {
  const hasLongNetwork = (body[at + 1]! & 0x80) !== 0
  switch (body[at]) {
    case 0: {
      // Some fill the cell and its neighbours with zeros all the same.
      const isFilled = body.length > at + 46 && body.subarray(at + 10, at + 46).every((byte) => byte === 0)
      return isFilled ? 46 : 1
    }
    case 8:
      return 9
    case 9: // one kind has a cell of four bytes
      return hasLongNetwork || (kind === 0x16 && body.length === 33) ? 10 : 9
    case 10: // of 4G trackers two bytes of network, whatever the country says
      return hasLongNetwork || kind === 0x32 ? 11 : 10
    default:
      return body[at]!
  }
}

/**
 * Status, battery 0 to 6, signal 0 to 4, alarm, language 1 or 2. Others of this length have a voltage of two bytes and end with 0: what
 * would be the alarm is their signal there.
 */
const isHeartbeat = (body: Uint8Array) => body.length === 5 && body[1]! <= 6 && body[2]! <= 4 && (body[4] === 1 || body[4] === 2)

/** Status, battery (one byte or two), signal, alarm. */
function alarmsAt(body: Uint8Array, at: number, extra = 0): string[] {
  return body.length < at + 4 + extra ? [] : [...new Set([...statusAlarms(body[at]), ...codeAlarms(body[at + 3 + extra])])]
}

/** Behind country, network (two bytes when the country's highest bit says so), area and cell. */
const cellsEnd = (body: Uint8Array, at: number, areaBytes: number, cellBytes: number) => at + (body[at]! & 0x80 ? 4 : 3) + areaBytes + cellBytes

function login(body: Uint8Array): Pick<Gt06Message, 'device' | 'zoneMinutes'> {
  if (body.length < 8) return {}
  const device = deviceOf(body.subarray(0, 8))
  if (body.length < 12) return { device }
  // Hours and minutes as one decimal number in bits 4 to 15, west in bit 3.
  const bits = u16(body, 10)
  const minutes = Math.floor((bits >> 4) / 100) * 60 + ((bits >> 4) % 100)
  return minutes <= 14 * 60 ? { device, zoneMinutes: minutes > 0 && bits & 8 ? -minutes : minutes } : { device }
}

/** Trackers of persons: time, then a block that its own length may leave empty. */
function fixWithLength(body: Uint8Array): Gt06Fix[] {
  if (body.length < 7 + 12 || body[6]! < 12) return []
  return fixOf(timeAt(body, 0), body, 8, 16, u16(body, 17))
}

/** Behind the place: a cell and its signal, more cells, networks, each by its length; then the status. */
function statusBehindCells(body: Uint8Array): number | undefined {
  const cellAt = 7 + (body[6] ?? 0)
  if (cellAt >= body.length) return undefined
  const moreAt = cellAt + (body[cellAt] === 0 ? 1 : cellBytes(0x33, body, cellAt) + 1)
  const networksAt = moreAt + 1 + (body[moreAt] ?? 0)
  return body[networksAt + 1 + (body[networksAt] ?? 0)]
}

/** The answer to a question for the place, in words. */
function fixInText(body: Uint8Array): Gt06Fix[] {
  const coding = body[4] === 2 ? 'utf-16be' : 'latin1'
  const text = new TextDecoder(coding).decode(body.subarray(5))
  const found = /Lat:([NS])(\d+\.\d+),Lon:([EW])(\d+\.\d+),Course:(\d+\.?\d*),Speed:(\d+\.?\d*),DateTime:(\d{4}-\d\d-\d\d) +(\d\d:\d\d:\d\d)/.exec(text)
  if (!found) return []
  const [, north, lat, east, lon, course, speed, date, time] = found
  const at = Date.parse(`${date}T${time}Z`)
  const onMap = Number(lat) <= 90 && Number(lon) <= 180
  if (!onMap) return []
  return [
    {
      at: Number.isNaN(at) ? undefined : at,
      lat: signed(Number(lat), north === 'S'),
      lon: signed(Number(lon), east === 'W'),
      courseDeg: Number(course) <= 360 ? Number(course) : undefined,
      speedKmh: Number(speed),
      altitudeMeters: undefined,
      valid: true,
    },
  ]
}

/** Modules of number u16, length u16, value. */
function modules(body: Uint8Array): Pick<Gt06Message, 'fixes' | 'alarms'> {
  const fixes: Gt06Fix[] = []
  const raised: string[] = []
  for (let at = 0; at + 4 <= body.length; ) {
    const [number, length] = [u16(body, at), u16(body, at + 2)]
    const value = body.subarray(at + 4, at + 4 + length)
    if (value.length < length) break
    if (number === 0x33 && length >= 18) fixes.push(...fixOf(u32(value, 0) * 1000 || undefined, value, 7, 15, u16(value, 16), i16(value, 5)))
    if (number === 0x2b) raised.push(...moduleAlarms(value[0]))
    at += 4 + length
  }
  return { fixes, alarms: raised }
}

/** Dashboard cameras: time and event; or time, place, event and names of files. */
function cameraAlarm(body: Uint8Array): Pick<Gt06Message, 'fixes' | 'alarms'> {
  // Marker, version, time, satellites, place, flags, speed of two bytes, voltage, event.
  if (body[0] === 0xff && body[1] === 0xff) {
    if (body.length < 25) return { fixes: [], alarms: [] }
    const fixes = fixOf(timeAt(body, 3), body, 10, undefined, u16(body, 18)).map((fix) => ({ ...fix, speedKmh: u16(body, 20) }))
    return { fixes, alarms: eventAlarms(body[24]!, true) }
  }
  if (body.length >= 17) return { fixes: fixOf(timeAt(body, 0), body, 6, undefined, u16(body, 14)), alarms: eventAlarms(body[16]!, true) }
  return { fixes: [], alarms: body.length >= 7 ? eventAlarms(body[6]!, false) : [] }
}

const u16 = (bytes: Uint8Array, at: number) => (bytes[at]! << 8) | bytes[at + 1]!
const u32 = (bytes: Uint8Array, at: number) => u16(bytes, at) * 0x10000 + u16(bytes, at + 2)
const i16 = (bytes: Uint8Array, at: number) => (u16(bytes, at) << 16) >> 16

/** Year from 2000, month, day, hour, minute, second, one byte each. */
function timeAt(body: Uint8Array, at: number): Instant | undefined {
  const [year, month, day, hour, minute, second] = body.subarray(at, at + 6) as unknown as [number, number, number, number, number, number]
  if (year > 99 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined
  const instant = Date.UTC(2000 + year, month - 1, day, hour, minute, second)
  return new Date(instant).getUTCDate() === day ? instant : undefined
}
const isTime = (body: Uint8Array, at: number) => body.length >= at + 6 && timeAt(body, at) !== undefined

function malformed(path: string, found: string, expected: string): { malformed: Malformed } {
  return { malformed: { path, found, expected } }
}

// ——— what we say ———

/** What every login, status and alarm waits for: its own kind and serial. */
export function encodeAnswer({ kind, serial }: Pick<Gt06Message, 'kind' | 'serial'>): Uint8Array {
  return sealed(kind, new Uint8Array(), serial ?? 0)
}

/** The answer to a request for the time, in UTC. */
export function encodeTime({ kind, serial }: Pick<Gt06Message, 'kind' | 'serial'>, now: Instant): Uint8Array {
  const time = new Date(now)
  const fields = [time.getUTCFullYear() - 2000, time.getUTCMonth() + 1, time.getUTCDate(), time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()]
  return sealed(kind, Uint8Array.from(fields), serial ?? 0)
}

/**
 * A command in the maker's own words, such as `WHERE#`; the device's answer, kind 0x15 or 0x21, repeats `flag`.
 *
 * @param text  ASCII, at most 240 characters
 */
export function encodeCommand(text: string, flag: number, serial: number): Uint8Array {
  const words = Array.from(text.slice(0, 240), (character) => character.charCodeAt(0) & 0x7f)
  const flags = [24, 16, 8, 0].map((shift) => (flag >>> shift) & 0xff)
  return sealed(0x80, Uint8Array.from([4 + words.length, ...flags, ...words, 0, 2]), serial)
}
