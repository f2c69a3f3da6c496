/** The units strip: groups in the order in which a dispatcher looks for somebody. */
import type { UnitView } from '#modules/units/contract.ts'

export const unitGroups = ['free', 'ordered', 'en-route', 'on-scene', 'stale', 'off-duty'] as const
export type UnitGroup = (typeof unitGroups)[number]

/** A stale free unit is not free to send: it stands apart. One on an incident stays with its work, marked as stale. */
export function groupOf(unit: UnitView, isStale: boolean): UnitGroup {
  switch (unit.state) {
    case 'off-duty':
      return 'off-duty'
    case 'free':
      return isStale ? 'stale' : 'free'
    case 'ordered':
    case 'acknowledged':
      return 'ordered'
    case 'en-route':
      return 'en-route'
    case 'on-scene':
    case 'reported':
      return 'on-scene'
  }
}

const byCallSign = new Intl.Collator('zh-CN', { numeric: true })

/** Within a group by call sign: a unit is always looked for in the same place. */
export function groupUnits(units: Iterable<UnitView>, isStale: (unit: UnitView) => boolean): Map<UnitGroup, UnitView[]> {
  const groups = new Map<UnitGroup, UnitView[]>(unitGroups.map((group) => [group, []]))
  for (const unit of units) groups.get(groupOf(unit, isStale(unit)))!.push(unit)
  for (const group of groups.values()) group.sort((a, b) => byCallSign.compare(a.callSign, b.callSign))
  return groups
}
