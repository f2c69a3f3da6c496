/** Which entries of the live feed make the one alarm sound. Pure. */
import type { Grant } from '#kernel/actor.ts'
import { isEscalatedTo, isOwnCall } from '../messages/reaches.ts'
import type { LiveEntry } from './room.ts'

type Told = Pick<LiveEntry, 'type' | 'stream' | 'agency' | 'data'>
type Me = { readonly account: string; readonly grants: readonly Grant[] }
/** Whose account sent a call, where that is known. */
type SenderOf = (broadcast: string) => string | null | undefined

export function isAlarm(entry: Told, me: Me, senderOf: SenderOf): boolean {
  const { type, agency, data } = entry
  if (type === 'limit-passed' || isShortOfMine(entry, me, senderOf)) return true
  if (type === 'broadcast-escalated') return isEscalatedTo(me.grants, agency)
  return type.startsWith('fence-') && 'passage' in data && data['severity'] === 'alarm'
}

/** Too few came to a call of one's own; of others' one hears when nobody there takes note. */
export const isShortOfMine = ({ type, stream, agency }: Told, me: Me, senderOf: SenderOf): boolean =>
  type === 'broadcast-short' && isOwnCall({ sender: senderOf(stream.slice('broadcast/'.length)) ?? null, agency }, me)
