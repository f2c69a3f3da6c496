import { createHash } from 'node:crypto'
import type { Command, Entry, Fact, JournalEvent } from '#kernel/journal.ts'
import type { ChainedEntry } from './chain.ts'

/** A fact with its data as the text that is written, hashed and read back. */
export type WrittenFact = { readonly fact: Fact; readonly text: string }

/**
 * The fact of an event, exactly as every later reader will see it: its data has been through JSON.
 *
 * @throws Error on an event that could not be written as it is
 */
export function writtenFact(command: Command, stream: string, agency: string, event: JournalEvent): WrittenFact {
  const { type, at, ...rest } = event
  if (!Number.isSafeInteger(at)) throw new Error(`Invariant failed: ${type} on ${stream} happened at ${at}, expected whole milliseconds`)
  if (stream === '' || type === '' || agency === '') throw new Error(`Invariant failed: stream "${stream}", type "${type}", agency "${agency}": none may be empty`)
  const text = JSON.stringify(rest)
  const { account, name } = command.actor
  return {
    text,
    fact: { at, stream, type, agency, actor: { account, name }, command: command.id, data: JSON.parse(text) as Record<string, unknown> },
  }
}

/** What the rest of the house reads of a stored row. */
export const entryOf = (row: ChainedEntry): Entry => ({
  position: row.position,
  at: row.at,
  stream: row.stream,
  type: row.type,
  agency: row.agency,
  actor: { account: row.account, name: row.actor },
  command: row.command,
  data: JSON.parse(row.data) as Record<string, unknown>,
})

/** An event as a story hears it. */
export const eventOf = (type: string, at: number, data: Readonly<Record<string, unknown>>) => ({ ...data, type, at }) as JournalEvent

/** A request's fingerprint as it is kept: enough to tell two requests apart, not to read either. */
export const keptFingerprint = (command: Command): string | null =>
  command.fingerprint === undefined ? null : createHash('sha256').update(command.fingerprint).digest('hex')

export type Kept = { readonly account: string; readonly fingerprint: string | null }

/** Whether an id seen before came from somebody else, or with another request. */
export const isAnotherCommand = (kept: Kept, command: Command): boolean =>
  kept.account !== command.actor.account ||
  (kept.fingerprint !== null && command.fingerprint !== undefined && kept.fingerprint !== keptFingerprint(command))
