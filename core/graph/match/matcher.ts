/**
 * From fixes of a satellite receiver to the roads that were driven.
 *
 * A hidden Markov model (Newson & Krumm 2009): the states of a fix are the arcs near it, each with the place on it; a state is
 * as likely as the fix is near, and a step between states as likely as its way on the road is about as long as the straight line.
 * Viterbi's best chain is told as soon as all chains that are still possible agree on it, and at the latest after the lag.
 */
import { distanceMeters } from '../../geo/distance.ts'
import { createNearby, NEAR_COUNT_MAX } from '../grid.ts'
import { CLOSED, NONE } from '../road-graph.ts'
import type { Streets } from '../streets.ts'
import { createLedger, type Matched } from './passages.ts'
import { createWaySearch } from './ways.ts'

export type Fix = {
  readonly lon: number
  readonly lat: number
  /** Milliseconds since any beginning. */
  readonly ms: number
  /** Standard deviation the receiver claims, metres. */
  readonly accuracyMeters?: number
  /** Direction of travel, degrees clockwise from north; believed above walking pace. */
  readonly headingDegrees?: number
  readonly metersPerSecond?: number
}

export type MatchOptions = {
  /** Standard deviation of a fix that does not say. */
  readonly sigmaMeters?: number
  /** Roads farther away are not thought of. */
  readonly metersMax?: number
  /** Faster than this is not believed, m/s. */
  readonly speedMax?: number
  /** On line, decide at the latest so long after a fix; Infinity: only when certain. */
  readonly lagMs?: number
  /** Without fixes for longer than this, only what every plausible way shares is credited. */
  readonly gapMs?: number
}

export const matchDefaults = { sigmaMeters: 6, metersMax: 60, speedMax: 60, lagMs: 30_000, gapMs: 75_000 } as const

/** How many roads a fix is thought to be on at most; each has two directions. */
const ROADS_MAX = 10
const STATES_MAX = 2 * ROADS_MAX
/** Chains less likely than the best by e to this are given up. */
const HOPELESS = 80
/** A fix that makes the best chain less likely by e to this is thought to be wild. */
const WILD = 14
const WILD_COUNT_MAX = 3
const WILD_MS_MAX = 30_000
/** Fixes in a row without a road after which the vehicle was off the road. */
const OFF_ROAD_COUNT = 3
/** Who has not moved for so long is parked, and moves only by so many standard deviations. */
const PARKED_MS = 20_000
const PARKED_SIGMAS = 4
/** Undecided fixes kept at most. */
const LAYERS_MAX = 400
/** Beyond this a way is not looked for, millimetres. */
const WAY_MM_MAX = 6_000_000

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

