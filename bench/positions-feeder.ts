/** A process that sends positions into a server at a rate, by whatever door its order names, and keeps count of what was acknowledged. */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { splitFrame } from '#gateways/jt808/codec.ts'
import { encodeMessage } from '#gateways/jt808/downlink.ts'
import { frameSplitter } from '#gateways/jt808/frame.ts'
import type { PositionsTaken } from '#modules/units/contract.ts'
import { locationBody } from '#test/jt808-terminal.ts'
import { fleet, numbersMax, positionsOf, type Fleet } from './positions-feed.ts'
import { monotonicMs } from './processor.ts'

export type FeederOrder = {
  readonly kind: keyof typeof feeders
  readonly url: string
  readonly token: string
  readonly jt808Port: number
  readonly units: readonly { readonly id: string; readonly terminal: string | null }[]
}
export type StageOrder = { readonly perSecond: number; readonly ms: number }
export type Stage = {
  readonly sent: number
  readonly kept: number
  /** Not kept though answered well: duplicates, off duty, rejected. */
  readonly refused: number
  /** Positions of requests that failed; whether they are on disk is not known. */
  readonly failed: number
  /** From when each request was due to its answer. */
  readonly answerMs: Float64Array
  readonly seconds: number
  readonly bytes: number
}

/** `index`: of the unit, in the order. */
type Position = { readonly index: number; readonly fixAt: number; readonly lon: number; readonly lat: number; readonly speedKmh: number }
/** What was sent since this was asked last, by place (index and one) × `numbersMax` + number, and when each was due; the newest numbers; and how many of each unit are known to be kept. */
export type Times = { readonly sent: Uint32Array; readonly dueAt: Float64Array; readonly numbers: Uint16Array; readonly keptOf: Uint32Array }

/** `isKept`: of each, where the answer says so. */
type Answer = { readonly kept: number; readonly refused: number; readonly bytes: number; readonly isKept: readonly boolean[] }
/** Sends a batch; resolves when it is acknowledged, and so durable. */
type Feeder = (batch: readonly Position[]) => Promise<Answer>
type OpenFeeder = (order: FeederOrder) => Feeder | Promise<Feeder>

const inBatch = 100
const batchesUnderWayMax = 64

/** Each door that positions come in by. */
const feeders = {
  /** A program of another system, as an integrator. */
  http({ url, token, units }) {
    const agent = new Agent({ keepAlive: true, maxSockets: 32 })
    const door = new URL('/api/units/positions', url)
    return (positions) =>
      new Promise((resolve, reject) => {
        const body = Buffer.from(JSON.stringify({ positions: positions.map(({ index, ...position }) => ({ unit: units[index].id, ...position })) }))
        const sent = request(door, { method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': body.length } }, (reply) => {
          const parts: Buffer[] = []
          reply.on('data', (part: Buffer) => parts.push(part))
          reply.on('error', reject)
          reply.on('end', () => {
            const text = Buffer.concat(parts).toString()
            if (reply.statusCode !== 200) return reject(new Error(`${reply.statusCode} ${text.slice(0, 200)}`))
            const taken = JSON.parse(text) as PositionsTaken
            const [kept, refused] = [taken.accepted + taken.flagged, taken.duplicates + taken.discarded + taken.rejected.length]
            resolve({ kept, refused, bytes: body.length, isKept: refused === 0 ? positions.map(() => true) : [] })
          })
        })
        sent.on('error', reject)
        sent.end(body)
      })
  },
  /** A terminal in each car, on a connection of its own; each report is answered when it is durable. */
  async jt808({ jt808Port, units }) {
    const cars: ((position: Position) => Promise<{ done: boolean; bytes: number }>)[] = []
    for (let first = 0; first < units.length; first += connectedAtOnce) {
      cars.push(...(await Promise.all(units.slice(first, first + connectedAtOnce).map(({ terminal }) => openCar(jt808Port, terminal!)))))
    }
    return async (positions) => {
      const answers = await Promise.all(positions.map((position) => cars[position.index](position)))
      const isKept = answers.map(({ done }) => done)
      const kept = isKept.filter(Boolean).length
      return { kept, refused: answers.length - kept, bytes: answers.reduce((sum, { bytes }) => sum + bytes, 0), isKept }
    }
  },
} as const satisfies Record<string, OpenFeeder>

const connectedAtOnce = 200
const [heartbeat, locationReport, platformAnswer] = [0x0002, 0x0200, 0x8001]

