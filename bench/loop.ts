/** The server's event loop with 200 units at 1 Hz and 20 consoles watching all of them. */
import { frameReader } from '#ui/map/frames.ts'
import { crowd, live, must } from './crowd.ts'
import { right, type Measure } from './measure.ts'

const unitCount = 180 // with the demo's own 20: 200
const consoles = 20
const seconds = 30

export async function loop(): Promise<Measure[]> {
  const { server, as, units, report, leave } = await crowd(unitCount)
  try {
    const token = (await as('dispatcher').token())!
    const heard = Array.from({ length: consoles }, () => new Set<number>())
    const frames = new Array<number>(consoles).fill(0)
    const sockets = await Promise.all(
      heard.map((handles, index) => {
        const reader = frameReader()
        return live(server.url, token, {
          frame(bytes) {
            frames[index]++
            for (const { handle } of reader.read(new Uint8Array(bytes).buffer).records) handles.add(handle)
          },
        })
      }),
    )
    for (const socket of sockets) socket.send(JSON.stringify({ type: 'view', bbox: [-123, 45, -122, 46], intervalMs: 1000 }))

    await lag(server.url, as) // resets what was measured while the town was made
    const worst: number[] = []
    let accepted = 0
    for (let second = 0; second < seconds; second++) {
      const from = performance.now()
      accepted += (await report()).accepted
      if (second % 10 === 9) worst.push(await lag(server.url, as))
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1000 - (performance.now() - from))))
    }
    for (const socket of sockets) socket.terminate()
    right(accepted === seconds * unitCount, `${accepted} fixes accepted, expected ${seconds * unitCount}`)
    for (const [index, handles] of heard.entries()) {
      right(units.every(({ handle }) => handles.has(handle)), `console ${index} saw ${handles.size} units, not all ${unitCount} of ours`)
      right(frames[index] >= seconds * 0.7, `console ${index} got ${frames[index]} frames in ${seconds} s`)
    }
    return [
      { name: 'event loop delay, 200 units at 1 Hz, 20 consoles, p99', value: Math.max(...worst), unit: 'ms', limit: { atMost: 50 } },
      { name: 'frames per console', value: Math.min(...frames) / seconds, unit: 'per s' },
    ]
  } finally {
    await leave()
  }
}

/** p99 of the loop's delay since the last look, ms, as the program's own metrics say; looking starts it anew. */
async function lag(url: string, as: (role: string) => { token(): Promise<string | undefined> }): Promise<number> {
  const reply = await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${await as('administrator').token()}` } })
  const line = (await reply.text()).split('\n').find((line) => line.startsWith('nodejs_eventloop_lag_p99_seconds'))
  right(reply.ok && line, `metrics answered ${reply.status} without the loop's delay`)
  return must({ ok: true, status: 200, body: Number(line.split(' ').at(-1)) * 1000 }, 'delay')
}
