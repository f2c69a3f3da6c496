/**
 * A process of many consoles that only count: positions by frames' headers, bytes, frames; and, where asked, one that reads every
 * position and says when it had it. Consoles of ours come back by themselves as pages do (ui/reconnect.ts).
 */
import WebSocket from 'ws'
import { reconnectDelay } from '#ui/reconnect.ts'
import { frameReader } from '#ui/map/frames.ts'
import { messagesOf, peers, reach } from './peers/pub-sub.ts'
import { positionBytes } from './positions-feed.ts'
import { monotonicMs } from './processor.ts'

export type Order = {
  readonly kind: 'ours' | 'redis' | 'nats'
  readonly count: number
  readonly url: string
  /** One for each console, in turn. */
  readonly views: readonly { readonly bbox: readonly number[]; readonly intervalMs: number; readonly token: string }[]
  /** Read everything and note the time of it. */
  readonly isProbe: boolean
}
export type Count = {
  readonly positions: number
  readonly bytes: number
  readonly frames: number
  /** Consoles that have heard something since they connected last. */
  readonly served: number
  /** When the last of them first heard something after connecting. */
  readonly servedAt: number
}
export type Heard = {
  /** Of each position since it was asked last: handle, its number, when it was read. */
  readonly samples: Float64Array
  /** Handle and number of every unit held at the end. */
  readonly held: readonly (readonly [handle: number, number: number])[]
}

const count = { positions: 0, bytes: 0, frames: 0, served: 0, servedAt: 0 }
const samples: number[] = []
const held = new Map<number, number>()

function openOurs({ url, views, isProbe }: Order, n: number, attempt = 0): void {
  const { bbox, intervalMs, token } = views[n % views.length]
  const socket = new WebSocket(new URL('/api/live', url.replace(/^http/, 'ws')), { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false })
  const reader = frameReader()
  let tries = attempt
  let isServed = false
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      if (tries >= 0) socket.send(JSON.stringify({ type: 'view', bbox, intervalMs }))
      tries = -1 // greeted
      return
    }
    if (!isServed) {
      isServed = true
      count.served++
      count.servedAt = monotonicMs()
    }
    count.frames++
    count.bytes += data.length
    count.positions += data.readUInt32LE(20)
    if (!isProbe) return
    const { records, gone, dropped } = reader.read(new Uint8Array(data).buffer)
    const at = monotonicMs()
    for (const { handle, speedKmh } of records) {
      // A unit that became stale is told again, at the place that was told before.
      if (held.get(handle) !== speedKmh) samples.push(handle, speedKmh!, at)
      held.set(handle, speedKmh!)
    }
    for (const handle of [...gone, ...dropped]) held.delete(handle)
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    if (isServed) count.served--
    const next = tries < 0 ? 0 : tries
    setTimeout(() => openOurs({ kind: 'ours', count: 1, url, views, isProbe }, n, next + 1), reconnectDelay(next, Math.random()))
  })
}

async function openPeers({ kind, isProbe }: Order): Promise<void> {
  const peer = peers(positionBytes)[kind as 'redis' | 'nats']
  const socket = (await reach(peer))!
  const take = messagesOf(peer, socket, isProbe ? (payload) => void samples.push(payload.readUInt32LE(0), payload.readUInt32LE(4), monotonicMs()) : undefined)
  socket.on('data', (chunk) => {
    const found = take(chunk as Buffer)
    count.positions += found
    count.frames += found
    count.bytes += chunk.length
  })
  socket.write(peer.subscription)
  count.served++
}

process.on('message', async (said: Order | 'count' | 'heard' | 'forget') => {
  if (said === 'count') process.send!(count)
  else if (said === 'forget') process.send!({ samples: void (samples.length = 0) })
  else if (said === 'heard') process.send!({ samples: Float64Array.from(samples.splice(0)), held: [...held] } satisfies Heard)
  else {
    for (let n = 0; n < said.count; n++) {
      if (said.kind === 'ours') openOurs(said, n)
      else await openPeers(said)
    }
    process.send!({ opened: true })
  }
})
process.on('disconnect', () => process.exit(0))
