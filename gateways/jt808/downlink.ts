/**
 * What we say to a JT/T 808 terminal, as frames. Layouts of 808-2013, with the fields that 808-2019 adds where the
 * terminal is of 2019.
 */
import { invariant } from '#core/invariant.ts'
import type { Instant } from '#kernel/names.ts'
import { toGbk, Writer } from './bytes.ts'
import type { Version } from './codec.ts'
import { sealed, type Delimiter } from './frame.ts'

/** Number and header as the terminal sent them, between the delimiters that it uses. */
export type Terminal = { readonly phone: string; readonly version: Version; readonly delimiter?: Delimiter }

export type Command =
  /** 0x8001; `alarm-acknowledged` lets the terminal clear the alarms that wait for it. */
  | { readonly type: 'answer'; readonly to: number; readonly of: number; readonly result: keyof typeof answerCodes }
  /** 0x8100; the token only when done. */
  | { readonly type: 'register-answer'; readonly to: number; readonly result: keyof typeof registerCodes; readonly token?: string }
  /** 0x8003: parts of a message of the terminal's, by its first serial. */
  | { readonly type: 'resend-parts'; readonly of: number; readonly parts: readonly number[] }
  /** 0x8004, of 808-2019: the time in UTC. */
  | { readonly type: 'time'; readonly now: Instant }
  /** 0x8103 */
  | { readonly type: 'set-parameters'; readonly values: readonly Parameter[] }
  /** 0x8104 */
  | { readonly type: 'ask-parameters' }
  /** 0x8201 */
  | { readonly type: 'ask-location' }
  /** 0x8202; every 0 seconds ends it. */
  | { readonly type: 'track'; readonly everySeconds: number; readonly forSeconds: number }
  /** 0x8203; `event` is attachment 0x04, 0 for all of these kinds. `alarmBits` of `alarms.ts` gives `alarms`. */
  | { readonly type: 'confirm-alarm'; readonly event: number; readonly alarms: number }
  /** 0x8300 */
  | { readonly type: 'text'; readonly text: string; readonly urgent?: boolean; readonly display?: boolean; readonly speak?: boolean; readonly screen?: boolean }
  /** 0x8302, of 2011 and 2013: a question with the answers that may be chosen. */
  | { readonly type: 'question'; readonly text: string; readonly urgent?: boolean; readonly speak?: boolean; readonly answers: readonly { readonly id: number; readonly text: string }[] }
  /** 0x8600, 0x8602 */
  | { readonly type: 'set-circles'; readonly action: keyof typeof actionCodes; readonly areas: readonly Circle[] }
  | { readonly type: 'set-rectangles'; readonly action: keyof typeof actionCodes; readonly areas: readonly Rectangle[] }
  /** 0x8604, 0x8606: one in each message. */
  | { readonly type: 'set-polygon'; readonly area: Polygon }
  | { readonly type: 'set-route'; readonly route: Route }
  /** 0x8601, 0x8603, 0x8605, 0x8607; no ids: all. */
  | { readonly type: 'delete-areas'; readonly shape: keyof typeof deletions; readonly ids: readonly number[] }
  /** 0x8800; the indices of parts to send again, none when the upload is whole. */
  | { readonly type: 'media-answer'; readonly media: number; readonly resend: readonly number[] }

export type Parameter = { readonly id: number } & (
  | { readonly u32: number } | { readonly u16: number } | { readonly u8: number } | { readonly text: string }
)
export type Point = { readonly lon: number; readonly lat: number }
export type Area = {
  readonly id: number
  readonly name?: string
  readonly from?: Instant
  readonly until?: Instant
  readonly limit?: Limit
  /** Whom crossing the border tells. */
  readonly entering?: Told
  readonly leaving?: Told
}
export type Told = 'driver' | 'platform' | 'both'
export type Limit = { readonly speedKmh: number; readonly overSeconds: number; readonly nightSpeedKmh?: number }
export type Circle = Area & { readonly centre: Point; readonly radiusMeters: number }
export type Rectangle = Area & { readonly west: number; readonly south: number; readonly east: number; readonly north: number }
export type Polygon = Area & { readonly vertices: readonly Point[] }
export type Route = Omit<Area, 'limit'> & { readonly corners: readonly Corner[] }
/** A corner and the stretch from it to the next. */
export type Corner = Point & { readonly id: number; readonly segment: number; readonly widthMeters: number; readonly limit?: Limit; readonly seconds?: { readonly most: number; readonly least: number } }

