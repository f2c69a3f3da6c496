/**
 * What this phone wants the server to know, kept until the server has said yes or no.
 *
 * Every thing carries the command id it was made with, so sending it twice is sending it once: a lost answer, a
 * closed page, a dead spot in a stairwell lose nothing and double nothing. Things go out one at a time, in the order
 * they were made: "here" never overtakes "on my way". What the server refuses stays, with its reason, until the
 * officer has read it.
 */

import type { KeptReport } from './report.ts'

/** One write that waits. The path and body are what the server's door takes. */
export type Waiting = {
  readonly id: string
  readonly account: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly madeAt: number
  /** What it is, for the strip and for showing the order as the crew left it. */
  readonly about: About
  /** Its place in the line, given when it is kept. The phone's clock gives none: it may be set back. */
  readonly turn?: number
  /** The id of what the server must have taken before this means anything: a picture's report. */
  readonly after?: string
  /** A call for help: it goes before everything else. */
  readonly urgent?: boolean
  /** It was on its way once: the server may have it, whatever became of the answer. */
  readonly tried?: boolean
  /** The server will not have it. It is not sent again; the officer reads why. */
  readonly refused?: { readonly code: string; readonly because: string }
  /** The phone could not keep it: it lasts as long as the page. Never kept so. */
  readonly unkept?: boolean
  /** The phone is just keeping it: not sent, and not yet safe. Never kept so. */
  readonly keeping?: boolean
}

export type About = {
  readonly kind: 'state' | 'note' | 'picture' | 'report' | 'undo' | 'message' | 'answer' | 'shift'
  readonly incident: string
  /** Of a message. */
  readonly channel?: string
  readonly assignment?: string
  /** Of an order's step, or of a shift: `start`, `join` or `end`. */
  readonly state?: string
  /** Of a shift. */
  readonly callSign?: string
}

/** Where waiting things are kept; on the phone IndexedDB, in a test an array. Every call may fail, soon: the phone is full, broken, or does not answer. */
export type OutboxStore = {
  /** In the order of their turns. */
  list(account: string): Promise<readonly Waiting[]>
  /** Keep them for good, after all that is kept already, and the report that they are the writes of: all or nothing. Answers them with their turns. */
  add(things: readonly Waiting[], report?: KeptReport): Promise<readonly Waiting[]>
  /** It is about to be sent. False when it is not there any more: withdrawn, or sent by another page. */
  begin(id: string): Promise<boolean>
  refuse(id: string, refused: NonNullable<Waiting['refused']>): Promise<void>
  /** False when it was begun, or is not there. */
  withdraw(id: string): Promise<boolean>
  remove(id: string): Promise<void>
}

/**
 * `sent`: the server has it. `refused`: it said no, for good. `later`: nobody heard it, or not now; `fault` when the
 * server heard it and fell over. `signed-out`: sign in first.
 */
export type SendResult =
  | { readonly result: 'sent'; readonly answer: unknown }
  | { readonly result: 'refused'; readonly code: string; readonly because: string }
  | { readonly result: 'later'; readonly fault?: { readonly code: string; readonly because: string } | undefined }
  | { readonly result: 'signed-out' }

/** What a failed call means for what waits. Refusals (4xx) are final except those that say "later". */
export function resultOf(problem: { readonly status: number; readonly code: string }): 'refused' | 'later' | 'signed-out' {
  // a proxy or a network's own page, or a node that does not know the door yet: the server has not been asked. 413 stays one
  if ((problem.code === 'no-answer' && problem.status !== 413) || problem.code === 'address-not-found') return 'later'
  if (problem.status === 401 || problem.code === 'must-change-password') return 'signed-out'
  // 0: no network; 408, 425, 429 and 5xx: not now; csrf: the client renews its token and we come again
  if (problem.status === 0 || problem.status >= 500 || [408, 425, 429].includes(problem.status) || problem.code === 'csrf') return 'later'
  return 'refused'
}

/** So often in a row the server may fall over one thing; then it is put aside, because a thing that it cannot bear must not hold up a call for help. */
export const faultsMax = 5

/** Milliseconds: so soon at the latest is a call for help tried again. */
const urgentDelayMax = 3000

/** Milliseconds: so long a call for help waits for another page that sends. It may be frozen; sent by both, the call is one. */
const turnMax = 3000

/** What hangs on something that was refused: no use in asking the server about it. */
export const orphaned = 'report-refused'

