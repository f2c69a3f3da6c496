/**
 * From fixes of a satellite receiver to the roads that were driven.
 *
 * A hidden Markov model (Newson & Krumm 2009): the states of a fix are the arcs near it, each with the place on it; a state is
 * as likely as the fix is near, and a step between states as likely as its way on the road is about as long as the straight line.
 * Viterbi's best chain is told as soon as all chains that are still possible agree on it, and at the latest after the lag, unless another may as well be true.
 */
import { distanceMeters } from '../../geo/distance.ts'
import { headOf, tailOf } from '../road-graph.ts'
import type { Streets } from '../streets.ts'
import { groundOf } from './ground.ts'
import { bestOfLast, clearLattice, closeLayer, createLattice, decideAll, decideCertain, decideLate, layerCount, makeRoom, openLayer, putState } from './lattice.ts'
import { backMmOf, beliefs, saysAccuracy, sigmaOf, STATES_MAX, stepOf, type Beliefs, type Fix } from './model.ts'
import { createNoise } from './noise.ts'
import { createLedger, type Matched } from './passages.ts'
import { createTransitions } from './transitions.ts'

export type { Fix }

export type MatchOptions = {
  /** Standard deviation of a fix that does not say; a receiver that shows to err more is believed less. */
  readonly sigmaMeters?: number
  /** Roads farther away are not thought of. */
  readonly metersMax?: number
  /** Faster than this is not believed, m/s. */
  readonly speedMax?: number
  /** On line, decide at the latest so long after a fix, and credit nothing where that is in doubt; Infinity: only when certain. */
  readonly lagMs?: number
  /** Without fixes for longer than this, only what every plausible way shares is credited. */
  readonly gapMs?: number
  /** What differs from `beliefs`. */
  readonly model?: Partial<Beliefs>
}

export const matchDefaults = { sigmaMeters: 6, metersMax: 60, speedMax: 60, lagMs: 30_000, gapMs: 75_000 } as const

/** So many fixes are thought to be wild in a row at most, and for so long. */
const WILD_COUNT_MAX = 3
const WILD_MS_MAX = 30_000
/** Fixes in a row without a road after which the vehicle was off the road. */
const OFF_ROAD_COUNT = 3
export type Matcher = {
  /** Take a fix; what has become certain by it, in driving order. @throws RangeError on a fix that is not numbers */
  readonly push: (fix: Fix) => Matched[]
  /** No more fixes: the rest. */
  readonly finish: () => Matched[]
  readonly counts: () => MatchCounts
}

export type MatchCounts = {
  readonly fixes: number
  /** Stood still since the last one used. */
  readonly still: number
  /** Not later than the one before. */
  readonly untimely: number
  /** No road near. */
  readonly offRoad: number
  /** Dropped so as not to break a good way. */
  readonly wild: number
}

