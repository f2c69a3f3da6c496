/** The append-only record of decisions: what handlers, projections and readers may count on. */
import type { Actor } from './actor.ts'
import type { Refused } from './decision.ts'
import type { AccountId, AgencyPath, CommandId, Instant } from './names.ts'

/** Something that happened. `type` is past tense, kebab-case, unique over all modules: `unit-assigned`. */
export type JournalEvent = { readonly type: string; readonly at: Instant }

/** How one kind of thing is rebuilt from what happened to it. */
export type Story<State, Event> = {
  readonly initial: State
  readonly evolve: (state: State, event: Event) => State
}

/** An event as written: which stream, whose agency, who did it, by which command. */
export type Fact = {
  readonly at: Instant
  readonly stream: string
  readonly type: string
  readonly agency: AgencyPath
  readonly actor: { readonly account: AccountId; readonly name: string }
  readonly command: CommandId
  /** The event without `type` and `at`. JSON. */
  readonly data: Readonly<Record<string, unknown>>
}

/** A fact with its place in the one order. Positions start at 1 and have no gaps. */
export type Entry = Fact & { readonly position: number }

/** What is asked for: by whom, when, under which client-made id. The same id twice is one command. */
export type Command = {
  readonly id: CommandId
  readonly actor: Actor
  readonly at: Instant
  /** The request as text, where there is one. The same id with another request is refused `command-id-reused`. */
  readonly fingerprint?: string
}

declare const transaction: unique symbol
/** An open transaction. Only the database room (and a module's store.ts, through it) knows what is inside. */
export type Tx = {
  readonly [transaction]: true
  /** Rebuild a stream's state. Locks the stream until the end: two writers of one stream are answered in turn. */
  load<State, Event extends JournalEvent>(stream: string, story: Story<State, Event>): Promise<State>
  /** Write events to a stream when the command ends well. Projections see them in the same transaction. */
  append(stream: string, agency: AgencyPath, events: readonly JournalEvent[]): void
}

/** What a command came to. `repeated`: the id was seen before; `answer` is what was answered then. */
export type Outcome<Answer, Code extends string = string> =
  | { readonly answer: Answer; readonly position: number; readonly repeated: boolean }
  | Refused<Code>

export type Journal = {
  /**
   * Carry out one command in one transaction: gather facts, ask the rule, append what it decided.
   *
   * A refusal rolls everything back. A deadlock or lost race is asked again from the start, so `work` must
   * do nothing outside the transaction. When this returns, the entries are durable and this process's own
   * views have seen them. `answer` must be JSON; it is kept with the command id.
   */
  act<Answer, Code extends string = never>(
    command: Command,
    work: (tx: Tx) => Promise<{ readonly answer: Answer } | Refused<Code>>,
  ): Promise<Outcome<Answer, Code>>
  /** Entries after a position, oldest first, of one stream or of several where they are named. At most `limit`. */
  read(after: number, limit: number, where?: { readonly stream?: string | readonly string[] }): Promise<Entry[]>
  /** The newest committed position; 0 when nothing has happened. */
  head(): Promise<number>
}

/** Keeps a module's own tables in step with its events, in the transaction that writes them. */
export type Projection = {
  readonly types: readonly string[]
  readonly apply: (tx: Tx, fact: Fact) => Promise<void>
}

/** Hears entries after they are committed, in order, each at least once per process; must be quick. */
export type Listener = (entries: readonly Entry[]) => void | Promise<void>