export type OutboxOptions = {
  readonly account: string
  readonly store: OutboxStore
  /** An attempt that is let go (for something urgent) answers `later`. */
  readonly send: (waiting: Waiting, signal: AbortSignal) => Promise<SendResult>
  /** Everything, refused things and what is just being kept too, in order. `isRead`: what was kept before is among it. */
  readonly onChange: (waiting: readonly Waiting[], isRead: boolean) => void
  readonly onSent: (waiting: Waiting, answer: unknown) => void
  readonly onRefused: (waiting: Waiting, because: string) => void
  /** The phone kept nothing: what is in the line lasts as long as the page. */
  readonly onUnkept?: () => void
  /** Milliseconds until the next attempt after `failures` in a row. */
  readonly delay: (failures: number) => number
  /** One page of several sends at a time. Who gives up waiting for its turn does not work, and hears false. */
  readonly alone?: (work: () => Promise<void>, giveUp: AbortSignal) => Promise<boolean>
  readonly setTimer?: (run: () => void, ms: number) => unknown
  readonly clearTimer?: (timer: never) => void
}

export type Outbox = {
  /** Resolves when the thing is kept, or cannot be kept and was said so; sending goes on by itself. */
  put(...things: readonly Waiting[]): Promise<void>
  /** A report with its writes: a phone that dies in between keeps all of it or nothing, and says of nothing that it was sent. */
  putReport(report: KeptReport, ...things: readonly Waiting[]): Promise<void>
  /** Take back what was never sent; false when it is gone, on its way, or may have arrived. */
  withdraw(id: string): Promise<boolean>
  /** The officer has read why it was refused. */
  dismiss(id: string): Promise<void>
  /** Try now: the network came back, somebody looks at the page. */
  nudge(): void
  /** Another page changed the line: look at it. No attempt: two pages would drive each other on. */
  look(): void
  stop(): void
}

