/** Broadcasts 一呼百应: who is asked, who answers, and when more are asked. Pure. */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { Story } from '#kernel/journal.ts'
import type { AgencyPath, Instant, MemberId } from '#kernel/names.ts'
import { minutesMax, type Answer, type BroadcastEvent, type Recipient } from './contract.ts'

/** The first ring, and the one of twice as many minutes. After the last the sender is told, then the agency above. */
export const ringMax = 2

export type Broadcast = {
  readonly status: 'unheard' | 'open' | 'ended'
  readonly kind: 'minutes' | 'area' | 'agency'
  readonly lon: number | null
  readonly lat: number | null
  readonly minutes: number | null
  readonly asks: boolean
  readonly enoughYes: number
  readonly widenMinutes: number | null
  readonly scope: readonly AgencyPath[]
  readonly ring: number
  /** Too few came and the sender was told. */
  readonly isShort: boolean
  /** Somebody took note of that. */
  readonly seen: boolean
  readonly recipients: ReadonlyMap<MemberId, Recipient>
  readonly answers: ReadonlyMap<MemberId, Answer>
  /** When the next ring is asked, or the sender told; null when nobody waits for that. */
  readonly dueAt: Instant | null
}

const unheard: Broadcast = {
  status: 'unheard', kind: 'minutes', lon: null, lat: null, minutes: null, asks: false, enoughYes: 1, widenMinutes: null, scope: [], ring: 0, isShort: false, seen: false,
  recipients: new Map(), answers: new Map(), dueAt: null,
}

export const broadcast: Story<Broadcast, BroadcastEvent> = {
  initial: unheard,
  evolve(state, event) {
    switch (event.type) {
      case 'broadcast-sent': {
        const { kind, lon, lat, minutes, asks, enoughYes, widenMinutes, scope, dueAt } = event
        return { ...state, status: 'open', kind, lon, lat, minutes, asks, enoughYes, widenMinutes, scope, dueAt, ring: 1, recipients: byMember(event.recipients) }
      }
      case 'broadcast-widened':
        return { ...state, ring: event.ring, minutes: event.minutes, dueAt: event.dueAt, recipients: new Map([...state.recipients, ...byMember(event.recipients)]) }
      case 'broadcast-answered':
        return { ...state, answers: new Map(state.answers).set(event.member, event.answer), dueAt: event.enough ? null : state.dueAt }
      case 'broadcast-short':
        return { ...state, isShort: true, dueAt: event.dueAt ?? null }
      case 'broadcast-escalated':
        return { ...state, dueAt: null }
      case 'broadcast-seen':
        return { ...state, seen: true, dueAt: null }
      case 'broadcast-ended':
        return { ...state, status: 'ended', dueAt: null }
    }
  },
}

const byMember = (recipients: readonly Recipient[]) => new Map(recipients.map((each) => [each.member, each]))
const yesOf = (answers: ReadonlyMap<MemberId, Answer>) => [...answers.values()].filter((answer) => answer === 'yes').length

export type Sending = Omit<Extract<BroadcastEvent, { type: 'broadcast-sent' }>, 'type' | 'at' | 'dueAt'>

/** Call them. Whom it reaches is settled here and stays so. */
export function send(asked: Sending, at: Instant): Decision<BroadcastEvent, 'broadcast-empty' | 'broadcast-reaches-nobody'> {
  const text = asked.text.trim()
  if (text === '') return refuse('broadcast-empty')
  if (asked.recipients.length === 0) return refuse('broadcast-reaches-nobody')
  const recipients = [...byMember(asked.recipients).values()]
  const widenMinutes = asked.asks ? asked.widenMinutes : null // without a question there is nothing to wait for
  return accept<BroadcastEvent>({ type: 'broadcast-sent', at, ...asked, text, recipients, widenMinutes, dueAt: widenMinutes === null ? null : at + widenMinutes * 60_000 })
}

/** Somebody who was asked says yes or no; a mind may be changed until it is over. */
export function answer(state: Broadcast, member: MemberId, said: Answer, at: Instant): Decision<BroadcastEvent, 'broadcast-not-found' | 'broadcast-ended' | 'broadcast-asks-nothing'> {
  const asked = state.recipients.get(member)
  if (!asked) return refuse('broadcast-not-found')
  if (state.status === 'ended') return refuse('broadcast-ended')
  if (!state.asks) return refuse('broadcast-asks-nothing')
  if (state.answers.get(member) === said) return accept()
  const enough = yesOf(new Map(state.answers).set(member, said)) >= state.enoughYes
  return accept<BroadcastEvent>({ type: 'broadcast-answered', at, member, name: asked.name, callSign: asked.callSign, answer: said, enough })
}

/** End it: nobody is asked any more. Twice is once. */
export function end(state: Broadcast, at: Instant): Decision<BroadcastEvent, never> {
  return state.status === 'ended' ? accept() : accept<BroadcastEvent>({ type: 'broadcast-ended', at })
}

/** Somebody who leads takes note that too few came: nobody above is told any more. Twice is once. */
export function see(state: Broadcast, at: Instant): Decision<BroadcastEvent, 'broadcast-not-short'> {
  if (!state.isShort) return refuse('broadcast-not-short')
  return state.seen || state.status === 'ended' ? accept() : accept<BroadcastEvent>({ type: 'broadcast-seen', at })
}

/** How wide the next ring is; undefined when there is none. */
export function nextMinutes(state: Broadcast): number | undefined {
  if (state.kind !== 'minutes' || state.minutes === null || state.isShort || state.ring >= ringMax || state.minutes >= minutesMax) return undefined
  return Math.min(minutesMax, state.minutes * 2)
}

/**
 * The time is up: ask the next ring, or tell the sender that it is not enough; after as long again, the agency above.
 *
 * @param ring   the ring that the clock was set for: who comes second finds another one
 * @param wasShort  whether the clock was set for the agency above
 * @param hasAbove  whether there is one
 * @param found  everybody within the next ring; those asked already are passed over
 */
export function widen(state: Broadcast, { ring, wasShort, hasAbove = true }: { readonly ring: number; readonly wasShort: boolean; readonly hasAbove?: boolean }, found: readonly Recipient[], at: Instant): Decision<BroadcastEvent, 'broadcast-not-due'> {
  if (state.status !== 'open' || state.ring !== ring || state.isShort !== wasShort || state.dueAt === null || state.dueAt > at) return refuse('broadcast-not-due')
  const counts = { yes: yesOf(state.answers), enoughYes: state.enoughYes }
  if (wasShort) return accept<BroadcastEvent>({ type: 'broadcast-escalated', at, ...counts })
  const minutes = nextMinutes(state)
  const more = found.filter(({ member }) => !state.recipients.has(member))
  if (minutes === undefined || state.widenMinutes === null || more.length === 0) {
    return accept<BroadcastEvent>({ type: 'broadcast-short', at, ...counts, dueAt: state.widenMinutes === null || !hasAbove ? null : at + state.widenMinutes * 60_000 })
  }
  return accept<BroadcastEvent>({ type: 'broadcast-widened', at, ring: ring + 1, minutes, recipients: [...byMember(more).values()], dueAt: at + state.widenMinutes * 60_000 })
}