export function createMatcher(streets: Streets, options: MatchOptions = {}): Matcher {
  const { sigmaMeters, metersMax, speedMax, lagMs, gapMs } = { ...matchDefaults, ...options }
  const { graph, network, driveMs } = streets
  const { arcPiece, pieceArc, copyArc, copyPiece } = network
  const nearby = createNearby(graph)
  const ways = createWaySearch(streets)
  const ledger = createLedger(streets, ways, { speedMax, gapMs })
  // Also where no way leads back: at the edge of the map, and a car park whose way out is missing was driven all the same.
  const open = Uint8Array.from({ length: graph.edgeCount }, (_, edge) => (driveMs[2 * edge] === CLOSED && driveMs[2 * edge + 1] === CLOSED ? 0 : 1))
  const copyFirst = firstCopies(copyArc, copyArc.length > 0 ? 2 * graph.edgeCount : 0)

  // Undecided layers, each the states of one fix; states lie one layer after the other.
  const layerStart = new Int32Array(LAYERS_MAX + 2)
  const layerLon = new Float64Array(LAYERS_MAX + 1)
  const layerLat = new Float64Array(LAYERS_MAX + 1)
  const layerSigma = new Float64Array(LAYERS_MAX + 1)
  /** When the vehicle was first seen there, and last. */
  const layerMs = new Float64Array(LAYERS_MAX + 1)
  const layerUntil = new Float64Array(LAYERS_MAX + 1)
  const stateMax = (LAYERS_MAX + 1) * STATES_MAX
  const statePiece = new Uint32Array(stateMax)
  const stateAlong = new Float64Array(stateMax)
  const stateScore = new Float64Array(stateMax)
  const statePrior = new Int32Array(stateMax)
  const mark = new Uint8Array(stateMax)
  let layers = 0
  /** Whether the first layer is one that was decided and told. */
  let firstTold = false
  let pending: Fix[] = []
  let skipped: Fix | undefined // the last one stood still
  /** The middle of the fixes of the last layer: where the vehicle stands, if it does. */
  const middle = { lon: 0, lat: 0, count: 0 }
  let offRoadRun = 0
  let lastMs = -Infinity
  const counts = { fixes: 0, still: 0, untimely: 0, offRoad: 0, wild: 0 }

  // the roads near the fix at hand
  let candidates = 0
  const candidateArc = new Uint32Array(2 * NEAR_COUNT_MAX)
  const candidateAlong = new Float64Array(2 * NEAR_COUNT_MAX)
  const candidateScore = new Float64Array(2 * NEAR_COUNT_MAX)
  const bestScore = new Float64Array(STATES_MAX)
  const bestPrior = new Int32Array(STATES_MAX)
  const bestPiece = new Uint32Array(STATES_MAX)

  const sigmaOf = (fix: Fix) => (fix.accuracyMeters !== undefined && fix.accuracyMeters > 0 ? Math.min(50, Math.max(3, fix.accuracyMeters)) : sigmaMeters)

  const findCandidates = (fix: Fix) => {
    const sigma = sigmaOf(fix)
    const found = nearby.look(open, fix.lon, fix.lat, Math.max(metersMax, 3 * sigma), ROADS_MAX)
    candidates = 0
    for (let i = 0; i < found; i++) {
      const z = nearby.meters[i]! / sigma
      // beyond 2.5 σ as of a heavier tail: near tall houses fixes stray together
      const score = z <= 2.5 ? -0.5 * z * z : -3.125 - 2.5 * (z - 2.5) * 0.6
      const edge = nearby.edge[i]!
      const along = Math.round(nearby.alongOf(i))
      const bearing = nearby.bearingOf(i)
      for (let side = 0; side < 2; side++) {
        const arc = 2 * edge + side
        if (arcPiece[arc] === NONE || driveMs[arc] === CLOSED) continue
        candidateArc[candidates] = arc
        candidateAlong[candidates] = side ? graph.edgeMillimeters[edge]! - along : along
        candidateScore[candidates++] = score + headingScore(fix, bearing + 180 * side)
      }
    }
    return candidates
  }

  const begin = (fix: Fix) => {
    layers = 1
    firstTold = false
    layerStart[0] = 0
    let kept = 0
    for (let j = 0; j < candidates; j++) {
      statePiece[kept] = arcPiece[candidateArc[j]!]!
      stateAlong[kept] = candidateAlong[j]!
      stateScore[kept] = candidateScore[j]!
      statePrior[kept++] = -1
    }
    layerStart[1] = kept
    see(0, fix)
  }
  const see = (layer: number, fix: Fix) => {
    layerLon[layer] = fix.lon
    layerLat[layer] = fix.lat
    layerSigma[layer] = sigmaOf(fix)
    layerMs[layer] = fix.ms
    layerUntil[layer] = fix.ms
    middle.lon = fix.lon
    middle.lat = fix.lat
    middle.count = 1
  }

  /** Go on from the last layer to the candidates at hand. @returns whether that is believed; a layer is added if so */
  const advance = (fix: Fix, force: boolean): boolean => {
    const last = layers - 1
    const meters = distanceMeters(layerLon[last]!, layerLat[last]!, fix.lon, fix.lat)
    const seconds = (fix.ms - layerUntil[last]!) / 1000
    const noise = layerSigma[last]! + sigmaOf(fix)
    const reach = speedMax * seconds + 2 * noise
    if (meters > reach) return false
    // Errors of fixes close in time are of one piece: many of them are not many witnesses.
    const weight = Math.min(1, Math.max(0.2, seconds / 5))
    const beta = betaOf(meters, seconds, noise)
    const limit = Math.min(WAY_MM_MAX, 1000 * Math.min(reach + 60, meters + 60 + Math.max(140, 20 * beta)))
    const backMm = 1000 * Math.min(noise, 15)
    let before = -Infinity
    for (let i = layerStart[last]!; i < layerStart[last + 1]!; i++) if (stateScore[i]! > before) before = stateScore[i]!
    for (let j = 0; j < candidates; j++) bestScore[j] = -Infinity
    for (let i = layerStart[last]!; i < layerStart[last + 1]!; i++) {
      const base = stateScore[i]!
      if (base < before - HOPELESS) continue
      ways.start(statePiece[i]!, stateAlong[i]!, limit)
      for (let j = 0; j < candidates; j++) {
        const arc = candidateArc[j]!
        // what no way can better needs no search
        if (base + weight * candidateScore[j]! <= bestScore[j]!) continue
        let piece = arcPiece[arc]!
        let cost = ways.costTo(piece, candidateAlong[j]!, backMm)
        if (copyFirst.length > 0 && copyFirst[arc]! >= 0) {
          for (let k = copyFirst[arc]!; copyArc[k] === arc; k++) {
            const other = ways.costTo(copyPiece[k]!, candidateAlong[j]!, backMm)
            if (other < cost) [cost, piece] = [other, copyPiece[k]!]
          }
        }
        if (cost === Infinity) continue
        // a little behind is standing still; what that hides counts as well
        const behind = cost === 0 && piece === statePiece[i]! && candidateAlong[j]! < stateAlong[i]! ? (stateAlong[i]! - candidateAlong[j]!) / 1000 : 0
        const score = base + weight * candidateScore[j]! - (Math.abs(cost / 1000 - meters) + behind) / beta
        if (score > bestScore[j]!) {
          bestScore[j] = score
          bestPrior[j] = i
          bestPiece[j] = piece
        }
      }
    }
    let best = -Infinity
    for (let j = 0; j < candidates; j++) if (bestScore[j]! > best) best = bestScore[j]!
    if (best === -Infinity || (!force && best < before - WILD)) return false
    let next = layerStart[layers]!
    for (let j = 0; j < candidates; j++) {
      if (bestScore[j]! < best - HOPELESS) continue
      statePiece[next] = bestPiece[j]!
      stateAlong[next] = candidateAlong[j]!
      stateScore[next] = bestScore[j]! - best // relative, so that long tracks lose no digits
      statePrior[next++] = bestPrior[j]!
    }
    layerStart[++layers] = next
    see(layers - 1, fix)
    return true
  }

  const bestOfLast = () => {
    let best = layerStart[layers - 1]!
    for (let i = best + 1; i < layerStart[layers]!; i++) if (stateScore[i]! > stateScore[best]!) best = i
    return best
  }
  /** Layers 0 … `layer` end in `state`: tell the steps up to it, and keep only what goes on from there. */
  const decide = (layer: number, state: number) => {
    const chain: number[] = []
    for (let at = state; at >= 0; at = statePrior[at]!) chain.push(at)
    chain.reverse()
    for (let k = 0; k <= layer; k++) {
      const at = chain[k]!
      if (k === 0 && firstTold) ledger.wait(layerUntil[0]!)
      else if (k === 0) ledger.stand(statePiece[at]!, stateAlong[at]!, layerMs[0]!, layerUntil[0]!)
      else {
        const noise = layerSigma[k]! + layerSigma[k - 1]!
        ledger.step(statePiece[at]!, stateAlong[at]!, layerMs[k]!, layerUntil[k]!, shareOf(k, at), 1000 * Math.min(noise, 15))
      }
    }
    firstTold = true
    // the decided layer stays as the first, with its one state
    mark.fill(0, layerStart[layer]!, layerStart[layers]!)
    mark[state] = 1
    let put = 0
    const moved = new Map<number, number>()
    const kept = layers - layer
    for (let k = 0; k < kept; k++) {
      const [from, to] = [layerStart[layer + k]!, layerStart[layer + k + 1]!]
      layerStart[k] = put
      for (let i = from; i < to; i++) {
        if (k > 0 && mark[statePrior[i]!] === 1) mark[i] = 1
        if (mark[i] === 0) continue
        moved.set(i, put)
        statePiece[put] = statePiece[i]!
        stateAlong[put] = stateAlong[i]!
        stateScore[put] = stateScore[i]!
        statePrior[put] = k === 0 ? -1 : moved.get(statePrior[i]!)!
        put++
      }
      layerLon[k] = layerLon[layer + k]!
      layerLat[k] = layerLat[layer + k]!
      layerSigma[k] = layerSigma[layer + k]!
      layerMs[k] = layerMs[layer + k]!
      layerUntil[k] = layerUntil[layer + k]!
    }
    layerStart[kept] = put
    layers = kept
  }
  /** How much of what was thought of a fix, when it came, lay on the road chosen: 0 … 1. */
  const shareOf = (layer: number, state: number) => {
    let all = 0
    let same = 0
    let top = -Infinity
    for (let i = layerStart[layer]!; i < layerStart[layer + 1]!; i++) if (stateScore[i]! > top) top = stateScore[i]!
    for (let i = layerStart[layer]!; i < layerStart[layer + 1]!; i++) {
      const weight = Math.exp(stateScore[i]! - top)
      all += weight
      if (pieceArc[statePiece[i]!]! >>> 1 === pieceArc[statePiece[state]!]! >>> 1) same += weight
    }
    return same / all
  }
  /** Where all chains of the last layer meet, everything before is certain. */
  const decideCertain = () => {
    if (layers < 2) return
    let layer = layers - 1
    const last = layerStart[layer]!
    mark.fill(0, 0, layerStart[layers]!)
    mark.fill(1, last, layerStart[layers]!)
    for (; layer > 0; layer--) {
      let [count, only] = [0, -1]
      for (let i = layerStart[layer]!; i < layerStart[layer + 1]!; i++) {
        if (mark[i] === 0) continue
        count++
        only = i
        mark[statePrior[i]!] = 1
      }
      if (count === 1) {
        decide(layer, only)
        return
      }
    }
  }
  const decideLate = (ms: number) => {
    let layer = layers - 1
    let state = bestOfLast()
    while (layer > 0 && layerMs[layer]! > ms) {
      state = statePrior[state]!
      layer--
    }
    if (layer > 0) decide(layer, state)
  }
  const decideAll = () => {
    if (layers === 0) return
    decide(layers - 1, bestOfLast())
    layers = 0
  }
  /** Nothing connects: tell what was, and begin again. */
  const breakHere = (reason: 'unreachable' | 'off-road', ms: number) => {
    const since = layers > 0 ? layerUntil[layers - 1]! : ms
    decideAll()
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
    if (layers === 0) return begin(fix)
    if (advance(fix, false)) {
      counts.wild += pending.length
      pending = []
    } else {
      pending.push(fix)
      if (pending.length >= WILD_COUNT_MAX || fix.ms - pending[0]!.ms >= WILD_MS_MAX) settlePending()
    }
    decideCertain()
    if (layers > 0 && lagMs !== Infinity) decideLate(fix.ms - lagMs)
    if (layers >= LAYERS_MAX) decideLate(layerMs[layers >>> 1]!)
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
      if (layers > 0 && pending.length === 0 && offRoadRun === 0) {
        const last = layers - 1
        // Who has stood for a while stands until a fix is farther off than noise throws it.
        const sigma = sigmaOf(fix)
        const stillMeters = layerUntil[last]! - layerMs[last]! >= PARKED_MS ? PARKED_SIGMAS * sigma : Math.max(8, 1.5 * sigma)
        if (distanceMeters(middle.lon, middle.lat, fix.lon, fix.lat) < stillMeters && fix.ms - layerUntil[last]! <= gapMs) {
          middle.count++
          middle.lon += (fix.lon - middle.lon) / middle.count
          middle.lat += (fix.lat - middle.lat) / middle.count
          counts.still++
          layerUntil[last] = fix.ms
          skipped = fix
          if (lagMs !== Infinity) decideLate(fix.ms - lagMs)
          return ledger.told()
        }
      }
      take(fix)
      return ledger.told()
    },
    finish() {
      if (skipped) {
        // where the track ends counts, even if that is near
        if (findCandidates(skipped) > 0 && layers > 0) {
          layerUntil[layers - 1] = Math.max(layerMs[layers - 1]!, skipped.ms - 1000)
          advance(skipped, false)
        }
      }
      settlePending()
      decideAll()
      ledger.close()
      return ledger.told()
    },
    counts: () => ({ ...counts }),
  }
}

/** Direction against the road's, where the vehicle moves: like a standard deviation of 35°, but never decisive alone. */
function headingScore(fix: Fix, bearing: number): number {
  if (fix.headingDegrees === undefined || !Number.isFinite(fix.headingDegrees) || (fix.metersPerSecond ?? 3) < 2) return 0
  const off = Math.abs((((fix.headingDegrees - bearing) % 360) + 540) % 360 - 180)
  return -Math.min(4.5, 0.5 * (off / 35) ** 2)
}

/** How far the way on the road and the straight line differ as a rule, metres. */
function betaOf(meters: number, seconds: number, noise: number): number {
  return 3 + 0.15 * noise + 0.05 * meters + 0.1 * seconds
}

function firstCopies(copyArc: Uint32Array, arcCount: number): Int32Array {
  const first = new Int32Array(arcCount).fill(-1)
  for (let k = copyArc.length - 1; k >= 0 && arcCount > 0; k--) first[copyArc[k]!] = k
  return first
}