export function openOutbox(options: OutboxOptions): Outbox {
  const { account, store, send, onChange, onSent, onRefused, onUnkept, delay } = options
  const alone = options.alone ?? ((work: () => Promise<void>) => work().then(() => true))
  const setTimer = options.setTimer ?? ((run: () => void, ms: number) => setTimeout(run, ms))
  const clearTimer = (options.clearTimer ?? clearTimeout) as (timer: unknown) => void // gives back what setTimer gave
  let queue: readonly Waiting[] = []
  /** Shown behind the line: nobody shall think that the server has it. */
  let keeping: readonly Waiting[] = []
  let isRead = false
  let running = false
  let waitsForTurn: AbortController | undefined
  let turnTimer: unknown
  let underWay: { readonly id: string; readonly letGo: () => void } | undefined
  let again = false
  let stopped = false
  let failures = 0
  let faults: { readonly of: string; readonly count: number } | undefined
  let timer: unknown

  const change = (next: readonly Waiting[]) => {
    queue = next
    if (!stopped) onChange([...queue, ...keeping.filter((each) => !queue.some(({ id }) => id === each.id))], isRead)
  }
  const without = (id: string) => change(queue.filter((each) => each.id !== id))
  const replace = (next: Waiting) => change(queue.map((each) => (each.id === next.id ? next : each)))

  /** What is kept, and behind it what could not be. A phone that cannot be read now leaves the line as it is. */
  async function look(): Promise<void> {
    try {
      const kept = await store.list(account)
      const known = new Set(kept.map((each) => each.id))
      isRead = true
      change([...kept, ...queue.filter((each) => each.unkept && !known.has(each.id))])
      makeWay()
    } catch {
      onUnkept?.()
    }
  }

  const isUrgent = (each: Waiting) => each.urgent === true && !each.refused
  const next = () => queue.find(isUrgent) ?? queue.find((each) => !each.refused)

  /** What is on its way is let go for a call for help, also for one that another page made; and no other page's turn is waited for without end. */
  function makeWay(): void {
    const waits = waitsForTurn
    if (waits && turnTimer === undefined && queue.some(isUrgent)) turnTimer = setTimer(() => waits.abort(), turnMax)
    if (underWay && queue.some(isUrgent) && !queue.some((each) => each.id === underWay?.id && isUrgent(each))) underWay.letGo()
  }

  /** What cannot be kept together is kept one by one: the words of a report whose pictures do not fit. */
  async function keep(things: readonly Waiting[], report: KeptReport | undefined): Promise<readonly Waiting[]> {
    try {
      return await store.add(things, report)
    } catch {
      const [first, ...others] = things
      if (!first) return []
      const kept = others.length > 0 ? await keep([first], report) : [{ ...first, unkept: true }]
      if (others.length === 0) onUnkept?.()
      return others.length > 0 ? [...kept, ...(await keep(others, undefined))] : kept
    }
  }

  async function put(things: readonly Waiting[], report?: KeptReport): Promise<void> {
    const shown = things.map((each): Waiting => ({ ...each, keeping: true }))
    keeping = [...keeping, ...shown]
    change(queue)
    await ready
    const kept = await keep(things, report)
    keeping = keeping.filter((each) => !shown.includes(each))
    change([...queue.filter((each) => !kept.some(({ id }) => id === each.id)), ...kept])
    makeWay()
    void run()
  }

  async function refuse(thing: Waiting, refused: NonNullable<Waiting['refused']>): Promise<void> {
    replace({ ...thing, refused })
    // not kept, it would be sent and refused once more after a restart: no harm
    if (!thing.unkept) await store.refuse(thing.id, refused).catch(() => {})
    for (const each of queue.filter((other) => other.after === thing.id && !other.refused)) {
      await refuse(each, { code: orphaned, because: refused.because })
    }
  }

  /** False: no more for now. */
  async function sendFirst(first: Waiting): Promise<boolean> {
    const attempt = new AbortController()
    underWay = { id: first.id, letGo: () => attempt.abort() }
    if (!first.unkept && !(await store.begin(first.id).catch(() => true))) {
      without(first.id)
      return true
    }
    replace({ ...first, tried: true })
    const sent = await send(first, attempt.signal)
    if (stopped) return false // it stays kept; whoever opens the line next asks again, and the server answers as before
    if (sent.result === 'signed-out') return false // signing in opens a new outbox on the same store
    if (sent.result === 'later') {
      if (attempt.signal.aborted) return true
      faults = sent.fault ? { of: first.id, count: faults?.of === first.id ? faults.count + 1 : 1 } : undefined
      if (sent.fault && faults && faults.count >= faultsMax) {
        await refuse(first, sent.fault)
        onRefused(first, sent.fault.because)
        return true
      }
      failures += 1
      timer = setTimer(() => void run(), first.urgent ? Math.min(delay(failures - 1), urgentDelayMax) : delay(failures - 1))
      return false
    }
    failures = 0
    if (sent.result === 'sent') {
      // if it cannot be removed it is sent once more some day, which changes nothing
      if (!first.unkept) await store.remove(first.id).catch(() => {})
      without(first.id)
      onSent(first, sent.answer)
    } else {
      await refuse(first, { code: sent.code, because: sent.because })
      onRefused(first, sent.because)
    }
    return true
  }

  const clearTurn = () => {
    clearTimer(turnTimer)
    waitsForTurn = turnTimer = undefined
  }

  async function run(): Promise<void> {
    if (running) return void (again = true)
    running = true
    clearTimer(timer)
    const sendAll = async (next: () => Waiting | undefined) => {
      clearTurn()
      if (!next()?.urgent) await look() // a call for help does not wait until the phone was read
      for (let first = next(); first && !stopped; first = next()) {
        if (!(await sendFirst(first).finally(() => (underWay = undefined)))) return
        if (first.urgent) await look()
      }
    }
    waitsForTurn = new AbortController()
    makeWay()
    try {
      if (await alone(() => sendAll(next), waitsForTurn.signal)) return
      await sendAll(() => queue.find(isUrgent))
      again ||= !queue.some(isUrgent) // the rest waits for its turn
    } finally {
      clearTurn()
      running = false
      if (again && !stopped) {
        again = false
        void run()
      }
    }
  }

  const ready = look().then(() => void run())

  return {
    put: (...things) => put(things),
    putReport: (report, ...things) => put(things, report),
    async withdraw(id) {
      await ready
      const thing = queue.find((each) => each.id === id)
      if (!thing || thing.tried || underWay?.id === id) return false
      if (!thing.unkept && !(await store.withdraw(id).catch(() => false))) return false
      without(id)
      return true
    },
    async dismiss(id) {
      const thing = queue.find((each) => each.id === id)
      if (!thing?.refused) return
      if (!thing.unkept) await store.remove(id).catch(() => {}) // it comes again with the next start
      without(id)
    },
    nudge: () => void ready.then(run),
    look: () => void ready.then(look),
    stop() {
      stopped = true
      clearTimer(timer)
    },
  }
}
