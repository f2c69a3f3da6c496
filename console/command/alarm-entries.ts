/** Which entries of the live feed make the one alarm sound. Pure. */
import type { Grant } from '#kernel/actor.ts'
import { isEscalatedTo } from '../messages/reaches.ts'
import type { LiveEntry } from './room.ts'

export function isAlarm({ type, agency, data }: Pick<LiveEntry, 'type' | 'agency' | 'data'>, grants: readonly Grant[]): boolean {
  if (type === 'limit-passed' || type === 'broadcast-short') return true
  if (type === 'broadcast-escalated') return isEscalatedTo(grants, agency)
  return type.startsWith('fence-') && 'passage' in data && data['severity'] === 'alarm'
}
