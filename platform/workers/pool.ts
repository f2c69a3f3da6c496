import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'

export type WorkerPool = {
  /** Run one task on a thread. A signal stops it: its thread is ended and replaced. */
  run<T>(task: unknown, options?: { name?: string; signal?: AbortSignal; transfer?: readonly ArrayBuffer[] }): Promise<T>
  /** End all threads now; tasks under way reject. */
  stop(): Promise<void>
}

/**
 * Threads that compute while the event loop goes on serving.
 *
 * @param options.file        module with the task as default export (or several by `name`); TypeScript is fine
 * @param options.workerData  given once to each thread; a SharedArrayBuffer in it is shared, not copied
 * @param options.threads     all processors but one when absent
 */
export function workerPool(options: { file: URL; workerData?: unknown; threads?: number }): WorkerPool {
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1)
  const pool = new Piscina({
    filename: options.file.href,
    workerData: options.workerData,
    minThreads: threads,
    maxThreads: threads,
    // sleeping on Atomics would keep a thread from its own timers and messages
    atomics: 'disabled',
  })
  return {
    run: (task, { name, signal, transfer } = {}) =>
      pool.run(task, {
        ...(name === undefined ? {} : { name }),
        ...(signal === undefined ? {} : { signal }),
        ...(transfer === undefined ? {} : { transferList: [...transfer] }),
      }),
    stop: () => pool.destroy(),
  }
}