const answerCodes = { done: 0, failed: 1, wrong: 2, unsupported: 3, 'alarm-acknowledged': 4 } as const
const registerCodes = { done: 0, 'vehicle-taken': 1, 'no-vehicle': 2, 'terminal-taken': 3, 'no-terminal': 4 } as const
const actionCodes = { update: 0, append: 1, modify: 2 } as const
const deletions = { circles: 0x8601, rectangles: 0x8603, polygons: 0x8605, routes: 0x8607 } as const

/** The most that one frame's body holds; a longer one goes in parts. */
export const BODY_BYTES_MAX = 1023

/**
 * The frames of one command, as they go on the socket.
 *
 * @param serial  of the first frame; each part takes one more, modulo 65 536
 * @throws Error on what no frame can hold: more than 255 areas, an area over the equator, a number that is no terminal's
 */
export function encodeCommand(terminal: Terminal, command: Command, serial: number): Uint8Array[] {
  if (command.type === 'answer') return [answerFrame(terminal, command, serial)]
  const { id, body } = bodyOf(command, terminal.version)
  return encodeMessage(terminal, id, body, serial)
}

/** The id of the message that a command is, whatever the version. */
export const messageId = (command: Command): number => (command.type === 'answer' ? 0x8001 : bodyOf(command, '2013').id)

/** What is said most often, in one array: header, the message's serial and number, the result. */
function answerFrame({ phone, version, delimiter }: Terminal, { to, of, result }: Command & { readonly type: 'answer' }, serial: number): Uint8Array {
  const writer = new Writer(version === '2019' ? 22 : 17).u16(0x8001).u16(5 | (version === '2019' ? 0x4000 : 0))
  if (version === '2019') writer.u8(1)
  return sealed(writer.hex(digitsOf(phone, version, delimiter)).u16(serial).u16(to).u16(of).u8(answerCodes[result]).done(), delimiter)
}

/** A terminal's number as a header holds it. @throws Error on one that does not fit */
function digitsOf(phone: string, version: Version, delimiter?: Delimiter): string {
  const count = version === '2019' ? 20 : delimiter === 0xe7 && phone.length === 14 ? 14 : 12
  const digits = phone.length === count ? phone : phone.padStart(count, '0')
  invariant(digits.length === count && /^[0-9a-f]+$/.test(digits), `terminal number ${phone} does not fit a header of ${version}`)
  return digits
}

/** The frames of any message: header, parts, check code, escapes. */
export function encodeMessage({ phone, version, delimiter }: Terminal, id: number, body: Uint8Array, serial: number): Uint8Array[] {
  const digits = digitsOf(phone, version, delimiter)
  const total = Math.max(1, Math.ceil(body.length / BODY_BYTES_MAX))
  const headBytes = (version === '2019' ? 7 : 6) + digits.length / 2 + (total > 1 ? 4 : 0)
  return Array.from({ length: total }, (_, index) => {
    const part = total === 1 ? body : body.subarray(index * BODY_BYTES_MAX, (index + 1) * BODY_BYTES_MAX)
    const writer = new Writer(headBytes + part.length).u16(id).u16(part.length | (total > 1 ? 0x2000 : 0) | (version === '2019' ? 0x4000 : 0))
    if (version === '2019') writer.u8(1)
    writer.hex(digits).u16((serial + index) & 0xffff)
    if (total > 1) writer.u16(total).u16(index + 1)
    return sealed(writer.raw(part).done(), delimiter)
  })
}

