/** An OwnTracks message as our observations. */
import type { Instant } from '#kernel/names.ts'
import type { NewPosition } from '#modules/units/contract.ts'
import type { OwnTracksMessage } from './codec.ts'

/** @param now  the time of a fix whose device did not say */
export function translate({ fixes }: Pick<OwnTracksMessage, 'fixes'>, now: Instant): NewPosition[] {
  return fixes.map(({ at, lon, lat, ...rest }) => {
    const known = Object.entries(rest).filter(([, value]) => value !== undefined)
    return { fixAt: at ?? now, lon, lat, ...Object.fromEntries(known) }
  })
}
