/** The registry by pages: which devices are looked for, and in which order. Pure. */
import { sortedPart } from '#core/sorted-part.ts'
import type { Instant } from '#kernel/names.ts'
import type { DeviceQuery } from './contract.ts'
import { skewOf, type Device, type DeviceStatus } from './device.ts'

/** What has no connection to show that it is there is taken to be there for so long after its last word. */
const heardLatelyMs = 5 * 60_000

export const isOnline = ({ seenAt, links }: Pick<DeviceStatus, 'seenAt' | 'links'>, now: Instant): boolean => links > 0 || (seenAt !== null && now - seenAt < heardLatelyMs)

/** What devices are sorted and filtered by that only the nodes know that heard them. */
export type Brief = { readonly seenAt: Instant | null; readonly links: number; readonly battery: number | null; readonly skewMs: number | null; readonly accepted: number }

export const nothingHeard: Brief = { seenAt: null, links: 0, battery: null, skewMs: null, accepted: 0 }

export const briefOf = (status: DeviceStatus): Brief => ({ seenAt: status.seenAt, links: status.links, battery: status.battery, skewMs: skewOf(status), accepted: status.taken.accepted })

/** Of one device at two nodes, as `together` has it. */
export function bothBriefs(a: Brief, b: Brief): Brief {
  const [newest, other] = (b.seenAt ?? -Infinity) > (a.seenAt ?? -Infinity) ? [b, a] : [a, b]
  return { seenAt: newest.seenAt, links: a.links + b.links, battery: newest.battery ?? other.battery, skewMs: newest.skewMs, accepted: a.accepted + b.accepted }
}

export type Listed = { readonly device: Device; readonly callSign: string }
type Of = (number: number) => Brief

/** Whether briefs are needed to answer. */
export const asksBriefs = ({ state, sort = 'number' }: DeviceQuery): boolean => state !== undefined || !(sort === 'number' || sort === 'label' || sort === 'callSign')

const collator = new Intl.Collator('zh-CN', { numeric: true })
const byNumber = (a: Listed, b: Listed) => a.device.number - b.device.number

const orders: Readonly<Record<NonNullable<DeviceQuery['sort']>, (of: Of) => (a: Listed, b: Listed) => number>> = {
  number: () => byNumber,
  label: () => (a, b) => collator.compare(a.device.label, b.device.label),
  callSign: () => (a, b) => collator.compare(a.callSign, b.callSign),
  seen: byKey(({ seenAt }) => seenAt ?? 0),
  // what has no battery is not low
  battery: byKey(({ battery }) => battery ?? 101),
  clock: byKey(({ skewMs }) => Math.abs(skewMs ?? 0)),
  accepted: byKey(({ accepted }) => accepted),
}
function byKey(keyOf: (brief: Brief) => number) {
  return (of: Of) => (a: Listed, b: Listed) => keyOf(of(a.device.number)) - keyOf(of(b.device.number))
}

/** @param of  what is known of each, where `asksBriefs` */
export function pageOf(listed: readonly Listed[], query: DeviceQuery, of: Of, now: Instant): { readonly items: readonly Device[]; readonly total: number } {
  const { state, protocol, sort = 'number', order = 'ascending', offset = 0, limit = Infinity } = query
  const words = query.q?.trim().toLowerCase() ?? ''
  const isWanted = ({ device, callSign }: Listed) =>
    (protocol === undefined || device.protocol === protocol) &&
    (words === '' || `${device.label} ${callSign} ${device.terminal ?? ''}`.toLowerCase().includes(words)) &&
    (state === undefined || stateOf(of(device.number), now) === state)
  const wanted = listed.filter(isWanted)
  const compare = orders[sort](of)
  const inOrder = (a: Listed, b: Listed) => (order === 'ascending' ? compare(a, b) : compare(b, a)) || byNumber(a, b)
  return { items: sortedPart(wanted, inOrder, offset, offset + limit).map(({ device }) => device), total: wanted.length }
}

const stateOf = (brief: Brief, now: Instant): NonNullable<DeviceQuery['state']> => (isOnline(brief, now) ? 'online' : brief.seenAt === null ? 'never' : 'silent')
