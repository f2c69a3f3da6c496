/**
 * Places in messages that are not the standard's: what makers wrap into 0x0900, and the reports of locks.
 * Only what says where a vehicle is, or that something is wrong, is read. Known from frames of real devices (README).
 */
import type { Instant } from '#kernel/names.ts'
import { Reader, timeOf } from './bytes.ts'
import { readPlace, type Location } from './location.ts'

const plain = { altitudeMeters: undefined, speedKmh: undefined, courseDeg: undefined, alarms: [] as string[] }
/** A place in a message that is not the standard's, where not every field need be. */
export type MakersPlace = Pick<Location, 'at' | 'lon' | 'lat' | 'speedKmh' | 'courseDeg' | 'valid' | 'encrypted' | 'alarms'> & {
  readonly altitudeMeters: number | undefined
  /** It tells of alarms, and of no place at all. */
  readonly isEvent?: true
}

/**
 * The place in a transparent message 0x0900; undefined where there is none.
 *
 * @param body  kind u8 first
 * @throws EndsEarly
 */
export function transparentPlace(body: Uint8Array): MakersPlace | undefined {
  const reader = new Reader(body)
  switch (reader.u8()) {
    case 0xf0:
      return obdPlace(reader)
    case 0xff: {
      const at = reader.time()
      const degrees = () => (reader.u32() | 0) / 1e6
      const lat = degrees()
      const lon = degrees()
      const onMap = Math.abs(lat) <= 90 && Math.abs(lon) <= 180
      return { at, lat: onMap ? lat : undefined, lon: onMap ? lon : undefined, valid: onMap, encrypted: false, ...motion(reader), alarms: [] }
    }
    case 0x53:
    case 0x54: {
      const place = readPlace(reader)
      const moving = motion(reader)
      return { ...place, ...moving, at: reader.time(), alarms: [] }
    }
    default:
      return undefined
  }
}

function motion(reader: Reader) {
  const altitudeMeters = reader.i16()
  const speedKmh = reader.u16() / 10
  const course = reader.u16()
  return { altitudeMeters, speedKmh, courseDeg: course <= 360 ? course : undefined }
}

/** Readings of a car's diagnosis port; behind them stands the place. */
function obdPlace(reader: Reader): MakersPlace | undefined {
  const at = reader.time()
  reader.take(2) // back-fill or not, kind of vehicle
  const alarms: string[] = []
  switch (reader.u8()) {
    case 0x01:
      for (let count = reader.u8(); count > 0; count--) {
        reader.u16()
        reader.take(reader.u8())
      }
      break
    case 0x02:
      for (let systems = reader.u16(); systems > 0; systems--) {
        reader.u32()
        for (let faults = reader.u16(); faults > 0; faults--) {
          reader.take(8)
          reader.take(reader.u16())
        }
      }
      break
    case 0x03:
      for (let count = reader.u8(); count > 0; count--) {
        alarms.push(...(obdAlarms[reader.u8()] ?? []))
        reader.take(reader.u8())
      }
      break
    case 0x15: {
      const event = drivingEvents[reader.u32()]
      return event === undefined ? undefined : { ...plain, at, lat: undefined, lon: undefined, valid: false, encrypted: false, alarms: [event], isEvent: true }
    }
    default:
      return undefined
  }
  return { ...plain, at, ...readPlace(reader), alarms }
}

const drivingEvents: Readonly<Record<number, string>> = { 51: 'harsh-acceleration', 52: 'harsh-braking', 53: 'harsh-cornering', 56: 'collision' }

const obdAlarms: Readonly<Record<number, string[]>> = {
  0x02: ['power-cut'], 0x1a: ['harsh-acceleration'], 0x1b: ['harsh-braking'], 0x1c: ['harsh-cornering'], 0x23: ['fatigue'], 0x25: ['overspeed'],
  0x26: ['collision'], 0x27: ['collision'], 0x28: ['rollover'], 0x31: ['illegal-door'], 0x32: ['illegal-door'],
}

/**
 * A lock's report, 0x5501 and 0x5502: BCD throughout, UTC, minutes with four decimals, speed in knots, course in steps of 2°.
 *
 * @throws EndsEarly
 */
export function lockPlace(body: Uint8Array): MakersPlace {
  const reader = new Reader(body)
  const date = reader.hex(3)
  const at: Instant | undefined = timeOf(`${date.slice(4, 6)}${date.slice(2, 4)}${date.slice(0, 2)}${reader.hex(3)}`, 0)
  const lat = minutesOf(reader.hex(4), 2)
  const lonAndFlags = reader.hex(5)
  const lon = minutesOf(lonAndFlags.slice(0, 9), 3)
  const flags = parseInt(lonAndFlags[9]!, 16)
  const knots = reader.hex(1)
  const course = reader.u8() * 2
  const onMap = lat !== undefined && lon !== undefined
  return {
    at,
    lat: onMap ? (flags & 2 ? lat : -lat) : undefined,
    lon: onMap ? (flags & 4 ? lon : -lon) : undefined,
    valid: onMap && (flags & 1) === 1,
    encrypted: false,
    altitudeMeters: undefined,
    speedKmh: /^\d\d$/.test(knots) ? Math.round(Number(knots) * 1852) / 1000 : undefined,
    courseDeg: course <= 360 ? course : undefined,
    alarms: [],
  }
}

/** Degrees of `ddmmmmmm` or `dddmmmmmm`; undefined where they are none. */
function minutesOf(digits: string, degreeDigits: 2 | 3): number | undefined {
  if (!/^\d+$/.test(digits)) return undefined
  const degrees = Number(digits.slice(0, degreeDigits))
  const minutes = Number(digits.slice(degreeDigits)) / 1e4
  const value = degrees + minutes / 60
  return minutes < 60 && value <= (degreeDigits === 2 ? 90 : 180) ? Math.round(value * 1e7) / 1e7 : undefined
}
