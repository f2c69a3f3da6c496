/** How much a receiver errs that does not say: from how far its fixes lie off the roads of the best chain. */

/** Fixes after which half of what was believed before is forgotten, about. */
const FIXES = 40
/** Only where it errs so much more than was thought is that believed: a car park, a road that the map lacks, are no bad receiver. */
const SURE = 2
const SIGMA_MAX = 30

export type Noise = {
  /** Standard deviation, metres. */
  readonly sigma: () => number
  /** A fix lay so many metres off its road. */
  readonly saw: (meters: number) => void
}

/**
 * Of normal errors 68 % are below one standard deviation: a bound that rises with each error above it and falls with each below, so
 * that it stays where that share is below. A few wild errors move it no more than others (Robbins & Monro 1951). Never below `sigmaMeters`.
 */
export function createNoise(sigmaMeters: number): Noise {
  let bound = sigmaMeters
  let sigma = sigmaMeters
  return {
    sigma: () => sigma,
    saw(meters) {
      bound = Math.min(SIGMA_MAX, Math.max(sigmaMeters / 2, bound * (meters > bound ? 1 + 0.68 / FIXES : 1 - 0.32 / FIXES)))
      sigma = bound > SURE * sigmaMeters ? bound : sigmaMeters
    },
  }
}