/** @param streets  matchers on the same streets share what is built once for them: O(links + shape points) */
export function createMatcher(streets: Streets, options: MatchOptions = {}): Matcher {
  const { sigmaMeters, metersMax, speedMax, lagMs, gapMs } = { ...matchDefaults, ...options }
  const model = { ...beliefs, ...options.model }
  const { arcPiece, pieceArc } = streets.network
  const ground = groundOf(streets)
  const { candidates } = ground
  const reach = createTransitions(streets, ground)
  const ledger = createLedger(streets, ground.ways, { speedMax, gapMs, turningMm: 1000 * model.turningMeters })
  const lattice = createLattice()
  const receiver = createNoise(sigmaMeters)
  let pending: Fix[] = []
  let skipped: Fix | undefined // the last one stood still
  /** The middle of the fixes of the last layer: where the vehicle stands, if it does. */
  const middle = { lon: 0, lat: 0, count: 0 }
  let offRoadRun = 0
  let lastMs = -Infinity
  const counts = { fixes: 0, still: 0, untimely: 0, offRoad: 0, wild: 0 }

  const findCandidates = (fix: Fix) => ground.look(fix, sigmaOf(fix, receiver.sigma()), metersMax, model)
  const open = (fix: Fix) => {
    makeRoom(lattice, STATES_MAX)
    openLayer(lattice, fix.lon, fix.lat, sigmaOf(fix, receiver.sigma()), fix.ms)
    middle.lon = fix.lon
    middle.lat = fix.lat
    middle.count = 1
  }
  const begin = (fix: Fix) => {
    clearLattice(lattice)
    open(fix)
    for (let j = 0; j < candidates.count; j++) putState(lattice, arcPiece[candidates.arc[j]!]!, candidates.along[j]!, candidates.score[j]!, candidates.off[j]!, -1)
    closeLayer(lattice)
  }

  /** Go on from the last layer to the candidates at hand. @returns whether that is believed; a layer is added if so */
  const advance = (fix: Fix, force: boolean): boolean => {
    const last = lattice.end - 1
    const meters = distanceMeters(lattice.lon[last]!, lattice.lat[last]!, fix.lon, fix.lat)
    const seconds = (fix.ms - lattice.until[last]!) / 1000
    const noise = lattice.sigma[last]! + sigmaOf(fix, receiver.sigma())
    const metersMax = speedMax * seconds + 2 * noise
    if (meters > metersMax) return false
    const before = lattice.score[bestOfLast(lattice)]!
    const { best, score, prior, piece } = reach(lattice, lattice.start[last]!, lattice.start[last + 1]!, fix, stepOf(meters, seconds, noise, metersMax, model), model)
    if (best === -Infinity || (!force && best < before - model.wild)) return false
    if (!saysAccuracy(fix)) receiver.saw(candidates.off[score.indexOf(best)]!)
    const from = lattice.start[last]!
    open(fix)
    const moved = lattice.start[lattice.end - 2]! - from // making room may have moved the states
    for (let j = 0; j < candidates.count; j++) {
      // relative, so that long tracks lose no digits
      if (score[j]! > best - model.hopeless) putState(lattice, piece[j]!, candidates.along[j]!, score[j]! - best, candidates.off[j]!, prior[j]! + moved)
    }
    closeLayer(lattice)
    return true
  }

  const isApart = (piece: number, other: number) => {
    const [a, b] = [pieceArc[piece]!, pieceArc[other]!]
    const [from, to] = [tailOf(streets.graph, a), headOf(streets.graph, a)]
    return [tailOf(streets.graph, b), headOf(streets.graph, b)].every((node) => node !== from && node !== to)
  }
  const tell = (layer: number, state: number) => {
    const [piece, along, ms, until] = [lattice.piece[state]!, lattice.along[state]!, lattice.ms[layer]!, lattice.until[layer]!]
    if (layer === lattice.first && !lattice.firstTold) return ledger.stand(piece, along, ms, until)
    ledger.wait(lattice.until[layer - 1]!)
    if (layer <= lattice.forfeited) return ledger.lose(piece, along, ms, until)
    ledger.step(piece, along, ms, until, backMmOf(lattice.sigma[layer]! + lattice.sigma[layer - 1]!, model))
  }
  const tellAll = () => {
    if (layerCount(lattice) === 0) return
    decideAll(lattice, tell)
    ledger.wait(lattice.until[lattice.end - 1]!)
    clearLattice(lattice)
  }
  /** Nothing connects: tell what was, and begin again. */
  const breakHere = (reason: 'unreachable' | 'off-road', ms: number) => {
    const since = layerCount(lattice) > 0 ? lattice.until[lattice.end - 1]! : ms
    tellAll()
    ledger.gap(reason, since, ms)
  }
  const settlePending = () => {
    const waiting = pending
    pending = []
    for (const fix of waiting) {
      findCandidates(fix)
      if (advance(fix, true)) continue
      breakHere('unreachable', fix.ms)
      findCandidates(fix)
      begin(fix)
    }
  }
  const take = (fix: Fix) => {
    if (findCandidates(fix) === 0) {
      counts.offRoad++
      offRoadRun++
      if (offRoadRun === OFF_ROAD_COUNT) {
        settlePending()
        breakHere('off-road', fix.ms)
      }
      return
    }
    offRoadRun = 0
    if (layerCount(lattice) === 0) return begin(fix)
    if (advance(fix, false)) {
      counts.wild += pending.length
      pending = []
    } else {
      pending.push(fix)
      if (pending.length >= WILD_COUNT_MAX || fix.ms - pending[0]!.ms >= WILD_MS_MAX) settlePending()
    }
    decideCertain(lattice, tell)
    decideLate(lattice, fix.ms - lagMs, isApart, tell)
  }
  return {
    push(fix) {
      if (!Number.isFinite(fix.ms) || !(Math.abs(fix.lon) <= 180) || !(Math.abs(fix.lat) <= 90)) {
        throw new RangeError(`Fix: found lon ${fix.lon}, lat ${fix.lat}, ${fix.ms} ms; expected −180…180, −90…90 and a finite time`)
      }
      counts.fixes++
      if (fix.ms <= lastMs) {
        counts.untimely++
        return []
      }
      lastMs = fix.ms
      skipped = undefined
      if (layerCount(lattice) > 0 && pending.length === 0 && offRoadRun === 0) {
        const last = lattice.end - 1
        // Who has stood for a while stands until a fix is farther off than noise throws it.
        const sigma = sigmaOf(fix, receiver.sigma())
        const stillMeters = lattice.until[last]! - lattice.ms[last]! >= model.parkedMs ? model.parkedSigmas * sigma : Math.max(model.stillMeters, model.stillSigmas * sigma)
        if (distanceMeters(middle.lon, middle.lat, fix.lon, fix.lat) < stillMeters && fix.ms - lattice.until[last]! <= gapMs) {
          middle.count++
          middle.lon += (fix.lon - middle.lon) / middle.count
          middle.lat += (fix.lat - middle.lat) / middle.count
          counts.still++
          lattice.until[last] = fix.ms
          skipped = fix
          decideLate(lattice, fix.ms - lagMs, isApart, tell)
          return ledger.told()
        }
      }
      take(fix)
      return ledger.told()
    },
    finish() {
      if (skipped) {
        // where the track ends counts, even if that is near
        if (findCandidates(skipped) > 0 && layerCount(lattice) > 0) {
          const last = lattice.end - 1
          lattice.until[last] = Math.max(lattice.ms[last]!, skipped.ms - 1000)
          advance(skipped, false)
        }
      }
      settlePending()
      tellAll()
      ledger.close()
      return ledger.told()
    },
    counts: () => ({ ...counts }),
  }
}
