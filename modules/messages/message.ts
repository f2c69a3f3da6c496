/** Messages 消息: what may be sent. Pure. */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { Instant, MemberId } from '#kernel/names.ts'
import type { Attachment, ChannelEvent } from './contract.ts'

/** What was looked up before it is asked. */
export type SendFacts = {
  readonly id: string
  readonly channel: string
  readonly number: number
  readonly isClosed: boolean
  readonly name: string
  /** The crew that writes; null for a watch room or station. */
  readonly callSign: string | null
  /** Who of the crew writes. */
  readonly author: MemberId | null
  /** Whether they are few enough to be named: of a channel with units of its own. Of an agency it is how many; who follows from the shifts. */
  readonly isListed: boolean
  /** Who is in the crews of the channel now, without the sender. */
  readonly members: readonly MemberId[]
}

/** Send a text, or a file with a few words or none. A message stays: what was read cannot be taken back. */
export function send(facts: SendFacts, asked: { readonly text: string; readonly attachment: Attachment | null }, at: Instant): Decision<ChannelEvent, 'message-empty' | 'channel-closed'> {
  const text = asked.text.trim()
  if (text === '' && asked.attachment === null) return refuse('message-empty')
  if (facts.isClosed) return refuse('channel-closed', { name: facts.name })
  const { id, channel, number, callSign, author, isListed } = facts
  const members = [...new Set(facts.members)]
  const to = isListed ? { members } : { members: [], reached: members.length }
  return accept<ChannelEvent>({ type: 'message-sent', at, id, channel, number, text, attachment: asked.attachment, callSign, author, ...to })
}
