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

/**
 * Units by call sign: a unit is always looked for in the same place. Comparing 20,000 of them takes a while, so the order is
 * kept, and only who is new or is called otherwise is put in.
 *
 * @returns a function that is given all units each time; the same list for the same map
 */
export function unitOrder(): (units: ReadonlyMap<string, UnitView>) => readonly UnitView[] {
  let known: ReadonlyMap<string, UnitView> = new Map()
  let list: readonly UnitView[] = []
  return (units) => {
    if (units === known) return list
    const kept = list.flatMap((old) => {
      const unit = units.get(old.id)
      return unit && unit.callSign === old.callSign ? [unit] : []
    })
    const before = known
    const others = [...units.values()].filter((unit) => before.get(unit.id)?.callSign !== unit.callSign)
    known = units
    // sorting what is nearly sorted takes little more than one look at each
    list = others.length === 0 ? kept : [...kept, ...others].sort((a, b) => byCallSign.compare(a.callSign, b.callSign))
    return list
  }
}

/** @returns all groups, the units in each in the order in which they came */
export function groupUnits(units: Iterable<UnitView>, isStale: (unit: UnitView) => boolean): Map<UnitGroup, UnitView[]> {
  const groups = new Map<UnitGroup, UnitView[]>(unitGroups.map((group) => [group, []]))
  for (const unit of units) groups.get(groupOf(unit, isStale(unit)))!.push(unit)
  return groups
}
