/** What an importer says of a town's roads: pieces of road between junctions, and how each kind of traveller may use them. */

/** The four kinds of traveller. `bike` is a motorcycle or e-bike; `emergency` a patrol car on an emergency. */
export const travelModes = ['car', 'emergency', 'bike', 'foot'] as const
export type TravelMode = (typeof travelModes)[number]

/** Arcs in the order travelled: from, (via…,) to. `only`: whoever is on the first must go on along all of them. */
export type TurnRestriction = { readonly only: boolean; readonly arcs: readonly number[] }

/** What turning costs. */
export type TurnCosts = {
  /** Turning round where that is the only way on, ms. */
  readonly uTurnMs: number
  /** The sharpest turn to either side, ms; a bend costs its share. */
  readonly leftMs: number
  readonly rightMs: number
  /** Bends up to here cost nothing, degrees. */
  readonly freeDegrees: number
}

/** How one kind of traveller may use the roads. */
export type ModeInput = {
  /** [2 × edges] speed on each arc in km/h; 0 is closed. */
  readonly arcKmh: Float64Array
  /** [nodes] 1 where nobody gets through (a bollard); the roads on each side end there. */
  readonly nodeBlocked: Uint8Array
  /** [nodes] milliseconds that passing costs (a signal, a gate). */
  readonly nodeDelayMs: Uint32Array
  readonly restrictions: readonly TurnRestriction[]
  /** Undefined: turning takes no time (on foot). */
  readonly turns: TurnCosts | undefined
}

export type GraphInput = {
  /** [2 × nodes] lon, lat in 1e-7 degrees. */
  readonly nodes: Int32Array
  readonly edgeFrom: Uint32Array
  readonly edgeTo: Uint32Array
  /** [edges] place in the importer's list of street names, −1 for none. */
  readonly edgeStreet: Int32Array
  /** [edges] place in the importer's list of road classes. */
  readonly edgeClass: Uint8Array
  /** [edges] storey or layer: 0 is the ground; bridges and tunnels that say none are 1 and −1. */
  readonly edgeLevel: Int8Array
  /** [edges + 1] Edge `e` has shape points `shapeStarts[e]` up to, not including, `shapeStarts[e + 1]`; both ends are in it. */
  readonly shapeStarts: Uint32Array
  /** [2 × points] lon, lat in 1e-7 degrees. */
  readonly shape: Int32Array
  readonly modes: Readonly<Record<TravelMode, ModeInput>>
}
