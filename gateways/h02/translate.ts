/** An H02 message as our observations. */
import type { Instant } from '#kernel/names.ts'
import type { NewPosition } from '#modules/units/contract.ts'
import type { H02Message } from './codec.ts'

export type Translated = {
  readonly positions: readonly NewPosition[]
  readonly alarms: readonly { readonly name: string; readonly at: Instant }[]
  /** Places that the device itself says are none. */
  readonly unusable: readonly 'place-invalid'[]
}

/** @param now  the time of a fix or an alarm whose device did not say */
export function translate({ fixes, alarms }: H02Message, now: Instant): Translated {
  const positions: NewPosition[] = []
  const unusable: 'place-invalid'[] = []
  for (const { at, lon, lat, valid, ...rest } of fixes) {
    if (!valid || (lon === 0 && lat === 0)) unusable.push('place-invalid')
    else {
      const known = Object.entries(rest).filter(([, value]) => value !== undefined)
      positions.push({ fixAt: at ?? now, lon, lat, ...Object.fromEntries(known) })
    }
  }
  return { positions, alarms: alarms.map((name) => ({ name, at: fixes[0]?.at ?? now })), unusable }
}