function bodyOf(command: Exclude<Command, { type: 'answer' }>, version: Version): { id: number; body: Uint8Array } {
  const writer = new Writer(64)
  const as = (id: number) => ({ id, body: writer.done() })
  switch (command.type) {
    case 'register-answer':
      writer.u16(command.to).u8(registerCodes[command.result])
      if (command.result === 'done') writer.gbk(command.token ?? '')
      return as(0x8100)
    case 'resend-parts':
      writer.u16(command.of)
      if (version === '2019') writer.u16(count(command.parts))
      else writer.u8(count(command.parts))
      for (const part of command.parts) writer.u16(part)
      return as(0x8003)
    case 'time':
      writer.time(command.now, 0)
      return as(0x8004)
    case 'set-parameters':
      writer.u8(count(command.values))
      for (const value of command.values) parameter(writer, value)
      return as(0x8103)
    case 'ask-parameters':
      return as(0x8104)
    case 'ask-location':
      return as(0x8201)
    case 'track':
      writer.u16(command.everySeconds)
      if (command.everySeconds > 0) writer.u32(command.forSeconds)
      return as(0x8202)
    case 'confirm-alarm':
      writer.u16(command.event).u32(command.alarms)
      return as(0x8203)
    case 'text':
      writer.u8(textFlags(command, version))
      if (version === '2019') writer.u8(1) // a notice
      writer.gbk(command.text)
      return as(0x8300)
    case 'question': {
      const question = fitting(command.text, 255)
      writer.u8((command.urgent ? 1 : 0) | (command.speak ? 8 : 0)).u8(question.length).raw(question)
      for (const { id, text } of command.answers) {
        const answer = toGbk(text)
        writer.u8(id).u16(answer.length).raw(answer)
      }
      return as(0x8302)
    }
    case 'set-circles':
      writer.u8(actionCodes[command.action]).u8(count(command.areas))
      for (const area of command.areas) {
        areaHead(writer, area, [area.centre])
        point(writer, area.centre).u32(Math.round(area.radiusMeters))
        areaTail(writer, area, version)
      }
      return as(0x8600)
    case 'set-rectangles':
      writer.u8(actionCodes[command.action]).u8(count(command.areas))
      for (const area of command.areas) {
        const corners = [{ lon: area.west, lat: area.north }, { lon: area.east, lat: area.south }]
        areaHead(writer, area, corners)
        for (const corner of corners) point(writer, corner)
        areaTail(writer, area, version)
      }
      return as(0x8602)
    case 'set-polygon': {
      const { area } = command
      areaHead(writer, area, area.vertices)
      times(writer, area)
      limit(writer, area.limit)
      writer.u16(area.vertices.length)
      for (const vertex of area.vertices) point(writer, vertex)
      if (version === '2019') nightAndName(writer, area)
      return as(0x8604)
    }
    case 'set-route': {
      const { route } = command
      writer.u32(route.id).u16(attributes({ ...route, limit: undefined }, []))
      times(writer, route)
      writer.u16(route.corners.length)
      for (const corner of route.corners) {
        writer.u32(corner.id).u32(corner.segment)
        point(writer, corner).u8(corner.widthMeters)
        writer.u8((corner.seconds ? 1 : 0) | (corner.limit ? 2 : 0) | (corner.lat < 0 ? 4 : 0) | (corner.lon < 0 ? 8 : 0))
        if (corner.seconds) writer.u16(corner.seconds.most).u16(corner.seconds.least)
        limit(writer, corner.limit)
        if (version === '2019' && corner.limit) writer.u16(nightSpeed(corner.limit))
      }
      if (version === '2019') name(writer, route.name)
      return as(0x8606)
    }
    case 'delete-areas':
      writer.u8(count(command.ids))
      for (const id of command.ids) writer.u32(id)
      return as(deletions[command.shape])
    case 'media-answer':
      writer.u32(command.media)
      if (command.resend.length > 0) writer.u8(count(command.resend))
      for (const index of command.resend) writer.u16(index)
      return as(0x8800)
  }
}

