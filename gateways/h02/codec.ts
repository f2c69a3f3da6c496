/**
 * What an H02 device says, as messages. Pure: the bytes of a frame in, values in our units out; and our answers to it.
 *
 * Of a text the place is found by its shape (latitude, N or S, longitude, E or W), not by the count of fields: makers put
 * more or fewer around it. Cells, networks, addresses and numbers of SIM cards around it are not read.
 */
import type { Instant } from '#kernel/names.ts'
import { hexOf } from '../hex.ts'
import type { Malformed, SaidFix } from '../talk.ts'

export type H02Fix = SaidFix & {
  /** The receiver has a fix. */
  readonly valid: boolean
}

export type H02Message = {
  readonly type: 'location' | 'heartbeat' | 'status' | 'cells' | 'other'
  /** `V1`, `NBR`, `HTBT` …; `$` of a binary frame. */
  readonly word: string
  readonly device: string | undefined
  readonly fixes: readonly H02Fix[]
  readonly alarms: readonly string[]
  /** Percent. */
  readonly battery?: number
}
export type Decoded = { readonly message: H02Message } | { readonly malformed: Malformed }

/** One frame, as the splitter gives it. */
export function decodeFrame(frame: Uint8Array): Decoded {
  if (frame[0] === 0x2a) return decodeText(latin.decode(frame))
  if (frame[0] === 0x24) return decodeBinary(hexOf(frame.subarray(1)))
  return malformed('frame', frame.length === 0 ? 'nothing' : `byte ${hexOf(frame.subarray(0, 1))}`, '* or $')
}
const latin = new TextDecoder('latin1')

// ——— text ———

/** Words of which no place is wanted, though numbers in them may look like one. */
const kinds: Readonly<Record<string, H02Message['type']>> = { HTBT: 'heartbeat', XT: 'heartbeat', V0: 'heartbeat', LINK: 'status', NBR: 'cells', V3: 'cells' }

