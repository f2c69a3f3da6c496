/**
 * What travelling costs, as one exact number: milliseconds × 2²⁴ + decimetres.
 *
 * Comparing two costs compares time and then length, so the best way's time *and* length are one answer, whichever search finds
 * it. Sums are exact in a double for ways of up to 1,677 km and 149 hours.
 */
export const COST_PER_MS = 2 ** 24

export const costOf = (milliseconds: number, decimeters: number): number => milliseconds * COST_PER_MS + decimeters

/** Whole milliseconds; Infinity where there is no way. */
export const msOf = (cost: number): number => (cost === Infinity ? Infinity : Math.floor(cost / COST_PER_MS))

/** Metres, to a decimetre; Infinity where there is no way. */
export const metersOf = (cost: number): number => (cost === Infinity ? Infinity : (cost - Math.floor(cost / COST_PER_MS) * COST_PER_MS) / 10)
