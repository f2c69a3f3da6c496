/**
 * Alarms, and the level of the battery, that makers and a regional standard put into attachments of their own.
 *
 * Sources: T/JSATL 12-2017 (0x64 to 0x67, 0x70); for the rest, frames of real devices and what others read in them (README).
 */

/** An attachment of a location: id and value, its length left out. */
export type Attachment = { readonly id: number; readonly value: Uint8Array }

const harsh = ['harsh-acceleration', 'harsh-braking', 'harsh-cornering'] as const

/** Alarms of attachments that are not the standard's. An attachment too short for its kind says nothing. */
export function makersAlarms({ id, value }: Attachment): string[] {
  const word = (at: number) => ((value[at] ?? 0) << 8) | (value[at + 1] ?? 0)
  const set = (bits: number, ...alarms: readonly string[]) => alarms.filter((_, bit) => (bits >> bit) & 1)
  switch (id) {
    case 0x57: // harsh driving in bits 8 to 10 of the first word
      return set(word(0) >> 8, ...harsh)
    case 0x64:
      return value.length >= 6 ? ['driver-assistance'] : []
    case 0x65:
      return value.length >= 6 ? ['driver-state'] : []
    case 0x66:
      return value.length >= 36 ? ['tyre-pressure'] : []
    case 0x67:
      return value.length >= 36 ? ['blind-spot'] : []
    case 0x70:
      return value.length >= 6 ? ([harsh[value[5]! - 1] ?? (value[5] === 0x16 ? 'collision' : '')].filter(Boolean) as string[]) : []
    case 0xd0:
      return value.length === 4 ? set(value[3]! >> 3, 'vibration') : []
    case 0xe7:
      return value.length === 8 ? [...set(word(0), 'vibration'), ...(word(0) & 0x0e ? ['emergency'] : [])] : []
    case 0xe8: // event, then a label of 16 bytes as T/JSATL has it; what is without it is the state of another maker's lock
      return value[2] === 16 && value.length >= 19 ? (eventAlarms[word(0)] ?? []) : []
    case 0xeb:
      return nested(value).flatMap(nestedAlarms)
    case 0xfe: // 7c, then id, length, word
      return value[0] === 0x7c && value[1] === 0x01 && value[2] === 0x04 ? set(value[6] ?? 0, ...harsh, 'collision', 'tamper') : []
    default:
      return []
  }
}

/** Percent of the device's own battery; undefined of an attachment that is of another length, charges, or says nothing. */
export function makersBattery({ id, value }: Attachment): number | undefined {
  switch (id) {
    case 0x06:
    case 0xd4:
    case 0xe1:
    case 0xfe:
      return value.length === 1 ? percent(value[0]) : undefined
    case 0x56: // tenths, and a byte of no use
      return value.length === 2 ? percent(value[0]! * 10) : undefined
    case 0xe3: // a byte of no use, level, voltage; cars that have no battery of their own send 0
      return value.length === 6 && value[1] !== 0 ? percent(value[1]) : undefined
    case 0xe4: // whether it charges, level
      return value.length === 2 ? percent(value[1]) : undefined
    case 0xeb:
      return percent(nested(value).find(({ id: inner, value: level }) => (inner === 0xa8 || inner === 0xe1) && level.length === 1)?.value[0])
    default:
      return undefined
  }
}
export const percent = (value: number | undefined): number | undefined => (value !== undefined && value <= 100 ? value : undefined)

const eventAlarms: Readonly<Record<number, string[]>> = {
  0x0400: ['harsh-acceleration'], 0x0412: ['harsh-acceleration'], 0x0401: ['harsh-braking'], 0x0413: ['harsh-braking'],
  0x0402: ['harsh-cornering'], 0x0414: ['harsh-cornering'], 0x0403: ['overspeed'], 0x0405: ['collision'], 0x0416: ['collision'],
  0x0417: ['rollover'], 0x0406: ['vibration'], 0x0407: ['illegal-movement'], 0x0408: ['fence-enter'], 0x0409: ['fence-exit'], 0x040c: ['illegal-door'],
  0x0c01: ['emergency'], 0x0c02: ['power-low'], 0x0c0e: ['power-cut'], 0x0c0f: ['battery-low'], 0x0c12: ['tamper'],
}

/** Words of which a bit that is 0 is raised, and a state of the battery. */
function nestedAlarms({ id, value }: Attachment): string[] {
  const isLow = (bit: number) => value.length === 4 && ((value[3 - (bit >> 3)]! >> (bit & 7)) & 1) === 0
  switch (id) {
    case 0x89:
      return isLow(12) ? ['tamper'] : []
    case 0xc5:
      return isLow(6) ? ['vibration'] : []
    case 0xc6:
      return value[0] === 3 || value[0] === 4 ? ['battery-low'] : []
    default:
      return []
  }
}

/** Records of length u16 (which counts the id), id u16, value. */
function nested(bytes: Uint8Array): Attachment[] {
  const records: Attachment[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = (bytes[at]! << 8) | bytes[at + 1]!
    if (length < 2 || at + 2 + length > bytes.length) break
    records.push({ id: (bytes[at + 2]! << 8) | bytes[at + 3]!, value: bytes.subarray(at + 4, at + 2 + length) })
    at += 2 + length
  }
  return records
}
