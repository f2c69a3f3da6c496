/** What a terminal is to be told, until it has answered or it is too late. Pure. */
import type { Instant } from '#kernel/names.ts'
import type { DownlinkView, TerminalCommand } from './contract.ts'

export type DownlinkCommand =
  | TerminalCommand
  | { readonly type: 'confirm-alarm'; readonly alarms: readonly string[] }
  /** One message of several that keep fences, as the gateway has it. */
  | { readonly type: 'area'; readonly message: object }

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
}

/** Sent once and three times more, as the standard has it. */
export const attemptsMax = 4

/** How long an answer to the n-th sending is waited for: T(n+1) = T(n) × (n + 1), JT/T 808-2013 section 6.2. */
export const answerMs = (attempt: number): number => 10_000 * [1, 2, 6, 24][Math.min(attempt, 4) - 1]!

export const newDownlink = (facts: Pick<Downlink, 'id' | 'device' | 'command'> & Partial<Pick<Downlink, 'assignment' | 'incident'>>, now: Instant, forMs: number): Downlink => ({
  assignment: null,
  incident: null,
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
  return one.attempts < attemptsMax ? 'send' : 'expire'
}

export const sent = (one: Downlink, now: Instant): Downlink => ({ ...one, state: 'sent', attempts: one.attempts + 1, changedAt: now })
export const answered = (one: Downlink, isDone: boolean, now: Instant): Downlink => ({ ...one, state: isDone ? 'done' : 'refused', changedAt: now })
export const expired = (one: Downlink, now: Instant): Downlink => ({ ...one, state: 'expired', changedAt: now })
