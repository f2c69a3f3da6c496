/** What a terminal is to be told, until it has answered or it is too late. Pure. */
import type { Instant } from '#kernel/names.ts'
import type { DownlinkView, TerminalCommand } from './contract.ts'

export type DownlinkCommand =
  | TerminalCommand
  | { readonly type: 'confirm-alarm'; readonly alarms: readonly string[] }
  /** An order that the crew may answer on the terminal, where that can ask; read out like a text. */
  | { readonly type: 'question'; readonly text: string }
  /** One message of the set that keeps fences, as the gateway has it; which set, and whether it is held when this is answered. */
  | { readonly type: 'area'; readonly message: object; readonly series?: number; readonly isLast?: boolean }

export type Downlink = {
  readonly id: string
  readonly device: number
  readonly command: DownlinkCommand
  readonly madeAt: Instant
  readonly expiresAt: Instant
  readonly state: DownlinkView['state']
  /** Times that it was sent. */
  readonly attempts: number
  readonly changedAt: Instant
  /** Of an order that is read out in the car: whose sending this is. */
  readonly assignment: string | null
  readonly incident: string | null
  /** The serials under which a question was sent: its answer names one. */
  readonly serials: readonly number[]
}

/** Sent once and three times more, as the standard has it. */
export const attemptsMax = 4
/** A terminal that knows no questions may not even say so: the order is read out as a text instead. */
const askedMax = 1

/** How long an answer to the n-th sending is waited for: T(n+1) = T(n) × (n + 1), JT/T 808-2013 section 6.2. */
export const answerMs = (attempt: number): number => 10_000 * [1, 2, 6, 24][Math.min(attempt, 4) - 1]!

export const newDownlink = (facts: Pick<Downlink, 'id' | 'device' | 'command'> & Partial<Pick<Downlink, 'assignment' | 'incident'>>, now: Instant, forMs: number): Downlink => ({
  assignment: null,
  incident: null,
  serials: [],
  ...facts,
  madeAt: now,
  expiresAt: now + forMs,
  state: 'waiting',
  attempts: 0,
  changedAt: now,
})

/** What to do with one that waits for a connected terminal now. */
export function nextStep(one: Downlink, now: Instant): 'send' | 'wait' | 'expire' {
  if (now >= one.expiresAt) return 'expire'
  if (one.state === 'waiting') return 'send'
  if (now - one.changedAt < answerMs(one.attempts)) return 'wait'
  // Nobody answered: a terminal that never answers this command must not be told for ever.
  return one.attempts < (one.command.type === 'question' ? askedMax : attemptsMax) ? 'send' : 'expire'
}

export const sent = (one: Downlink, now: Instant, serial: number): Downlink => ({
  ...one,
  state: 'sent',
  attempts: one.attempts + 1,
  changedAt: now,
  serials: one.command.type === 'question' ? [...one.serials, serial] : one.serials,
})
export const answered = (one: Downlink, isDone: boolean, now: Instant): Downlink => ({ ...one, state: isDone ? 'done' : 'refused', changedAt: now })
/** What a question is said as where it cannot be asked, under an id of its own. */
export const asText = (one: Downlink, now: Instant): Downlink | undefined =>
  one.command.type === 'question' && now < one.expiresAt
    ? { ...newDownlink({ ...one, id: `${one.id}/text`, command: { type: 'text', text: one.command.text, urgent: true } }, now, 0), serials: [], expiresAt: one.expiresAt }
    : undefined
export const expired = (one: Downlink, now: Instant): Downlink => ({ ...one, state: 'expired', changedAt: now })
