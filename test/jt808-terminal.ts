/** A JT/T 808 terminal as a vehicle has it: for tests and benches, over a real socket. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Writer } from '#gateways/jt808/bytes.ts'
import { splitFrame, type Version } from '#gateways/jt808/codec.ts'
import { encodeMessage } from '#gateways/jt808/downlink.ts'
import { frameSplitter } from '#gateways/jt808/frame.ts'

export type Place = { readonly lon: number; readonly lat: number; readonly at: number; readonly speedKmh?: number; readonly courseDeg?: number; readonly alarm?: number; readonly status?: number }

/** The 28 bytes of a location with a fix. */
export const locationBody = ({ lon, lat, at, speedKmh = 0, courseDeg = 0, alarm = 0, status = 3 }: Place): Uint8Array =>
  new Writer()
    .u32(alarm)
    .u32(status | (lat < 0 ? 4 : 0) | (lon < 0 ? 8 : 0))
    .u32(Math.round(Math.abs(lat) * 1e6))
    .u32(Math.round(Math.abs(lon) * 1e6))
    .u16(40)
    .u16(Math.round(speedKmh * 10))
    .u16(courseDeg)
    .time(at)
    .done()

const padded = (text: string, bytes: number) => Buffer.from(text.padEnd(bytes, '\0').slice(0, bytes), 'latin1')

/** The body of 0x0100. */
export const registrationBody = (version: Version, plate = '') => {
  const [maker, model, terminal] = version === '2019' ? [11, 30, 30] : [5, 20, 7]
  return new Writer().u16(36).u16(1102).raw(padded('70111', maker)).raw(padded('GF-1', model)).raw(padded('T000001', terminal)).u8(2).gbk(plate).done()
}

/** What the platform said. `body` of 0x8001: serial, message, result. */
export type Told = { readonly id: number; readonly serial: number; readonly body: Uint8Array }

export type Jt808Terminal = {
  readonly socket: Socket
  /** Send a message; the serial that it has. */
  say(id: number, body: Uint8Array): number
  /** The next thing that the platform says; rejects after `ms`. */
  told(ms?: number): Promise<Told>
  /** The result that 0x8001 gives to a message of ours. */
  answerTo(serial: number, ms?: number): Promise<number>
  close(): void
}

export async function jt808Terminal(port: number, phone: string, version: Version = '2013', host = '127.0.0.1'): Promise<Jt808Terminal> {
  const socket = connect({ port, host, noDelay: true })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const splitter = frameSplitter()
  const heard: Told[] = []
  let waiting: (() => void)[] = []
  let serial = 0
  socket.on('data', (chunk) => {
    for (const frame of splitter.push(chunk)) {
      const split = splitFrame(frame)
      if ('malformed' in split) throw new Error(`the platform sent nonsense: ${JSON.stringify(split.malformed)}`)
      heard.push({ id: split.header.id, serial: split.header.serial, body: split.body })
    }
    for (const wake of waiting.splice(0)) wake()
  })
  socket.on('close', () => {
    for (const wake of waiting.splice(0)) wake()
  })

  async function find(ms: number, what: string, is: (told: Told) => boolean): Promise<Told> {
    const until = performance.now() + ms
    for (;;) {
      const index = heard.findIndex(is)
      if (index >= 0) return heard.splice(index, 1)[0]!
      if (socket.destroyed) throw new Error(`the platform closed the connection before its ${what}`)
      const left = until - performance.now()
      if (left <= 0) throw new Error(`no ${what} within ${ms} ms`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        waiting.push(() => (clearTimeout(timer), resolve()))
      })
    }
  }

  return {
    socket,
    say(id, body) {
      const mine = serial
      const frames = encodeMessage({ phone, version }, id, body, mine)
      serial = (serial + frames.length) & 0xffff
      for (const frame of frames) socket.write(frame)
      return mine
    },
    told: (ms = 3000) => find(ms, 'word of the platform', () => true),
    async answerTo(mine, ms = 3000) {
      const { body } = await find(ms, 'answer', (told) => told.id === 0x8001 && ((told.body[0]! << 8) | told.body[1]!) === mine)
      return body[4]!
    },
    close: () => socket.destroy(),
  }
}

/** The body of 0x0001: an answer to a command of the platform. */
export const answerBody = (to: number, of: number, result = 0) => new Writer().u16(to).u16(of).u8(result).done()
