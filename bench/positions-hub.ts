/**
 * A process that is the live feed and nothing else: the HTTP server and the hub of the house, fed with positions over a socket. It says
 * when it is ready, and when asked, at what moment it had accepted each position.
 */
import { createServer } from 'node:net'
import { Registry } from 'prom-client'
import { latest } from '#core/latest.ts'
import type { Actor } from '#kernel/actor.ts'
import { createHttpServer } from '#platform/http/server.ts'
import type { LivePosition } from '#platform/live/contract.ts'
import { createLiveHub } from '#platform/live/hub.ts'
import { createLog } from '#platform/log.ts'
import { handleMax } from '#modules/units/contract.ts'
import { agencyOf, numbersMax, positionsOf, rootOf } from './positions-feed.ts'
import { monotonicMs } from './processor.ts'

/** What it says, in turn: where it takes positions, where its doors are, and when asked, the moments by handle × numbersMax + number. */
export type Said = { readonly feedPort: number } | { readonly url: string } | { readonly acceptedAt: Float64Array }

const [units, port, tickMs] = process.argv.slice(2).map(Number)
const say = (said: Said) => process.send!(said)
const places = latest<LivePosition>(handleMax)
const acceptedAt = new Float64Array((units + 1) * numbersMax)
const log = createLog({ level: 'error' })

const authenticate = async ({ token }: { token: string }) => {
  const actor: Actor = { account: token, name: token, grants: [{ role: 'dispatcher', agency: rootOf(token) }] }
  return { actor, session: { id: token, csrf: '', mustChangePassword: false, idleExpiresAt: 0, expiresAt: 0 } }
}
const metrics = { registry: new Registry() }
const server = await createHttpServer({ log, metrics, sentences: {}, authenticate, staticFolder: '/nowhere', version: 'bench', now: Date.now })
const hub = createLiveHub({
  journal: { read: async () => [], head: async () => 0, listen: () => () => {}, waitFor: async () => {} },
  describe: async () => [],
  positions: places,
  authenticate, metrics, log, now: Date.now, limits: { tickMs },
})
hub.attach(server.app)

// The first whole round of positions is the town as it is found at a start; then the doors open.
let heard = 0
const feed = createServer((socket) => {
  socket.on('error', () => {})
  let [at, now] = [0, 0]
  const take = positionsOf((handle, number, lon, lat) => {
    places.put(handle, { handle, agency: agencyOf(handle), lon, lat, fixAt: now, speedKmh: number, courseDeg: null, stale: false })
    acceptedAt[handle * numbersMax + number] = at
    if (++heard === units) void open()
  })
  socket.on('data', (chunk) => {
    ;[at, now] = [monotonicMs(), Date.now()]
    take(chunk as Buffer)
  })
})
feed.listen(0, '127.0.0.1', () => say({ feedPort: (feed.address() as { port: number }).port }))

async function open(): Promise<void> {
  await hub.start()
  const { url } = await server.listen('127.0.0.1', port)
  say({ url })
}
process.on('message', () => say({ acceptedAt }))
process.on('disconnect', () => process.exit(0))