/** Whole characters of a text that so many bytes of GBK hold. */
function fitting(text: string, bytesMax: number): number[] {
  const bytes: number[] = []
  for (const character of text) {
    const more = toGbk(character)
    if (bytes.length + more.length > bytesMax) break
    bytes.push(...more)
  }
  return bytes
}

function count(list: readonly unknown[]): number {
  invariant(list.length <= 255, `${list.length} where one message holds 255`)
  return list.length
}

function parameter(writer: Writer, value: Parameter): void {
  writer.u32(value.id)
  if ('u32' in value) writer.u8(4).u32(value.u32)
  else if ('u16' in value) writer.u8(2).u16(value.u16)
  else if ('u8' in value) writer.u8(1).u8(value.u8)
  else {
    const text = toGbk(value.text)
    writer.u8(count(text)).raw(text)
  }
}

/** 2019 counts in the lowest two bits: 1 service, 2 urgent, 3 notice. */
function textFlags({ urgent, display, speak, screen }: Extract<Command, { type: 'text' }>, version: Version): number {
  const lowest = version === '2019' ? (urgent ? 2 : 3) : urgent ? 1 : 0
  return lowest | (display ? 4 : 0) | (speak ? 8 : 0) | (screen ? 16 : 0)
}

const told = (whom: Told | undefined, driver: number, platform: number) =>
  (whom === 'driver' || whom === 'both' ? driver : 0) | (whom === 'platform' || whom === 'both' ? platform : 0)

function attributes(area: Area, points: readonly Point[]): number {
  return (
    (hasTimes(area) ? 1 : 0) | (area.limit ? 2 : 0) | told(area.entering, 4, 8) | told(area.leaving, 16, 32) |
    (points.some(({ lat }) => lat < 0) ? 64 : 0) | (points.some(({ lon }) => lon < 0) ? 128 : 0)
  )
}

/** Id and attributes. One bit gives the hemisphere of all points, so an area cannot lie on both sides of a line. */
function areaHead(writer: Writer, area: Area, points: readonly Point[]): void {
  const oneSide = (values: number[]) => values.every((value) => value <= 0) || values.every((value) => value >= 0)
  invariant(oneSide(points.map(({ lat }) => lat)) && oneSide(points.map(({ lon }) => lon)), `area ${area.id} lies in two hemispheres`)
  writer.u32(area.id).u16(attributes(area, points))
}

const hasTimes = ({ from, until }: Area) => from !== undefined && until !== undefined

function areaTail(writer: Writer, area: Area, version: Version): void {
  times(writer, area)
  limit(writer, area.limit)
  if (version === '2019') nightAndName(writer, area)
}

function times(writer: Writer, area: Area): void {
  if (hasTimes(area)) writer.time(area.from!).time(area.until!)
}

function limit(writer: Writer, value: Limit | undefined): void {
  if (value) writer.u16(Math.round(value.speedKmh)).u8(value.overSeconds)
}

function nightAndName(writer: Writer, area: Area): void {
  if (area.limit) writer.u16(nightSpeed(area.limit))
  name(writer, area.name)
}
const nightSpeed = ({ speedKmh, nightSpeedKmh = speedKmh }: Limit) => Math.round(nightSpeedKmh)

function name(writer: Writer, text = ''): void {
  const bytes = toGbk(text)
  writer.u16(bytes.length).raw(bytes)
}

const point = (writer: Writer, { lon, lat }: Point): Writer => writer.u32(Math.round(Math.abs(lat) * 1e6)).u32(Math.round(Math.abs(lon) * 1e6))
