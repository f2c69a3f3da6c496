/**
 * The layers that are not decided yet, each the states of one fix; and when they can be told.
 *
 * Every state knows how many states of the next layer come from it. One from which nothing comes is given up, and so, perhaps, the
 * one before it: so it is known at once where all chains that are still possible meet. O(1) for each state, over its life.
 */

/** Undecided layers kept at most. */
const LAYERS_MAX = 400
/** A chain at most e to this less likely than the best may be the true one. */
const DOUBT = 2
/** So many fixes later, a road that joins the other is another road; before, the fix may only lie near the corner. */
const FIXES_AFTER = 3
/** A state that was decided against. */
const DEAD = -1

export type Lattice = {
  /** Layers from `first` to, not including, `end`. */
  first: number
  end: number
  /** Whether the first layer is one that was decided and told. */
  firstTold: boolean
  /** The last layer up to which it is too late for credit: it was in doubt when it had to be told. −1: none. */
  forfeited: number
  /** [layers + 1] States of layer k: from `start[k]` to, not including, `start[k + 1]`. */
  start: Int32Array
  /** [layers] the fix, its standard deviation in metres, when the vehicle was first seen there, and last. */
  lon: Float64Array
  lat: Float64Array
  sigma: Float64Array
  ms: Float64Array
  until: Float64Array
  /** [layers] states from which a chain goes on to the last layer. */
  live: Int32Array
  /** [states] */
  piece: Uint32Array
  along: Float64Array
  score: Float64Array
  /** Metres from the fix. */
  off: Float64Array
  /** The state before, −1 where a chain begins. */
  prior: Int32Array
  /** States of the next layer that come from it and are live. */
  children: Int32Array
}

export const createLattice = (): Lattice => ({ first: 0, end: 0, firstTold: false, forfeited: -1, ...layerRoom(32), ...stateRoom(256) })

const layerRoom = (count: number) => ({
  start: new Int32Array(count + 1),
  lon: new Float64Array(count),
  lat: new Float64Array(count),
  sigma: new Float64Array(count),
  ms: new Float64Array(count),
  until: new Float64Array(count),
  live: new Int32Array(count),
})
const stateRoom = (count: number) => ({
  piece: new Uint32Array(count),
  along: new Float64Array(count),
  score: new Float64Array(count),
  off: new Float64Array(count),
  prior: new Int32Array(count),
  children: new Int32Array(count),
})

export const layerCount = (lattice: Lattice): number => lattice.end - lattice.first

/** Forget everything. */
export function clearLattice(lattice: Lattice): void {
  lattice.first = 0
  lattice.end = 0
  lattice.firstTold = false
  lattice.forfeited = -1
}

/** Begin a layer, which then is given its states and closed. There must be room: see `makeRoom`. */
export function openLayer(lattice: Lattice, lon: number, lat: number, sigma: number, ms: number): void {
  const layer = lattice.end++
  if (layer === lattice.first) lattice.start[layer] = 0
  lattice.start[layer + 1] = lattice.start[layer]!
  lattice.lon[layer] = lon
  lattice.lat[layer] = lat
  lattice.sigma[layer] = sigma
  lattice.ms[layer] = ms
  lattice.until[layer] = ms
}

export function putState(lattice: Lattice, piece: number, along: number, score: number, off: number, prior: number): void {
  const state = lattice.start[lattice.end]++
  lattice.piece[state] = piece
  lattice.along[state] = along
  lattice.score[state] = score
  lattice.off[state] = off
  lattice.prior[state] = prior
  lattice.children[state] = 0
  if (prior >= 0) lattice.children[prior]!++
}

/** The layer has all its states: give up those before it from which nothing goes on. */
export function closeLayer({ first, end, start, live, prior, children }: Lattice): void {
  live[end - 1] = start[end]! - start[end - 1]!
  if (end - first < 2) return
  for (let state = start[end - 2]!; state < start[end - 1]!; state++) {
    if (children[state] !== 0) continue
    let layer = end - 2
    live[layer]!--
    for (let before = prior[state]!; layer > first && --children[before]! === 0; before = prior[before]!) live[--layer]!--
  }
}

