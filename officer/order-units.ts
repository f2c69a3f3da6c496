/** Units to choose from: the one used last, then those that stand idle, then by call sign as people count. Pure. */
import type { UnitView } from '#modules/units/contract.ts'

export function orderUnits(units: readonly UnitView[], words: string, last: string | null): readonly UnitView[] {
  const wanted = words.trim().toLowerCase()
  const rank = (unit: UnitView) => (unit.id === last ? 0 : unit.state === 'off-duty' ? 1 : 2)
  return units
    .filter((unit) => unit.callSign.toLowerCase().includes(wanted) || unit.crew.some((person) => person.name.toLowerCase().includes(wanted)))
    .sort((a, b) => rank(a) - rank(b) || a.callSign.localeCompare(b.callSign, 'zh-CN', { numeric: true }))
}
