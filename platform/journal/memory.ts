import type { Command, Entry, Journal, JournalEvent, Listener, Outcome, Projection, Story, Tx } from '#kernel/journal.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import { silentLog } from '#platform/log.ts'
import { genesis, hashOf, type ChainedEntry } from './chain.ts'
import { entryOf, eventOf, isAnotherCommand, keptFingerprint, writtenFact, type Kept, type WrittenFact } from './fact.ts'
import { createTail } from './tail.ts'

export type MemoryJournal = Journal & {
  listen(listener: Listener): () => void
  position(): number
  waitFor(position: number): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
  /** Everything written, for assertions. */
  entries(): readonly Entry[]
  chained(): readonly ChainedEntry[]
}

/**
 * The journal for handler tests: the same promises as in PostgreSQL, without durability and without SQL.
 *
 * Commands run one after another. Projections see facts, but `sqlOf(tx)` has no connection to give them.
 */
export function memoryJournal(options: { projections?: readonly Projection[] } = {}): MemoryJournal {
  const rows: ChainedEntry[] = []
  const entries: Entry[] = []
  const commands = new Map<string, Kept & { answer: string; position: number }>()
  const tail = createTail(async (after, upTo, limit) => entries.slice(after, Math.min(upTo, after + limit)), silentLog)
  tail.startAt(0)
  let turn: Promise<unknown> = Promise.resolve()

  const carryOut = async <Answer, Code extends string>(
    command: Command,
    work: (tx: Tx) => Promise<{ readonly answer: Answer } | Refused<Code>>,
  ): Promise<Outcome<Answer, Code>> => {
    const before = commands.get(command.id)
    if (before) {
      if (isAnotherCommand(before, command)) return refuse('command-id-reused') as Refused<Code>
      return { answer: JSON.parse(before.answer) as Answer, position: before.position, repeated: true }
    }
    const written: WrittenFact[] = []
    const tx = {
      async load<State, Event extends JournalEvent>(stream: string, story: Story<State, Event>) {
        const past = [...entries, ...written.map((one) => one.fact)].filter((fact) => fact.stream === stream)
        return past.reduce((state, fact) => story.evolve(state, eventOf(fact.type, fact.at, fact.data) as Event), story.initial)
      },
      append(stream: string, agency: string, events: readonly JournalEvent[]) {
        for (const event of events) written.push(writtenFact(command, stream, agency, event))
      },
    } as unknown as Tx // the brand exists in types only
    const result = await work(tx)
    if (isRefused(result)) return result
    for (const { fact } of written) {
      for (const projection of options.projections ?? []) if (projection.types.includes(fact.type)) await projection.apply(tx, fact)
    }
    for (const { fact, text } of written) {
      const { actor, data: _, ...rest } = fact
      const plain = { ...rest, account: actor.account, actor: actor.name, data: text, position: rows.length + 1 }
      const row = { ...plain, hash: hashOf(rows.at(-1)?.hash ?? genesis, plain) }
      rows.push(row)
      entries.push(entryOf(row))
    }
    const answer = JSON.stringify(result.answer ?? null)
    commands.set(command.id, { account: command.actor.account, fingerprint: keptFingerprint(command), answer, position: rows.length })
    return { answer: JSON.parse(answer) as Answer, position: rows.length, repeated: false }
  }

  return {
    async act(command, work) {
      const mine = turn.then(() => carryOut(command, work))
      turn = mine.catch(() => {})
      const outcome = await mine
      if (isRefused(outcome)) return outcome
      void tail.advance(outcome.position)
      await tail.waitFor(outcome.position)
      return outcome
    },
    async read(after, limit, where) {
      const streams = where?.stream === undefined ? undefined : [where.stream].flat()
      return entries.filter((entry) => entry.position > after && streams?.includes(entry.stream) !== false).slice(0, limit)
    },
    head: async () => rows.length,
    listen: tail.listen,
    position: tail.position,
    waitFor: tail.waitFor,
    start: async () => {},
    stop: async () => {},
    entries: () => entries,
    chained: () => rows,
  }
}
