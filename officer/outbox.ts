/**
 * What this phone wants the server to know, kept until the server has said yes or no.
 *
 * Every thing carries the command id it was made with, so sending it twice is sending it once: a lost answer, a
 * closed page, a dead spot in a stairwell lose nothing and double nothing. Things go out one at a time, in the order
 * they were made: "here" never overtakes "on my way".
 */

/** One write that waits. The path and body are what the server's door takes. */
export type Waiting = {
  readonly id: string
  readonly account: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly madeAt: number
  /** What it is, for the strip and for showing the order as the crew left it. */
  readonly about: { readonly kind: 'state' | 'note' | 'picture'; readonly incident: string; readonly assignment?: string; readonly state?: string }
}

/** Where waiting things are kept; on the phone IndexedDB, in a test an array. */
export type OutboxStore = {
  list(account: string): Promise<readonly Waiting[]>
  add(waiting: Waiting): Promise<void>
  remove(id: string): Promise<void>
}

/** `sent`: the server has it. `refused`: it said no, for good. `later`: nobody heard it, or not now. `signed-out`: sign in first. */
export type SendResult = { readonly result: 'sent'; readonly answer: unknown } | { readonly result: 'refused'; readonly problem: unknown } | { readonly result: 'later' } | { readonly result: 'signed-out' }

/** What a failed call means for what waits. Refusals (4xx) are final except those that say "later". */
export function resultOf(problem: { readonly status: number; readonly code: string }): 'refused' | 'later' | 'signed-out' {
  if (problem.status === 401 || problem.code === 'must-change-password') return 'signed-out'
  // 0: no network; 408, 425, 429 and 5xx: not now; csrf: the client renews its token and we come again
  if (problem.status === 0 || problem.status >= 500 || [408, 425, 429].includes(problem.status) || problem.code === 'csrf') return 'later'
  return 'refused'
}

export type OutboxOptions = {
  readonly account: string
  readonly store: OutboxStore
  readonly send: (waiting: Waiting) => Promise<SendResult>
  readonly onChange: (waiting: readonly Waiting[]) => void
  readonly onSent: (waiting: Waiting, answer: unknown) => void
  readonly onRefused: (waiting: Waiting, problem: unknown) => void
  /** Milliseconds until the next attempt after `failures` in a row. */
  readonly delay: (failures: number) => number
  readonly setTimer?: (run: () => void, ms: number) => unknown
  readonly clearTimer?: (timer: never) => void
}

export type Outbox = {
  /** Resolves when the thing is kept; sending goes on by itself. */
  put(waiting: Waiting): Promise<void>
  /** Take back what has not been sent yet; false when it is gone or on its way. */
  withdraw(id: string): Promise<boolean>
  /** Try now: the network came back, somebody looks at the page. */
  nudge(): void
  stop(): void
}

export function openOutbox(options: OutboxOptions): Outbox {
  const { account, store, send, onChange, onSent, onRefused, delay } = options
  const setTimer = options.setTimer ?? ((run: () => void, ms: number) => setTimeout(run, ms))
  const clearTimer = (options.clearTimer ?? clearTimeout) as (timer: unknown) => void // gives back what setTimer gave
  let queue: readonly Waiting[] = []
  let running = false
  let underWay: string | undefined
  let again = false
  let stopped = false
  let failures = 0
  let timer: unknown

  const change = (next: readonly Waiting[]) => {
    queue = next
    if (!stopped) onChange(queue)
  }

  async function run(): Promise<void> {
    if (running) return void (again = true)
    running = true
    clearTimer(timer)
    try {
      for (let first = queue[0]; first && !stopped; first = queue[0]) {
        underWay = first.id
        const sent = await send(first).finally(() => (underWay = undefined))
        if (stopped) return
        if (sent.result === 'later') {
          failures += 1
          timer = setTimer(() => void run(), delay(failures - 1))
          return
        }
        if (sent.result === 'signed-out') return // signing in opens a new outbox on the same store
        failures = 0
        await store.remove(first.id)
        const done = first
        change(queue.filter((each) => each.id !== done.id))
        if (sent.result === 'sent') onSent(done, sent.answer)
        else if (sent.result === 'refused') onRefused(done, sent.problem)
      }
    } finally {
      running = false
      if (again && !stopped) {
        again = false
        void run()
      }
    }
  }

  const ready = store.list(account).then((kept) => {
    const known = new Set(queue.map((each) => each.id))
    change([...kept.filter((each) => !known.has(each.id)), ...queue].sort((a, b) => a.madeAt - b.madeAt))
    void run()
  })

  return {
    async put(waiting) {
      await ready
      await store.add(waiting)
      change([...queue, waiting])
      void run()
    },
    async withdraw(id) {
      await ready
      if (underWay === id || !queue.some((each) => each.id === id)) return false
      await store.remove(id)
      change(queue.filter((each) => each.id !== id))
      return true
    },
    nudge: () => void ready.then(run),
    stop() {
      stopped = true
      clearTimer(timer)
    },
  }
}
