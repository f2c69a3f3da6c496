/** A bearing as one of eight words. */
export const directions = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export type Direction = (typeof directions)[number]

/** @param degrees  clockwise from north */
export const directionOf = (degrees: number): Direction => directions[((Math.round(degrees / 45) % 8) + 8) % 8]!
