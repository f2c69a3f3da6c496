/** A process that sends positions into a server at a rate, by whatever door its order names, and keeps count of what was acknowledged. */
import { Agent, request } from 'node:http'
import type { PositionsTaken } from '#modules/units/contract.ts'
import { fleet, numbersMax, positionsOf, type Fleet } from './positions-feed.ts'
import { monotonicMs } from './processor.ts'

export type FeederOrder = { readonly kind: keyof typeof feeders; readonly url: string; readonly token: string; readonly units: readonly string[] }
export type StageOrder = { readonly perSecond: number; readonly ms: number }
export type Stage = {
  readonly sent: number
  readonly kept: number
  /** Not kept though answered well: duplicates, off duty, rejected. */
  readonly refused: number
  /** Positions of requests that failed; whether they are on disk is not known. */
  readonly failed: number
  /** From the first byte written to the answer, of each request. */
  readonly answerMs: Float64Array
  readonly seconds: number
  readonly bytes: number
}

type Position = { readonly unit: string; readonly fixAt: number; readonly lon: number; readonly lat: number; readonly speedKmh: number }
type Answer = { readonly kept: number; readonly refused: number; readonly bytes: number }
/** Sends a batch; resolves when it is acknowledged, and so durable. */
type Feeder = (batch: readonly Position[]) => Promise<Answer>

const inBatch = 100
const batchesUnderWayMax = 64

/** Each door that positions come in by. */
const feeders = {
  /** A program of another system, as an integrator. */
  http({ url, token }: FeederOrder): Feeder {
    const agent = new Agent({ keepAlive: true, maxSockets: 32 })
    const door = new URL('/api/units/positions', url)
    return (positions) =>
      new Promise((resolve, reject) => {
        const body = Buffer.from(JSON.stringify({ positions }))
        const sent = request(door, { method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': body.length } }, (reply) => {
          const parts: Buffer[] = []
          reply.on('data', (part: Buffer) => parts.push(part))
          reply.on('error', reject)
          reply.on('end', () => {
            const text = Buffer.concat(parts).toString()
            if (reply.statusCode !== 200) return reject(new Error(`${reply.statusCode} ${text.slice(0, 200)}`))
            const taken = JSON.parse(text) as PositionsTaken
            resolve({ kept: taken.accepted + taken.flagged, refused: taken.duplicates + taken.discarded + taken.rejected.length, bytes: body.length })
          })
        })
        sent.on('error', reject)
        sent.end(body)
      })
  },
} as const satisfies Record<string, (order: FeederOrder) => Feeder>

let send: Feeder | undefined
let town: Fleet
let ids: readonly string[] = []
let sentAt = new Float64Array(0)

/** Open loop: what is due at the rate is sent, however the answers go, until too many are under way. */
async function stage({ perSecond, ms }: StageOrder): Promise<Stage> {
  const result = { sent: 0, kept: 0, refused: 0, failed: 0, bytes: 0 }
  const answerMs: number[] = []
  const underWay = new Set<Promise<void>>()
  const from = monotonicMs()
  let due = 0
  for (;;) {
    const elapsed = monotonicMs() - from
    if (elapsed >= ms) break
    due = Math.floor((elapsed * perSecond) / 1000)
    while (due - result.sent >= inBatch && underWay.size < batchesUnderWayMax) {
      const positions = batch()
      result.sent += positions.length
      const started = monotonicMs()
      const done = send!(positions).then(
        ({ kept, refused, bytes }) => {
          answerMs.push(monotonicMs() - started)
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

function batch(): Position[] {
  const positions: Position[] = []
  const [fixAt, at] = [Date.now(), monotonicMs()]
  const take = positionsOf((place, number, lon, lat) => {
    positions.push({ unit: ids[place - 1], fixAt, lon: Math.round(lon * 1e7) / 1e7, lat: Math.round(lat * 1e7) / 1e7, speedKmh: number })
    sentAt[place * numbersMax + number] = at
  })
  take(town.next(inBatch))
  return positions
}

process.on('message', async (said: FeederOrder | StageOrder | 'times') => {
  if (said === 'times') process.send!({ sentAt, numbers: town.number })
  else if ('kind' in said) {
    ids = said.units
    town = fleet(ids.length)
    sentAt = new Float64Array((ids.length + 1) * numbersMax)
    send = feeders[said.kind](said)
    process.send!({ opened: true })
  } else process.send!(await stage(said))
})
process.on('disconnect', () => process.exit(0))