/** Make room for one more layer of so many states: drop what was told, or grow. State numbers change. */
export function makeRoom(lattice: Lattice, stateCount: number): void {
  const { first, end, start, prior } = lattice
  if (end === first) return
  const needed = start[end]! + stateCount
  if (end < lattice.lon.length && needed <= lattice.piece.length) return
  const [from, states] = [start[first]!, start[end]!]
  const isLong = end - first > lattice.lon.length / 2
  const isWide = needed - from > lattice.piece.length / 2
  const into = { ...lattice, ...(isLong ? layerRoom(2 * lattice.lon.length) : {}), ...(isWide ? stateRoom(2 * needed) : {}) }
  for (const key of ['lon', 'lat', 'sigma', 'ms', 'until', 'live'] as const) into[key].set(lattice[key].subarray(first, end))
  for (const key of ['piece', 'along', 'score', 'off', 'children'] as const) into[key].set(lattice[key].subarray(from, states))
  for (let layer = first; layer <= end; layer++) into.start[layer - first] = start[layer]! - from
  for (let state = from; state < states; state++) into.prior[state - from] = Math.max(-1, prior[state]! - from)
  Object.assign(lattice, into, { first: 0, end: end - first, forfeited: lattice.forfeited - first })
}

/** The best state of the last layer; the first of equals. */
export function bestOfLast({ end, start, score }: Lattice): number {
  let best = start[end - 1]!
  for (let state = best + 1; state < start[end]!; state++) if (score[state]! > score[best]!) best = state
  return best
}

/** What is told of a layer: its decided state. */
export type Tell = (layer: number, state: number) => void

/** Where all chains of the last layer meet, everything before is certain: tell it. */
export function decideCertain(lattice: Lattice, tell: Tell): void {
  const { start, live, children } = lattice
  for (;;) {
    const layer = lattice.firstTold ? lattice.first + 1 : lattice.first
    if (layer >= lattice.end || live[layer] !== 1) return
    const isLast = layer === lattice.end - 1
    let state = start[layer]!
    while (isLast ? children[state] === DEAD : children[state]! <= 0) state++
    tell(layer, state)
    lattice.first = layer
    lattice.firstTold = true
  }
}

/** Whether two pieces are on roads that do not touch. */
export type IsApart = (piece: number, other: number) => boolean

/**
 * Decide by the chain that is best now: everything not seen after `ms`, and what is too much to be kept. Where another chain may as well
 * be the true one, nothing is decided; it is forfeited.
 */
export function decideLate(lattice: Lattice, ms: number, isApart: IsApart, tell: Tell): void {
  const { first, end } = lattice
  let layer = end - 1
  const isLong = end - first > LAYERS_MAX
  const least = isLong ? first + (LAYERS_MAX >>> 1) : first
  while (layer > least && lattice.ms[layer]! > ms) layer--
  if (layer <= first) return
  if (isLong || !isDoubtful(lattice, layer, isApart)) decideUpTo(lattice, layer, tell)
  else lattice.forfeited = layer
}

/** Whether the chains that may be the true one go through different roads at a layer. */
function isDoubtful(lattice: Lattice, layer: number, isApart: IsApart): boolean {
  const { end, start, prior, score, piece } = lattice
  const least = score[bestOfLast(lattice)]! - DOUBT
  let one = -1
  for (let state = start[end - 1]!; state < start[end]!; state++) {
    if (score[state]! < least) continue
    let other = state
    for (let at = end - 1; at > layer; at--) other = prior[other]!
    if (one < 0) one = other
    else if (other !== one && (end - 1 - layer >= FIXES_AFTER || isApart(piece[one]!, piece[other]!))) return true
  }
  return false
}

/** Tell all that there is. */
export function decideAll(lattice: Lattice, tell: Tell): void {
  if (lattice.end > lattice.first) decideUpTo(lattice, lattice.end - 1, tell)
}

function decideUpTo(lattice: Lattice, layer: number, tell: Tell): void {
  const { first, end, firstTold, prior, live } = lattice
  const chain: number[] = []
  let state = bestOfLast(lattice)
  for (let at = end - 1; at > layer; at--) state = prior[state]!
  const chosen = state
  for (let at = layer; at >= first; at--, state = prior[state]!) chain.push(state)
  for (let at = firstTold ? first + 1 : first; at <= layer; at++) tell(at, chain[layer - at]!)
  lattice.first = layer
  lattice.firstTold = true
  if (live[layer] !== 1) keepOnly(lattice, chosen)
}

/** Give up all chains that do not go through this state of the first layer. */
function keepOnly({ first, end, start, prior, children, score, live }: Lattice, chosen: number): void {
  for (let state = start[first]!; state < start[end]!; state++) {
    const isKept = state < start[first + 1]! ? state === chosen : children[state] !== DEAD && children[prior[state]!] !== DEAD
    children[state] = isKept ? 0 : DEAD
    if (!isKept) score[state] = -Infinity
  }
  for (let layer = end - 1; layer >= first; layer--) {
    live[layer] = 0
    for (let state = start[layer]!; state < start[layer + 1]!; state++) {
      if (children[state] === DEAD || (layer < end - 1 && children[state] === 0)) continue
      live[layer]!++
      if (layer > first) children[prior[state]!]!++
    }
  }
}
