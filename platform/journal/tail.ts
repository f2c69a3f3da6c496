/** Entries to listeners: in order, each once, only when they are on disk. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Entry, Listener } from '#kernel/journal.ts'
import type { Log } from '#platform/log.ts'

export type Tail = {
  /** Deliver everything up to this position, which is durable. Returns when the listeners have heard it. */
  advance(position: number): Promise<void>
  listen(listener: Listener): () => void
  /** Delivered up to here. */
  position(): number
  /** Resolves when everything up to `position` was delivered. At once inside a listener, which would wait for itself. */
  waitFor(position: number): Promise<void>
  startAt(position: number): void
  stop(): void
}

const batchSize = 1_000

/** @param read entries after a position, oldest first, at most `limit`, none beyond `upTo` */
export function createTail(read: (after: number, upTo: number, limit: number) => Promise<readonly Entry[]>, log: Log): Tail {
  const listeners = new Set<Listener>()
  const inListener = new AsyncLocalStorage<true>()
  let delivered = 0
  let target = 0
  let running: Promise<void> | undefined
  let stopped = true
  let waiting: { position: number; done: () => void }[] = []

  const release = () => {
    if (waiting.length === 0) return
    const ready = waiting.filter((one) => stopped || one.position <= delivered)
    waiting = waiting.filter((one) => !ready.includes(one))
    for (const one of ready) one.done()
  }

  const hear = async (listener: Listener, entries: readonly Entry[]) => {
    try {
      await inListener.run(true, () => listener(entries))
    } catch (error) {
      // One listener's trouble is not the others': it is logged whole, and the tail goes on.
      log.error({ err: error, from: entries[0]!.position, to: entries.at(-1)!.position }, 'a journal listener failed')
    }
  }

  const run = async () => {
    while (!stopped && delivered < target) {
      const entries = await read(delivered, target, batchSize)
      const last = entries.at(-1)
      if (!last) throw new Error(`Invariant failed: the journal has no entries in ${delivered + 1}…${target}`)
      if (entries[0]!.position !== delivered + 1 || last.position !== delivered + entries.length) {
        throw new Error(`Invariant failed: read ${entries.length} entries ${entries[0]!.position}…${last.position} after ${delivered}`)
      }
      await Promise.all([...listeners].map((listener) => hear(listener, entries)))
      delivered = last.position
      release()
    }
  }

  return {
    async advance(position) {
      target = Math.max(target, position)
      while (!stopped && delivered < position) {
        running ??= run().finally(() => (running = undefined))
        await running
      }
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    position: () => delivered,
    waitFor(position) {
      if (stopped || delivered >= position || inListener.getStore()) return Promise.resolve()
      return new Promise((done) => waiting.push({ position, done }))
    },
    startAt(position) {
      delivered = position
      target = position
      stopped = false
    },
    stop() {
      stopped = true
      release()
    },
  }
}
