/**
 * The block of 28 bytes that says where a vehicle is, and the attachments behind it (0x0200, and inside other messages).
 *
 * Attachments that this house has a use for are read. Of the rest only the number is kept: makers hide the identifiers
 * of phones, cells and wireless networks there, and we have no use for them and no right to them.
 */
import type { Instant } from '#kernel/names.ts'
import { alarmsOf } from './alarms.ts'
import { EndsEarly, Reader, unsigned } from './bytes.ts'
import { makersAlarms, makersBattery, type Attachment } from './makers-alarms.ts'

export type Location = {
  /** By the device's clock; undefined when the digits are no time. */
  readonly at: Instant | undefined
  /** Degrees as sent: WGS-84, unless `encrypted`. Undefined when they lie on no map. */
  readonly lon: number | undefined
  readonly lat: number | undefined
  readonly altitudeMeters: number
  readonly speedKmh: number | undefined
  readonly courseDeg: number | undefined
  /** Status bit 1: the receiver has a fix. */
  readonly valid: boolean
  /** Status bit 5: moved by the "secret plug-in", which gives GCJ-02. Some devices use the bit for something else. */
  readonly encrypted: boolean
  readonly ignition: boolean
  readonly alarms: readonly string[]
  readonly alarmWord: number
  readonly statusWord: number
  readonly attached: Attached
}

export type Attached = {
  readonly mileageKm?: number
  readonly fuelLitres?: number
  readonly recorderSpeedKmh?: number
  /** The event that 0x8203 confirms. */
  readonly alarmEvent?: number
  readonly overspeed?: AreaRef
  readonly area?: AreaRef & { readonly leaving: boolean }
  readonly segment?: { readonly id: number; readonly seconds: number; readonly result: 'too-short' | 'too-long' }
  readonly signalWord?: number
  readonly inputWord?: number
  readonly signalStrength?: number
  readonly satellites?: number
  /** Of the device's own battery, as several makers say it. */
  readonly batteryPercent?: number
  /** Ids of attachments that are not read. */
  readonly unread: readonly number[]
}
export type AreaRef = { readonly shape: 'none' | 'circle' | 'rectangle' | 'polygon' | 'route'; readonly id?: number }
const shapes = ['none', 'circle', 'rectangle', 'polygon', 'route'] as const

/** How a maker's attachments are laid out, where it is not one byte of id and one of length. */
export type AttachmentLayout = { readonly idBytes: 1 | 2; readonly lengthBytes: 1 | 2 | 4 }
const standardLayout: AttachmentLayout = { idBytes: 1, lengthBytes: 1 }

/** @throws EndsEarly below 28 bytes; what is wrong behind them is left unread */
export function readLocation(body: Uint8Array, version: '2013' | '2019', layout: AttachmentLayout = standardLayout): Location {
  const reader = new Reader(body)
  const alarmWord = reader.u32()
  const place = readPlace(reader)
  const altitudeMeters = reader.i16()
  const speed = reader.u16()
  const course = reader.u16()
  const at = reader.time()
  const attachments = readAttachments(reader, layout)
  return {
    at,
    ...place,
    altitudeMeters,
    speedKmh: speed === 0xffff ? undefined : speed / 10,
    courseDeg: course <= 360 ? course : undefined,
    alarmWord,
    alarms: alarmWord === 0 && attachments.length === 0 ? none : [...new Set([...alarmsOf(alarmWord, version), ...attachments.flatMap(makersAlarms)])],
    attached: attachedOf(attachments),
  }
}

const none: readonly string[] = []

/** Status word, latitude, longitude: 12 bytes that several messages have in common. */
export function readPlace(reader: Reader) {
  const statusWord = reader.u32()
  const bit = (n: number) => ((statusWord >>> n) & 1) === 1
  const lat = reader.u32() / 1e6
  const lon = reader.u32() / 1e6
  const onMap = lat <= 90 && lon <= 180
  return {
    statusWord,
    ignition: bit(0),
    valid: bit(1) && onMap,
    lat: onMap ? signed(lat, bit(2)) : undefined,
    lon: onMap ? signed(lon, bit(3)) : undefined,
    encrypted: bit(5),
  }
}
const signed = (value: number, negative: boolean) => (negative && value > 0 ? -value : value)

/** Up to the first that does not fit: behind it there is no telling where the next begins. */
function readAttachments(reader: Reader, { idBytes, lengthBytes }: AttachmentLayout): Attachment[] {
  const attachments: Attachment[] = []
  while (reader.left >= idBytes + lengthBytes) {
    const id = unsigned(reader.take(idBytes))
    const length = unsigned(reader.take(lengthBytes))
    if (length > reader.left) break
    attachments.push({ id, value: reader.take(length) })
  }
  return attachments
}

function attachedOf(attachments: readonly Attachment[]): Attached {
  let attached: Attached = { unread: [] }
  for (const { id, value } of attachments) {
    let read: Partial<Attached> | undefined
    try {
      const batteryPercent = makersBattery({ id, value })
      read = batteryPercent === undefined ? attachmentOf(id, new Reader(value)) : { batteryPercent }
    } catch (error) {
      if (!(error instanceof EndsEarly)) throw error
    }
    attached = read ? { ...attached, ...read } : { ...attached, unread: [...attached.unread, id] }
  }
  return attached
}

function attachmentOf(id: number, value: Reader): Partial<Attached> | undefined {
  switch (id) {
    case 0x01:
      return { mileageKm: value.u32() / 10 }
    case 0x02:
      return { fuelLitres: value.u16() / 10 }
    case 0x03:
      return { recorderSpeedKmh: value.u16() / 10 }
    case 0x04:
      return { alarmEvent: value.u16() }
    case 0x11: {
      const shape = shapes[value.u8()]
      return shape && { overspeed: shape === 'none' ? { shape } : { shape, id: value.u32() } }
    }
    case 0x12: {
      const shape = shapes[value.u8()]
      return shape && { area: { shape, id: value.u32(), leaving: value.u8() === 1 } }
    }
    case 0x13:
      return { segment: { id: value.u32(), seconds: value.u16(), result: value.u8() === 0 ? 'too-short' : 'too-long' } }
    case 0x25:
      return { signalWord: value.u32() }
    case 0x2a:
      return { inputWord: value.u16() }
    case 0x30:
      return { signalStrength: value.u8() }
    case 0x31:
      return { satellites: value.u8() }
    default:
      return undefined
  }
}