async function openCar(port: number, phone: string) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const waiting = new Map<number, { resolve: (done: boolean) => void; reject: (cause: Error) => void }>()
  const splitter = frameSplitter()
  let serial = 0
  socket.on('error', () => {})
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error(`terminal ${phone} was cut off`))
    waiting.clear()
  })
  socket.on('data', (chunk) => {
    for (const frame of splitter.push(chunk as Buffer)) {
      const split = splitFrame(frame)
      if ('malformed' in split || split.header.id !== platformAnswer) continue
      const to = (split.body[0] << 8) | split.body[1]
      waiting.get(to)?.resolve(split.body[4] === 0)
      waiting.delete(to)
    }
  })
  async function say(id: number, body: Uint8Array) {
    if (socket.destroyed) throw new Error(`terminal ${phone} was cut off`)
    serial = (serial + 1) & 0xffff
    const [frame] = encodeMessage({ phone, version: '2013' }, id, body, serial)
    socket.write(frame)
    const done = await new Promise<boolean>((resolve, reject) => waiting.set(serial, { resolve, reject }))
    return { done, bytes: frame.length }
  }
  // Who says nothing is a stranger, and many strangers are let go.
  await say(heartbeat, new Uint8Array())
  return ({ lon, lat, fixAt, speedKmh }: Position) => say(locationReport, locationBody({ lon, lat, at: fixAt, speedKmh }))
}

let send: Feeder | undefined
let town: Fleet
let keptOf = new Uint32Array(0)
const sent: number[] = []
const dueAt: number[] = []

/**
 * Open loop: what is due at the rate is sent, however the answers go, until too many are under way; waiting for that counts as waiting.
 *
 * A fix is of when it was due, as a device takes it, also where it goes late: of two that a terminal sends in one second after a stop
 * the second would be a duplicate, since its protocol counts in seconds.
 */
async function stage({ perSecond, ms }: StageOrder): Promise<Stage> {
  const result = { sent: 0, kept: 0, refused: 0, failed: 0, bytes: 0 }
  const answerMs: number[] = []
  const underWay = new Set<Promise<void>>()
  const from = monotonicMs()
  const fromInstant = Date.now()
  let due = 0
  for (;;) {
    const elapsed = monotonicMs() - from
    if (elapsed >= ms) break
    due = Math.floor((elapsed * perSecond) / 1000)
    while (due - result.sent >= inBatch && underWay.size < batchesUnderWayMax) {
      const since = ((result.sent + inBatch) * 1000) / perSecond
      const positions = batch(Math.floor(fromInstant + (result.sent * 1000) / perSecond), from + since)
      result.sent += positions.length
      const done = send!(positions).then(
        ({ kept, refused, bytes, isKept }) => {
          answerMs.push(monotonicMs() - from - since)
          for (const [n, one] of isKept.entries()) if (one) keptOf[positions[n].index]++
          result.kept += kept
          result.refused += refused
          result.bytes += bytes
        },
        (cause: unknown) => {
          if (result.failed === 0) process.stderr.write(`a batch failed: ${String(cause)}\n`)
          result.failed += positions.length
        },
      ).finally(() => underWay.delete(done))
      underWay.add(done)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(underWay)
  return { ...result, answerMs: Float64Array.from(answerMs), seconds: (monotonicMs() - from) / 1000 }
}

function batch(fixAt: number, due: number): Position[] {
  const positions: Position[] = []
  const take = positionsOf((place, number, lon, lat) => {
    positions.push({ index: place - 1, fixAt, lon: Math.round(lon * 1e7) / 1e7, lat: Math.round(lat * 1e7) / 1e7, speedKmh: number })
    sent.push(place * numbersMax + number)
    dueAt.push(due)
  })
  take(town.next(inBatch))
  return positions
}

process.on('message', async (said: FeederOrder | StageOrder | 'times') => {
  if (said === 'times') process.send!({ sent: Uint32Array.from(sent.splice(0)), dueAt: Float64Array.from(dueAt.splice(0)), numbers: town.number, keptOf } satisfies Times)
  else if ('kind' in said) {
    town = fleet(said.units.length)
    keptOf = new Uint32Array(said.units.length)
    send = await (feeders[said.kind] as OpenFeeder)(said)
    process.send!({ opened: true })
  } else process.send!(await stage(said))
})
process.on('disconnect', () => process.exit(0))
