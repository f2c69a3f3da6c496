/** A town with 200 units on duty whose terminals report once a second, beside the demo's own quiet life. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import WebSocket from 'ws'
import { buildGraph } from '#core/graph/build.ts'
import { seeded } from '#core/random.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { PositionsTaken } from '#modules/units/contract.ts'
import type { Static } from 'typebox'
import { client, type Answer, type Client } from '#sim/client.ts'
import { serve, type Served } from '#test/serve.ts'
import { onRoad } from './recommendation.ts'
import { right } from './measure.ts'

export type Crowd = {
  readonly server: Served
  readonly as: (role: string) => Client
  /** Ours: the bench moves them. */
  readonly units: readonly UnitView[]
  /** One fix of every unit. */
  report(): Promise<Static<typeof PositionsTaken>>
  leave(): Promise<void>
}

export const must = <T>(answer: Answer<T>, what: string): T => {
  right(answer.ok, `${what}: ${JSON.stringify(answer)}`)
  return answer.body
}

/** @param count  units of the bench's own; the demo has 20 more, with a call or so an hour at this speed */
export async function crowd(count: number): Promise<Crowd> {
  const server = await serve({ demo: 'portland', speed: 0.1, seed: 7 })
  const stop = new AbortController()
  const clients = new Map<string, Client>()
  const as = (role: string): Client => {
    const known = clients.get(role)
    if (known) return known
    const made = client({ url: server.url, ...server.account(role), stopped: stop.signal })
    clients.set(role, made)
    return made
  }
  const administrator = as('administrator')
  const desk = as('dispatcher')

  // an account for the terminals, as an administrator would make it
  const name = 'bench-terminals'
  const made = must(
    await administrator.post<{ oneTimePassword: string }>('/api/organisation/accounts', {
      commandId: randomUUID(), name, displayName: 'Bench terminals', agency: 'portland', grants: [{ role: 'integrator', agency: 'portland' }],
    }),
    'account',
  )
  const password = `bench-${randomUUID()}`
  const newcomer = client({ url: server.url, name, password: made.oneTimePassword, stopped: stop.signal })
  must(await newcomer.post('/api/session/password', { current: made.oneTimePassword, next: password }), 'password')
  const terminals = client({ url: server.url, name, password, stopped: stop.signal })

  const units: UnitView[] = []
  for (let n = 0; n < count; n++) {
    const wanted = { commandId: randomUUID(), callSign: `B${n + 1}`, kind: 'car', agency: 'portland.ce' }
    const unit = must(await administrator.post<UnitView>('/api/units', wanted), 'unit')
    units.push(must(await desk.post<UnitView>(`/api/units/${unit.id}/shift`, { commandId: randomUUID(), crew: [] }), 'shift'))
  }

  const graph = buildGraph(roadsOf(readOsm(readFileSync(join(import.meta.dirname, '../demo/portland/portland-central.osm.pbf')))).input)
  const random = seeded(11)
  const places = units.map(() => onRoad(graph, random))
  let ticks = 0
  return {
    server,
    as,
    units,
    async report() {
      ticks++
      const fixAt = Date.now()
      const positions = units.map((unit, index) => {
        const drift = 0.0001 * Math.sin((ticks + index) / 5) // about 10 m to and fro
        const { lon, lat } = places[index]
        return { unit: unit.id, fixAt, lon: lon + drift, lat: lat + drift / 2, speedKmh: 20, courseDeg: 90, accuracyMeters: 5 }
      })
      return must(await terminals.post<Static<typeof PositionsTaken>>('/api/units/positions', { positions }), 'positions')
    },
    async leave() {
      stop.abort()
      right((await server.stop()) === 0, 'the server did not stop cleanly')
    },
  }
}

/** A live socket of one account. Resolves at its hello. */
export function live(
  url: string,
  token: string,
  hear: { text?: (message: { type: string; [key: string]: unknown }) => void; frame?: (bytes: Buffer) => void },
): Promise<WebSocket> {
  const socket = new WebSocket(new URL('/api/live', url.replace(/^http/, 'ws')), { headers: { authorization: `Bearer ${token}` } })
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (data, binary) => {
      if (binary) return hear.frame?.(data as Buffer)
      const message = JSON.parse(String(data)) as { type: string }
      if (message.type === 'hello') resolve(socket)
      hear.text?.(message)
    })
  })
}