/** Words that hold no place and end with date and status: whole without the end that some devices leave out. */
const endless = /^\*(\w{2},\w*,(?:V3|NBR|LINK),[^*#]*,\d{6},[0-9a-f]{8}(?:,[^*#]*)?)\s*$/i

function decodeText(text: string): Decoded {
  const ended = /^\*([^*#]*)#/.exec(text) ?? endless.exec(text)
  if (!ended) return malformed('text', `${text.length} characters`, '*MAKER,DEVICE,WORD,…#')
  const fields = ended[1]!.split(',').map((field) => field.trim())
  const [maker = '', id = '', word = ''] = fields
  if (!/^\w{2}$/.test(maker) || !/^\w*$/.test(id) || !/^[A-Za-z]\w*$/.test(word)) return malformed('text', text.slice(0, 40), '*MAKER,DEVICE,WORD,…#')
  const device = id === '' ? undefined : id
  const plain = { word, device, fixes: [], alarms: [] }
  const kind = kinds[word.toUpperCase()]
  if (kind) return { message: { ...plain, type: kind, alarms: alarmsOf(statusBehindDate(fields)), ...batteryIn(word.toUpperCase(), fields) } }

  const at = placeAt(fields)
  if (at === undefined) return { message: { ...plain, type: word.toUpperCase() === 'VP1' ? 'cells' : word.toUpperCase().startsWith('V') ? 'location' : 'other', alarms: alarmsOf(statusBehindDate(fields)) } }
  const lat = degreesOf(fields[at]!, fields[at + 1]!, 90)
  const lon = degreesOf(fields[at + 2]!, fields[at + 3]!, 180)
  const dateAt = [at + 6, at + 7].find((index) => /^\d{6}$/.test(fields[index] ?? ''))
  const status = dateAt === undefined ? fields.slice(at + 6).find(isStatus) : fields.slice(dateAt + 1).find(isStatus)
  const knots = numberOf(fields[at + 4])
  const course = numberOf(fields[at + 5])
  const fix: H02Fix | undefined =
    lat === undefined || lon === undefined
      ? undefined
      : {
          at: instantOf(dateAt === undefined ? '' : fields[dateAt]!, fields[at - 2] ?? ''),
          lat,
          lon,
          speedKmh: knots === undefined ? undefined : kmh(knots),
          courseDeg: course !== undefined && course <= 360 ? course : undefined,
          altitudeMeters: altitudeBehind(fields, status),
          // A place of a word without validity, and one with a number of its coding there, has a fix.
          valid: !/^[BVbv]$/.test(fields[at - 1]!),
        }
  return { message: { ...plain, type: 'location', fixes: fix ? [fix] : [], alarms: alarmsOf(status) } }
}

/** Where the latitude stands. */
function placeAt(fields: readonly string[]): number | undefined {
  const at = fields.findIndex(
    (field, index) => index > 3 && /^-?[\d.-]+$/.test(field) && /^[NS]$/i.test(fields[index + 1] ?? '') && /^-?[\d.-]+$/.test(fields[index + 2] ?? '') && /^[EW]$/i.test(fields[index + 3] ?? ''),
  )
  return at < 0 ? undefined : at
}

/** `ddmm.mmmm`, `ddmmmmmm` without the point, `mm.mmmm` where the degrees are 0, or `-dd-mm.mmmm`. */
function degreesOf(text: string, hemisphere: string, limit: 90 | 180): number | undefined {
  let degrees: number
  let minutes: number
  const dashed = /^-(\d+)-(\d+\.\d+)$/.exec(text)
  const pointed = /^(\d*?)(\d{1,2}\.\d*)$/.exec(text)
  const plain = /^(\d+)(\d\d)(\d{4})$/.exec(text)
  if (dashed) [degrees, minutes] = [Number(dashed[1]), Number(dashed[2])]
  else if (pointed) [degrees, minutes] = [Number(pointed[1]), Number(pointed[2])]
  else if (plain) [degrees, minutes] = [Number(plain[1]), Number(`${plain[2]}.${plain[3]}`)]
  else return undefined
  return signed(degrees, minutes, limit, /[SW]/i.test(hemisphere))
}

function signed(degrees: number, minutes: number, limit: 90 | 180, negative: boolean): number | undefined {
  const value = Math.round((degrees + minutes / 60) * 1e7) / 1e7
  if (!(minutes < 60) || value > limit) return undefined
  return negative && value > 0 ? -value : value
}

const numberOf = (text: string | undefined) => (text !== undefined && /^\d+\.?\d*$|^\.\d+$/.test(text) ? Number(text) : undefined)
const kmh = (knots: number) => Math.round(knots * 1852) / 1000

/** @param date  ddmmyy  @param time  hhmmss */
function instantOf(date: string, time: string): Instant | undefined {
  if (!/^\d{6}$/.test(date) || !/^\d{6}$/.test(time)) return undefined
  const [day, month, year] = date.match(/../g)!.map(Number) as [number, number, number]
  const [hour, minute, second] = time.match(/../g)!.map(Number) as [number, number, number]
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined
  const at = Date.UTC(2000 + year, month - 1, day, hour, minute, second)
  return new Date(at).getUTCDate() === day ? at : undefined
}

const isStatus = (field: string) => /^[0-9a-f]{8}$/i.test(field)

function statusBehindDate(fields: readonly string[]): string | undefined {
  return fields.find((field, index) => index > 3 && isStatus(field) && /^\d{6}$/.test(fields[index - 1]!))
}

/** Of a heartbeat, and behind the signal and the satellites of a link. */
function batteryIn(word: string, fields: readonly string[]): { readonly battery?: number } {
  const text = word === 'HTBT' ? fields[3] : word === 'LINK' ? fields[6] : undefined
  return text !== undefined && /^\d{1,3}$/.test(text) && Number(text) <= 100 ? { battery: Number(text) } : {}
}

/** One maker's six fields: mileage, temperature, fuel, height, and two that are not read. */
function altitudeBehind(fields: readonly string[], status: string | undefined): number | undefined {
  if (status === undefined) return undefined
  const behind = fields.slice(fields.lastIndexOf(status) + 1)
  return behind.length === 6 && /^\d+$/.test(behind[0]!) && /^\d+\.\d+$/.test(behind[2]!) && /^-?\d+$/.test(behind[3]!) ? Number(behind[3]) : undefined
}

/** Bits of the status word that are alarms, in the words that JT/T 808's alarms have here. A bit that is 0 is raised. */
const byBit: Readonly<Record<number, string>> = {
  0: 'vibration', 1: 'emergency', 2: 'overspeed', 3: 'illegal-ignition', 4: 'fence-enter', 5: 'antenna-cut', 6: 'antenna-short', 7: 'fence-exit',
  16: 'gnss-fault', 18: 'emergency', 19: 'power-cut', 21: 'antenna-cut', 22: 'antenna-short',
}

/** @param status  8 hexadecimal digits; all zero is a device that does not fill the word */
function alarmsOf(status: string | undefined): string[] {
  if (status === undefined || /^0+$/.test(status)) return []
  const word = parseInt(status, 16)
  return [...new Set(Object.entries(byBit).flatMap(([bit, name]) => (Math.floor(word / 2 ** Number(bit)) % 2 === 0 ? [name] : [])))]
}

// ——— binary ———

/** Layouts by the bytes of the device's number: 5, or 8 of which 15 digits count. */
function decodeBinary(hex: string): Decoded {
  const long = () => binary(hex.slice(0, 15), hex.slice(16))
  const short = () => binary(hex.slice(0, 10), hex.slice(10))
  const message = hex.length === 2 * 41 ? (long() ?? short()) : (short() ?? long())
  return message ? { message } : malformed('binary', hex.slice(0, 64), 'number, time, date, latitude, longitude, speed and course in BCD')
}

function binary(device: string, digits: string): H02Message | undefined {
  // hhmmss ddmmyy, ddmmmmmm, battery, dddmmmmmm and flags, speed and course, status
  const found = /^(\d{6})(\d{6})(\d{2})(\d{6})(..)(\d{3})(\d{6})(.)(\d{3})(\d{3})(.{8})/.exec(digits)
  if (!found || !/^\d+$/.test(device)) return undefined
  const [, time, date, latDegrees, latMinutes, level, lonDegrees, lonMinutes, flagDigit, knots, course, status] = found as unknown as string[]
  const at = instantOf(date!, time!)
  const flags = parseInt(flagDigit!, 16)
  const lat = signed(Number(latDegrees), Number(latMinutes) / 1e4, 90, !(flags & 4))
  const lon = signed(Number(lonDegrees), Number(lonMinutes) / 1e4, 180, !(flags & 8))
  if (at === undefined || lat === undefined || lon === undefined) return undefined
  const fix = { at, lat, lon, speedKmh: kmh(Number(knots)), courseDeg: Number(course) <= 360 ? Number(course) : undefined, altitudeMeters: undefined, valid: (flags & 2) > 0 }
  const battery = batteryLevels[parseInt(level!, 16)]
  return { type: 'location', word: '$', device, fixes: [fix], alarms: alarmsOf(status), ...(battery !== undefined && { battery }) }
}

/** Percent of a level from 1 to 6. 0 and what is higher some makers fill otherwise. */
const batteryLevels: readonly (number | undefined)[] = [undefined, 0, 10, 20, 60, 80, 100]

function malformed(path: string, found: string, expected: string): { malformed: Malformed } {
  return { malformed: { path, found: JSON.stringify(found).slice(1, -1), expected } }
}

// ——— what we say ———

/** What a device waits for: a heartbeat comes back, everything else is acknowledged with the time. Undefined when the device did not say who it is. */
export function encodeAnswer({ device, word, type }: H02Message, now: Instant): Uint8Array | undefined {
  if (device === undefined) return undefined
  if (type === 'heartbeat') return ascii(`*HQ,${device},${word}#`)
  return ascii(`*HQ,${device},V4,${word === '$' ? 'V1' : word},${digitsOf(now)}#`)
}

/** A command of the maker's: `*HQ,DEVICE,WORD,hhmmss,…#`. */
export function encodeCommand(device: string, word: string, parameters: readonly (string | number)[], now: Instant): Uint8Array {
  return ascii(`*HQ,${[device, word, digitsOf(now).slice(8), ...parameters].join(',')}#`)
}

/** yyyyMMddHHmmss in UTC */
const digitsOf = (at: Instant) => new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)
const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f)
