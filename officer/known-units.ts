/** The units that one could choose last, so that a shift can be started without a network. What they are called and nothing else: no crew, no place. */
import type { UnitView } from '#modules/units/contract.ts'

const key = 'gengfu.units'
type KnownUnit = Pick<UnitView, 'id' | 'callSign' | 'kind'>

export function keepUnits(units: readonly UnitView[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(units.slice(0, 500).map(({ id, callSign, kind }): KnownUnit => ({ id, callSign, kind }))))
  } catch {
    // a full phone: the next start without a network cannot choose
  }
}

/** As if nobody were on duty in them: who is, only the server knows. */
export function recallUnits(): readonly UnitView[] {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '[]') as KnownUnit[] // as `keepUnits` wrote them
    return kept.map((unit) => ({ ...unit, crew: [], state: 'off-duty' }) as unknown as UnitView) // no more of it is shown
  } catch {
    return []
  }
}

const lastKey = 'gengfu.last-unit'

/** The unit that was chosen last; null also where the browser keeps nothing. */
export function lastUnit(): string | null {
  try {
    return localStorage.getItem(lastKey)
  } catch {
    return null
  }
}

export function keepLastUnit(id: string): void {
  try {
    localStorage.setItem(lastKey, id)
  } catch {
    // it is not first in the list next time
  }
}
