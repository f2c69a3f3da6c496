import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#platform/db/open.ts'
import type { Log } from '#platform/log.ts'
import type { Metrics } from '#platform/metrics.ts'
import { isConnectionFault, isRaceLost } from '#platform/db/fault.ts'
import { bindSql } from '#platform/db/sql.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Command, Entry, Journal, JournalEvent, Listener, Outcome, Projection, Story, Tx } from '#kernel/journal.ts'
import type { AgencyPath } from '#kernel/names.ts'
import type { ChainedEntry } from './chain.ts'
import { entryOf, eventOf, isAnotherCommand, keptFingerprint, writtenFact, type Kept, type WrittenFact } from './fact.ts'
import { createFlusher } from './flush.ts'
import { createTail, type StartAnew } from './tail.ts'

export type PostgresJournal = Journal & {
  /** Begin delivering entries to listeners, from the present head on. */
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * Hear entries from now on. Returns how to stop hearing them.
   *
   * @param startAnew  called when the database was put back to an earlier state, before anything more is heard
   */
  listen(listener: Listener, startAnew?: StartAnew): () => void
  /** The tail has delivered up to here. */
  position(): number
  /** Resolves when the tail has delivered up to a position. */
  waitFor(position: number): Promise<void>
  /** Entries after a position with their hashes, cut to some parts of the organisation tree. */
  readWithin(after: number, limit: number, agencies: readonly AgencyPath[]): Promise<(Entry & { readonly hash: string })[]>
}

const columns = 'position, at, stream, type, agency, account, actor, command, data::text as data, hash'
const readAll = `select ${columns} from journal.entry
  where position > $1 and position <= (select position from journal.durable) order by position limit $2`
const readStream = `select ${columns} from journal.entry
  where stream = $3 and position > $1 and position <= (select position from journal.durable) order by position limit $2`
const readStreams = `select ${columns} from journal.entry
  where stream = any($3::text[]) and position > $1 and position <= (select position from journal.durable) order by position limit $2`
const readAgencies = `select ${columns} from journal.entry e
  where position > $1 and position <= (select position from journal.durable)
    and exists (select from unnest($3::text[]) root where e.agency = root or starts_with(e.agency, root || '.'))
  order by position limit $2`
const readUpTo = `select ${columns} from journal.entry where position > $1 and position <= $2 order by position limit $3`
const findCommand = 'select account, fingerprint, position, answer from journal.find_command($1)'
const loadStream = 'select at, type, data from journal.load_stream($1)'
const append = 'select journal.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as position'
const durable = 'select position from journal.durable'

/** A command that loses races is asked again so often; then its error is thrown. */
const attemptsMax = 12

/**
 * The journal in PostgreSQL.
 *
 * A command's transaction takes the head row's lock as its last statement and holds it to its commit, so the order of
 * positions is the order of commits. It commits without waiting for the disk; one flush then makes all the commands
 * that committed meanwhile durable together, and only then are they acknowledged, shown to readers and told to
 * listeners. Many callers at once are therefore not limited by the disk's flushes per second.
 *
 * @param options.db       the database whose migrations have run
 * @param options.metrics  counts commands by outcome, their seconds, and how far the tail is
 */
