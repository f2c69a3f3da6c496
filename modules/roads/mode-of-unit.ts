import type { UnitKind } from '#modules/units/contract.ts'
import type { TravelMode } from './contract.ts'

/** By what a unit of a kind travels, when nothing is urgent. */
export const modeOfUnit = (kind: UnitKind): TravelMode => (kind === 'foot' ? 'foot' : kind === 'car' ? 'car' : 'bike')
