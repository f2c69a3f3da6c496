/** From nothing to ready, and from a stopped town to ready. */
import { serve, temporaryFolder } from '#test/serve.ts'
import { client } from '#sim/client.ts'
import { p50, right, type Measure } from './measure.ts'

const again = 3

export async function start(): Promise<Measure[]> {
  const data = temporaryFolder('gengfu-bench-')
  const first = await startOnce(data)
  const later: number[] = []
  for (let n = 0; n < again; n++) later.push(await startOnce(data))
  return [
    { name: 'first start (database, map, town)', value: first / 1000, unit: 's' },
    { name: `second start, median of ${again}`, value: p50(later) / 1000, unit: 's', limit: { atMost: 3 } },
  ]
}

/** Ready means that somebody can sign in and see the units. */
async function startOnce(data: string): Promise<number> {
  const server = await serve({ data, demo: 'guixi' })
  try {
    const dispatcher = client({ url: server.url, ...server.account('dispatcher'), stopped: new AbortController().signal, patienceMs: 0 })
    const units = await dispatcher.get<{ items: unknown[] }>('/api/units')
    right(units.ok && units.body.items.length > 10, `units: ${JSON.stringify(units).slice(0, 200)}`)
    return server.readyMs
  } finally {
    const code = await server.stop()
    right(code === 0, `stopped with ${code}`)
  }
}
