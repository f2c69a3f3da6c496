/** Receipts: how far somebody has got in a channel, and how many have a message. Pure. */
import type { Actor } from '#kernel/actor.ts'
import type { MemberId } from '#kernel/names.ts'

/** Somebody who reads: a member of a crew by that, anybody else by the account. */
export type Reader = string & { readonly of?: 'reader' }
export const memberReader = (member: MemberId): Reader => `member/${member}`
export const accountReader = (actor: Actor): Reader => `account/${actor.account}`

/** Two numbers and no time: had everything up to `delivered`, opened everything up to `read`. */
export type Receipt = { readonly reader: Reader; readonly delivered: number; readonly read: number }

export type Counted = { readonly of: number; readonly delivered: number; readonly read: number; readonly room: boolean | null }

/**
 * How many of those who were in the channel have a message, and whether any watch room opened it.
 *
 * @param message.members   who was in the crews when it was sent, without the sender
 * @param message.callSign  null when a watch room wrote it: then it is not counted for watch rooms
 */
export function countOf(message: { readonly number: number; readonly members: Iterable<MemberId>; readonly callSign: string | null }, receipts: readonly Receipt[]): Counted {
  const members = new Set<Reader>(Array.from(message.members, memberReader))
  let delivered = 0
  let read = 0
  let room = false
  for (const receipt of receipts) {
    if (members.has(receipt.reader)) {
      if (receipt.delivered >= message.number || receipt.read >= message.number) delivered++
      if (receipt.read >= message.number) read++
    } else if (receipt.reader.startsWith('account/') && receipt.read >= message.number) room = true
  }
  return { of: members.size, delivered, read, room: message.callSign === null ? null : room }
}
