/** Channels 频道: what an id belongs to, and what may be done to a group. Pure. */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { Story } from '#kernel/journal.ts'
import type { Instant, UnitId } from '#kernel/names.ts'
import type { ChannelEvent, ChannelKind } from './contract.ts'

/** What a channel's id says: `incident-42` is the channel of incident 42. */
export type ChannelOf = { readonly kind: ChannelKind; readonly of: string }

export function channelOf(id: string): ChannelOf {
  const dash = id.indexOf('-')
  return { kind: id.slice(0, dash) as ChannelKind, of: id.slice(dash + 1) } // the contract's pattern leaves no other kind
}

/** A named group of units. */
export type Group = { readonly status: 'unheard' | 'open' | 'closed'; readonly name: string; readonly units: readonly UnitId[] }

export const group: Story<Group, ChannelEvent> = {
  initial: { status: 'unheard', name: '', units: [] },
  evolve(state, event) {
    switch (event.type) {
      case 'group-created':
        return { status: 'open', name: event.name, units: event.units }
      case 'group-changed':
        return { ...state, name: event.name, units: event.units }
      case 'group-closed':
        return { ...state, status: 'closed' }
      case 'group-opened':
        return { ...state, status: 'open' }
      case 'message-sent':
        return state
    }
  },
}

/** Make a group. The same unit twice is once. */
export function create(asked: { readonly id: string; readonly name: string; readonly units: readonly UnitId[] }, at: Instant): Decision<ChannelEvent, 'group-nameless'> {
  const name = asked.name.trim()
  if (name === '') return refuse('group-nameless')
  return accept<ChannelEvent>({ type: 'group-created', at, id: asked.id, name, units: [...new Set(asked.units)] })
}

/** Rename it, put units in and out, close it or open it again. What is so already is not written. */
export function change(
  state: Group,
  asked: { readonly name?: string | undefined; readonly units?: readonly UnitId[] | undefined; readonly closed?: boolean | undefined },
  at: Instant,
): Decision<ChannelEvent, 'group-nameless'> {
  const name = asked.name?.trim() ?? state.name
  if (name === '') return refuse('group-nameless')
  const units = [...new Set(asked.units ?? state.units)]
  const events: ChannelEvent[] = []
  if (name !== state.name || units.toSorted().join() !== state.units.toSorted().join()) events.push({ type: 'group-changed', at, name, units })
  if (asked.closed === true && state.status === 'open') events.push({ type: 'group-closed', at })
  if (asked.closed === false && state.status === 'closed') events.push({ type: 'group-opened', at })
  return accept(...events)
}
