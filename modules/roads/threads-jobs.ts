/** One map in threads: those that somebody waits for in a hurry, and one for what takes long. All read the same memory. */
import type { Log } from '#platform/log.ts'
import { workerPool } from '#platform/workers/pool.ts'
import type { RoadsAnswers, RoadsTask } from './answers.ts'
import type { RoadsData } from './roads-worker.ts'

export type Threads = {
  ask<Kind extends RoadsTask['do']>(task: RoadsTask & { readonly do: Kind }): Promise<RoadsAnswers[Kind]>
  /** No new questions come: the threads end when the last answer is out. */
  retire(): void
  stop(): Promise<void>
}

/** A table of 250,000 pairs or the area of 500 units may take a second; nobody's recommendation waits for it. */
const takesLong: Readonly<Record<RoadsTask['do'], boolean>> = { arrivals: false, way: false, 'place-closure': false, matrix: true, isochrone: true }

/** @param options.quick  threads for what is asked in a hurry; one when absent */
export function openThreads(graph: Uint8Array, { quick = 1, log }: { readonly quick?: number | undefined; readonly log: Pick<Log, 'warn'> }): Threads {
  const poolOf = (data: RoadsData, threads: number) => workerPool({ file: new URL('./roads-worker.ts', import.meta.url), workerData: data, threads })
  const pools = { quick: poolOf({ graph, warm: true }, quick), long: poolOf({ graph, warm: false }, 1) }
  let running = 0
  let retired = false
  const stop = async () => void (await Promise.all([pools.quick.stop(), pools.long.stop()]))
  const stopIfIdle = () => {
    if (retired && running === 0) void stop().catch((error: unknown) => log.warn({ err: error }, 'a worker pool did not stop'))
  }
  return {
    async ask<Kind extends RoadsTask['do']>(task: RoadsTask & { readonly do: Kind }) {
      running++
      try {
        return await pools[takesLong[task.do] ? 'long' : 'quick'].run<RoadsAnswers[Kind]>(task)
      } finally {
        running--
        stopIfIdle()
      }
    },
    retire() {
      retired = true
      stopIfIdle()
    },
    stop,
  }
}