export function postgresJournal(options: {
  db: Database
  projections: readonly Projection[]
  log: Log
  metrics?: Pick<Metrics, 'commands' | 'commandSeconds' | 'journalPosition'>
}): PostgresJournal {
  const { db, log, metrics } = options
  const byType = new Map<string, Projection[]>()
  for (const projection of options.projections) {
    for (const type of projection.types) byType.set(type, [...(byType.get(type) ?? []), projection])
  }

  /** Entries this process committed and has not delivered yet: the tail need not read them back. */
  const own = new Map<number, Entry>()
  const tail = createTail(async (after, upTo, limit) => {
    const entries: Entry[] = []
    while (after + entries.length < upTo && entries.length < limit) {
      const entry = own.get(after + entries.length + 1)
      if (!entry) break
      own.delete(entry.position)
      entries.push(entry)
    }
    if (entries.length > 0) return entries
    const rows = await db.urgent.query<ChainedEntry>(readUpTo, [after, upTo, limit])
    for (const row of rows) own.delete(row.position)
    return rows.map(entryOf)
  }, log)

  const flusher = createFlusher(db.urgent, log)
  let unlisten: (() => Promise<void>) | undefined
  let started = false

  /** Deliver up to the durable position; again later when the database is gone in the middle of it. */
  const deliver = async (position: number): Promise<void> => {
    const life = tail.life()
    try {
      await tail.advance(position)
      metrics?.journalPosition.set(tail.position())
    } catch (error) {
      if (!started || tail.life() !== life) return // of a journal that is no more
      if (!isConnectionFault(error)) log.error({ err: error }, 'the journal tail stumbled')
      setTimeout(() => tail.life() === life && void deliver(position), 200).unref()
    }
  }
  flusher.onDurable((position, back) => {
    if (back) own.clear()
    if (back && started) tail.startAnew(position)
    void deliver(position)
  })

  /** Connected (again): what was said meanwhile, and is it still the same journal? Asked until it is known, since nobody may say anything more for hours. */
  const lookAgain = async (): Promise<void> => {
    flusher.doubt()
    while (started) {
      try {
        return await deliver(await flusher.flush())
      } catch (error) {
        if (!isConnectionFault(error)) log.error({ err: error }, 'the journal could not be looked at')
        await sleep(200, undefined, { ref: false })
      }
    }
  }

  const attempt = async <Answer, Code extends string>(
    command: Command,
    work: (tx: Tx) => Promise<{ readonly answer: Answer } | Refused<Code>>,
  ): Promise<Outcome<Answer, Code>> => {
    const open = await db.begin('set local synchronous_commit = off', { text: findCommand, params: [command.id] })
    try {
      const { sql } = open
      const [before] = open.rows as readonly (Kept & { position: number; answer: string })[]
      if (before) {
        await open.rollback()
        if (isAnotherCommand(before, command)) return refuse('command-id-reused') as Refused<Code>
        return { answer: JSON.parse(before.answer) as Answer, position: before.position, repeated: true }
      }

      const written: WrittenFact[] = []
      const tx = {
        async load<State, Event extends JournalEvent>(stream: string, story: Story<State, Event>) {
          const rows = await sql.query<{ at: number; type: string; data: string }>(loadStream, [stream])
          let state = story.initial
          for (const row of rows) state = story.evolve(state, eventOf(row.type, row.at, JSON.parse(row.data)) as Event)
          for (const { fact } of written) {
            if (fact.stream === stream) state = story.evolve(state, eventOf(fact.type, fact.at, fact.data) as Event)
          }
          return state
        },
        append(stream: string, agency: string, events: readonly JournalEvent[]) {
          for (const event of events) written.push(writtenFact(command, stream, agency, event))
        },
      } as unknown as Tx // the brand exists in types only
      bindSql(tx, sql)

      const result = await work(tx)
      if (isRefused(result)) {
        await open.rollback()
        return result
      }
      for (const { fact } of written) {
        for (const projection of byType.get(fact.type) ?? []) await projection.apply(tx, fact)
      }
      const answer = JSON.stringify(result.answer ?? null)
      // With nothing to flush together, the commit itself waits for the disk.
      if (written.length === 0) await sql.query('set local synchronous_commit = on')
      const params = [
        written.map((one) => one.fact.at),
        written.map((one) => one.fact.stream),
        written.map((one) => one.fact.type),
        written.map((one) => one.fact.agency),
        written.map((one) => one.text),
        command.actor.account,
        command.actor.name,
        command.id,
        command.at,
        keptFingerprint(command),
        answer,
      ]
      const known = flusher.position()
      const [row] = await open.commit<{ position: number }>({ text: append, params })
      const { position } = row!
      // A new entry comes after all that was on disk before; unless that is not there any more.
      if (written.length > 0 && position - written.length < known) flusher.doubt()
      if (started) {
        written.forEach(({ fact }, n) => {
          const at = position - written.length + n + 1
          if (at > tail.position()) own.set(at, { ...fact, position: at })
        })
      }
      return { answer: JSON.parse(answer) as Answer, position, repeated: false }
    } catch (error) {
      await open.rollback()
      throw error
    }
  }

  const insist: Journal['act'] = async (command, work) => {
    for (let tries = 1; ; tries++) {
      const generation = flusher.generation()
      try {
        const outcome = await attempt(command, work)
        if (isRefused(outcome)) return outcome
        await flusher.untilDurable(outcome.position, generation)
        await tail.waitFor(outcome.position)
        return outcome
      } catch (error) {
        // A broken connection may have been an old one from before a restart of the database; the command's id
        // makes asking once more safe, whatever became of the first try.
        if (isConnectionFault(error)) flusher.doubt()
        if (isConnectionFault(error)) own.clear() // what a crash of the database undid must not be told to listeners
        const again = isRaceLost(error) ? tries < attemptsMax : isConnectionFault(error) && tries === 1
        if (!again) throw error
      }
    }
  }

  return {
    async act(command, work) {
      const endTimer = metrics?.commandSeconds.startTimer()
      try {
        const outcome = await insist(command, work)
        metrics?.commands.inc({ outcome: isRefused(outcome) ? 'refused' : outcome.repeated ? 'repeated' : 'accepted' })
        return outcome
      } catch (error) {
        metrics?.commands.inc({ outcome: 'failed' })
        throw error
      } finally {
        endTimer?.()
      }
    },
    async read(after, limit, where) {
      const rows =
        where?.stream === undefined
          ? await db.query<ChainedEntry>(readAll, [after, limit])
          : await db.query<ChainedEntry>(typeof where.stream === 'string' ? readStream : readStreams, [after, limit, where.stream])
      return rows.map(entryOf)
    },
    async readWithin(after, limit, agencies) {
      const rows = await db.query<ChainedEntry>(readAgencies, [after, limit, agencies])
      return rows.map((row) => ({ ...entryOf(row), hash: row.hash }))
    },
    async head() {
      const [row] = await db.query<{ position: number }>(durable)
      return row!.position
    },
    async start() {
      if (started) return
      const position = await flusher.flush()
      tail.startAt(position)
      started = true
      unlisten = await db.listen('journal', (payload) => {
        if (payload === undefined) void lookAgain()
        else flusher.heard(Number(payload))
      })
    },
    async stop() {
      if (!started) return
      started = false
      await unlisten?.()
      tail.stop()
      own.clear()
    },
    listen: tail.listen,
    position: tail.position,
    waitFor: tail.waitFor,
  }
}
