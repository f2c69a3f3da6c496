/** An OsmAnd message as our observations. */
import type { Instant } from '#kernel/names.ts'
import type { NewPosition } from '#modules/units/contract.ts'
import type { OsmandMessage } from './codec.ts'

export type Translated = {
  readonly positions: readonly NewPosition[]
  /** Fixes that the device itself says are none. */
  readonly unusable: readonly ('place-invalid' | 'place-mocked')[]
}

/** @param now  the time of a fix whose device did not say */
export function translate({ fixes }: Pick<OsmandMessage, 'fixes'>, now: Instant): Translated {
  const positions: NewPosition[] = []
  const unusable: ('place-invalid' | 'place-mocked')[] = []
  for (const { at, lon, lat, valid, mock, ...rest } of fixes) {
    if (mock) unusable.push('place-mocked')
    else if (!valid) unusable.push('place-invalid')
    else {
      const known = Object.entries(rest).filter(([, value]) => value !== undefined)
      positions.push({ fixAt: at ?? now, lon, lat, ...Object.fromEntries(known) })
    }
  }
  return { positions, unusable }
}
