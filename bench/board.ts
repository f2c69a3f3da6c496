/** Over HTTP and the live feed, with 200 units moving: a recommendation, and how soon another dispatcher sees an act. */
import { randomUUID } from 'node:crypto'
import { seeded } from '#core/random.ts'
import type { RecommendationItem } from '#modules/dispatch/contract.ts'
import { crowd, live, must } from './crowd.ts'
import { p50, p99, right, type Measure } from './measure.ts'

const unitCount = 180 // with the demo's own 20: 200
const asks = 200
const acts = 200

export async function board(): Promise<Measure[]> {
  const { server, as, report, leave } = await crowd(unitCount)
  let reporting: NodeJS.Timeout | undefined
  try {
    await report()
    reporting = setInterval(() => void report().catch(() => {}), 1000)

    const desk = as('dispatcher')
    const random = seeded(7)
    const asking: number[] = []
    for (let n = 0; n < asks; n++) {
      const lon = -122.71 + random() * 0.085
      const lat = 45.49 + random() * 0.055
      const from = performance.now()
      const answer = await desk.get<{ items: RecommendationItem[] }>(`/api/dispatch/recommendation?lon=${lon}&lat=${lat}&limit=500`)
      const { items } = must(answer, 'recommendation')
      asking.push(performance.now() - from)
      right(items.length >= unitCount, `${items.length} units recommended, expected at least ${unitCount}`)
      for (let k = 1; k < items.length; k++) right(items[k].travelSeconds >= items[k - 1].travelSeconds, 'not the fastest first')
    }

    // the commander watches while the dispatcher acts
    const watcher = as('commander')
    const sent = new Map<string, number>()
    const seen: number[] = []
    const socket = await live(server.url, (await watcher.token())!, {
      text(message) {
        if (message.type !== 'changes') return
        for (const { command } of message.entries as { command: string }[]) {
          const at = sent.get(command)
          if (at === undefined) continue
          sent.delete(command)
          seen.push(performance.now() - at)
        }
      },
    })
    const incident = must(
      await desk.post<{ id: string }>('/api/dispatch/incidents', {
        commandId: randomUUID(), category: 'traffic', lon: -122.66, lat: 45.52, summary: 'bench',
      }),
      'incident',
    )
    for (let n = 0; n < acts; n++) {
      const commandId = randomUUID()
      sent.set(commandId, performance.now())
      must(await desk.post(`/api/dispatch/incidents/${incident.id}/notes`, { commandId, text: `note ${n}` }), 'note')
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
    socket.terminate()
    right(seen.length === acts, `${seen.length} of ${acts} acts were seen, each once`)
    return [
      { name: 'recommendation over HTTP, 200 units, p50', value: p50(asking), unit: 'ms' },
      { name: 'recommendation over HTTP, 200 units, p99', value: p99(asking), unit: 'ms', limit: { atMost: 50 } },
      { name: 'another’s act on the board, p50', value: p50(seen), unit: 'ms' },
      { name: 'another’s act on the board, p99', value: p99(seen), unit: 'ms', limit: { atMost: 300 } },
    ]
  } finally {
    clearInterval(reporting)
    await leave()
  }
}
