/** Many small writes as few large ones: what arrives while one write is under way goes together in the next. */

export type GroupCommit<Item, Result> = {
  /** Results in the order of `items`, once they are written. Rejects when the write they were part of failed. */
  add(items: readonly Item[]): Promise<Result[]>
  /** When everything added before now has been written, or has failed. */
  settled(): Promise<void>
}

type Waiting<Item, Result> = {
  readonly items: readonly Item[]
  readonly resolve: (results: Result[]) => void
  readonly reject: (cause: unknown) => void
}

/**
 * How long after a write that several callers shared the next one begins, at least, ms. Most of what a commit costs the database does
 * not grow with its rows, so ten thousand fixes a second go in 25 commits rather than in a hundred, for so much later an answer.
 */
const apartMs = 40

/**
 * One write at a time, each with everything that waits, up to about `itemsMax`.
 *
 * A lone caller is written at once, and one who comes back after each answer, too. Where several came during one write there will be
 * more: the next one begins `apart` later, so that what a commit costs is shared. One caller's items are never split over two writes.
 */
export function groupCommit<Item, Result>(
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  itemsMax = 5_000,
  apart = () => new Promise<void>((resolve) => setTimeout(resolve, apartMs)),
): GroupCommit<Item, Result> {
  let waiting: Waiting<Item, Result>[] = []
  let running: Promise<void> | undefined

  async function drain() {
    while (waiting.length > 0) {
      let taken = 0
      let count = 0
      while (taken < waiting.length && (taken === 0 || count + waiting[taken]!.items.length <= itemsMax)) {
        count += waiting[taken]!.items.length
        taken++
      }
      const batch = waiting.slice(0, taken)
      waiting = waiting.slice(taken)
      // What would fill the next one waits for nobody.
      const pause = batch.length > 1 && waiting.length === 0 ? apart() : undefined
      try {
        const items: Item[] = []
        for (const one of batch) items.push(...one.items)
        const results = await write(items)
        let start = 0
        for (const one of batch) {
          one.resolve(results.slice(start, start + one.items.length))
          start += one.items.length
        }
      } catch (cause) {
        for (const one of batch) one.reject(cause)
      }
      await pause
    }
    running = undefined
  }

  const add = (items: readonly Item[]) =>
    new Promise<Result[]>((resolve, reject) => {
      waiting.push({ items, resolve, reject })
      running ??= drain()
    })

  return {
    add,
    settled: async () => {
      while (running) await running
    },
  }
}
