/** Notices on phones whose page is closed: which entries are told to whom, until when, and the little that is told. Pure. */
import type { Entry } from '#kernel/journal.ts'
import type { IncidentId, Instant, MemberId, UnitId } from '#kernel/names.ts'
import type { BroadcastEvent } from './contract.ts'

/** What is told: an order to one's unit, a call to oneself. */
export type PushNotice = { readonly what: 'order' | 'call'; readonly number: number }

/** For whom an entry is news, about which incident, and until when it is of use. */
export type PushNews = {
  readonly what: PushNotice['what']
  readonly to: { readonly unit: UnitId } | { readonly members: readonly MemberId[] }
  readonly incident: IncidentId | undefined
  readonly endsAt: Instant
}

/** A call without a clock of its own is news for so long. */
const callMs = 10 * 60_000
/** Nothing is news for longer, whatever its limit says. */
const newsMax = 30 * 60_000

/** Entries that phones are told of, or that end their being told. */
export const phoneTypes = ['unit-assigned', 'broadcast-sent', 'broadcast-widened', 'shift-ended', 'crew-changed', 'signed-out']

/** An order is news until the unit should have arrived; a call until more people are asked. Undefined: nothing for phones. */
export function newsOf({ type, at, stream, data }: Pick<Entry, 'type' | 'at' | 'stream' | 'data'>): PushNews | undefined {
  const until = (wanted: Instant) => Math.min(wanted, at + newsMax)
  if (type === 'unit-assigned') {
    const { unit, arriveSeconds } = data as unknown as { unit: string; arriveSeconds: number } // as dispatch's contract says
    return { what: 'order', to: { unit }, incident: stream.slice('incident/'.length), endsAt: until(at + arriveSeconds * 1000) }
  }
  if (type === 'broadcast-sent' || type === 'broadcast-widened') {
    const sent = data as unknown as Extract<BroadcastEvent, { type: 'broadcast-sent' }> // of a wider ring the incident is not said again
    return { what: 'call', to: { members: sent.recipients.map(({ member }) => member) }, incident: sent.incident ?? undefined, endsAt: until(sent.dueAt ?? at + callMs) }
  }
  return undefined
}

/** All that leaves the house, and encrypted: what it is, a number, where to look after signing in. No text, no place, no name. */
export const pushText = ({ what, number }: PushNotice): string => JSON.stringify({ what, number, link: '/officer/' })

/** Of what has ended here no phone is told any more. */
export type SubscriptionsEnd = { readonly unit: UnitId; readonly staying: readonly MemberId[] } | { readonly session: string }

/** A shift that ends, somebody who gets out, a sign-out: each ends the subscriptions made under it. */
export function endOf({ type, stream, data }: Pick<Entry, 'type' | 'stream' | 'data'>): SubscriptionsEnd | undefined {
  const unit = stream.slice('unit/'.length)
  if (type === 'shift-ended') return { unit, staying: [] }
  if (type === 'crew-changed') return { unit, staying: (data['crew'] as { id: string }[]).map(({ id }) => id) } // as the contract of units says
  return type === 'signed-out' ? { session: String(data['session']) } : undefined
}

/**
 * What a push service's answer means. Its words are not read: only the status is said.
 *
 * `gone`: the browser lets itself be told no more (RFC 8030, 7.3). `later`: it may take it yet. `no`: it will never take this one.
 */
export function pushOutcome(status: number): 'told' | 'gone' | 'later' | 'no' {
  if (status >= 200 && status < 300) return 'told'
  if (status === 404 || status === 410) return 'gone'
  return status === 408 || status === 429 || status >= 500 ? 'later' : 'no'
}

/** Milliseconds before the next attempt; they double. */
export const pushRetryMs = 2_000
