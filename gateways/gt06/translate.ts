/** A GT06 message as our observations. */
import type { Instant } from '#kernel/names.ts'
import type { NewPosition } from '#modules/units/contract.ts'
import type { Gt06Message } from './codec.ts'

export type Translated = {
  readonly positions: readonly NewPosition[]
  readonly alarms: readonly { readonly name: string; readonly at: Instant }[]
  /** Places that the device itself says are none. */
  readonly unusable: readonly 'place-invalid'[]
}

/** What is known of the device: minutes east of UTC that its clock is set to, where it is not UTC. */
export type Profile = { readonly zoneMinutes?: number }

/** @param now  the time of a fix or an alarm whose device did not say */
export function translate({ fixes, alarms }: Gt06Message, now: Instant, { zoneMinutes = 0 }: Profile = {}): Translated {
  const positions: NewPosition[] = []
  const unusable: 'place-invalid'[] = []
  const instantOf = (at: Instant | undefined) => (at === undefined ? now : at - zoneMinutes * 60_000)
  for (const { at, lon, lat, valid, ...rest } of fixes) {
    if (!valid || (lon === 0 && lat === 0)) unusable.push('place-invalid')
    else {
      const known = Object.entries(rest).filter(([, value]) => value !== undefined)
      positions.push({ fixAt: instantOf(at), lon, lat, ...Object.fromEntries(known) })
    }
  }
  return { positions, alarms: alarms.map((name) => ({ name, at: instantOf(fixes[0]?.at) })), unusable }
}
