/** Entries to listeners: in order, each once, only when they are on disk. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Entry, Listener } from '#kernel/journal.ts'
import { DatabaseUnavailable, isConnectionFault } from '#platform/db/fault.ts'
import type { Log } from '#platform/log.ts'

/** The journal is another now, and goes on after this position: forget what was known of it, and read anew what is. */
export type StartAnew = (position: number) => void | Promise<unknown>

export type Tail = {
  /** Deliver everything up to this position, which is durable. Returns when the listeners have heard it. */
  advance(position: number): Promise<void>
  listen(listener: Listener, startAnew?: StartAnew): () => void
  /** Delivered up to here. */
  position(): number
  /** Resolves when everything up to `position` was delivered. At once inside a listener, which would wait for itself. */
  waitFor(position: number): Promise<void>
  startAt(position: number): void
  /**
   * The database was put back to an earlier state: nothing is delivered before every listener has started anew. Whoever waits for a
   * position of before is told that it cannot be known what became of it.
   */
  startAnew(position: number): void
  /** Grows when the journal is another. */
  life(): number
  stop(): void
}

const batchSize = 1_000
const againMs = 200

/** @param read entries after a position, oldest first, at most `limit`, none beyond `upTo` */
export function createTail(read: (after: number, upTo: number, limit: number) => Promise<readonly Entry[]>, log: Log): Tail {
  const listeners = new Map<Listener, StartAnew | undefined>()
  const inListener = new AsyncLocalStorage<true>()
  let delivered = 0
  let target = 0
  let running: Promise<void> | undefined
  let stopped = true
  let life = 0
  let beginning: Promise<unknown> = Promise.resolve()
  /** Beginnings that are not over: until then nobody's views are true. */
  let beginnings = 0
  let waiting: { position: number; done: () => void; failed: (error: unknown) => void }[] = []

  const release = () => {
    if (waiting.length === 0) return
    const ready = waiting.filter((one) => stopped || (beginnings === 0 && one.position <= delivered))
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

  /** Again and again while the database is away; another trouble is that listener's own. */
  const begin = async (startAnew: StartAnew, position: number) => {
    while (!stopped) {
      try {
        await inListener.run(true, () => startAnew(position))
        return
      } catch (error) {
        if (!isConnectionFault(error)) return log.error({ err: error, position }, 'a journal listener could not start anew')
        await sleep(againMs, undefined, { ref: false })
      }
    }
  }

  const run = async () => {
    await beginning
    while (!stopped && delivered < target) {
      const of = life
      const entries = await read(delivered, target, batchSize)
      if (life !== of) return
      const last = entries.at(-1)
      if (!last) throw new Error(`Invariant failed: the journal has no entries in ${delivered + 1}…${target}`)
      if (entries[0]!.position !== delivered + 1 || last.position !== delivered + entries.length) {
        throw new Error(`Invariant failed: read ${entries.length} entries ${entries[0]!.position}…${last.position} after ${delivered}`)
      }
      await Promise.all([...listeners.keys()].map((listener) => hear(listener, entries)))
      if (life !== of) return
      delivered = last.position
      release()
    }
  }

  return {
    async advance(position) {
      const of = life
      target = Math.max(target, position)
      while (!stopped && life === of && delivered < position) {
        running ??= run().finally(() => (running = undefined))
        await running
      }
    },
    listen(listener, startAnew) {
      listeners.set(listener, startAnew)
      return () => void listeners.delete(listener)
    },
    position: () => delivered,
    waitFor(position) {
      if (stopped || (beginnings === 0 && delivered >= position) || inListener.getStore()) return Promise.resolve()
      return new Promise((done, failed) => waiting.push({ position, done, failed }))
    },
    startAt(position) {
      delivered = position
      target = position
      stopped = false
    },
    startAnew(position) {
      life++
      delivered = position
      target = position
      const lost = waiting
      waiting = []
      for (const one of lost) one.failed(new DatabaseUnavailable(new Error('it was replaced by an earlier one')))
      beginnings++
      beginning = beginning.then(async () => {
        // One after the other, as they began to listen: what shows views comes after what they are made of.
        for (const startAnew of [...listeners.values()]) if (startAnew) await begin(startAnew, position)
        beginnings--
        release()
      })
    },
    life: () => life,
    stop() {
      stopped = true
      release()
    },
  }
}
