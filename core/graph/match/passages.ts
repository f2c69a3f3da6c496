/** The decided chain as passages over arcs, with times; and gaps, in which nothing is credited that is not sure. */
import type { Streets } from '../streets.ts'
import { NONE } from '../road-graph.ts'
import { WAY_MM_MAX, type WaySearch } from './ways.ts'

/** An arc driven, or a part of it. */
export type Passage = {
  readonly kind: 'passage'
  readonly arc: number
  /** Millimetres along the arc where it was entered and left. */
  readonly fromMm: number
  readonly toMm: number
  readonly enterMs: number
  readonly leaveMs: number
}
export type Gap = {
  readonly kind: 'gap'
  /** `unreachable`: no plausible way between; `off-road`: no road near; `ambiguous`: several ways, or roads, in doubt for too long; `slow`: too long for the way. */
  readonly reason: 'unreachable' | 'off-road' | 'ambiguous' | 'slow'
  readonly fromMs: number
  readonly toMs: number
}
export type Matched = Passage | Gap

/** In a gap, a way this much longer than the shortest may as well have been driven. */
const DETOUR_SHARE = 1.4
const DETOUR_MM = 200_000
/** Slower than this over a whole gap, m/s, the vehicle may have been anywhere. */
const GAP_SPEED_MIN = 2

export type Ledger = {
  /** The chain begins here. */
  readonly stand: (piece: number, along: number, ms: number, until: number) => void
  /** Still there. */
  readonly wait: (until: number) => void
  readonly step: (piece: number, along: number, ms: number, until: number, backMm: number) => void
  /** It goes on from here, but which way it came was in doubt when it had to be told. */
  readonly lose: (piece: number, along: number, ms: number, until: number) => void
  readonly gap: (reason: Gap['reason'], fromMs: number, toMs: number) => void
  readonly close: () => void
  /** What was told since the last time. */
  readonly told: () => Matched[]
}

export function createLedger({ graph, network }: Streets, ways: WaySearch, { speedMax, gapMs, turningMm }: { readonly speedMax: number; readonly gapMs: number; readonly turningMm: number }): Ledger {
  const { pieceArc, pieceLink } = network
  const lengthOf = (piece: number) => graph.edgeMillimeters[pieceArc[piece]! >>> 1]!
  let told: Matched[] = []
  let open: { arc: number; fromMm: number; toMm: number; enterMs: number; leaveMs: number } | undefined
  /** Where the chain stands. */
  let at: { piece: number; along: number; until: number } | undefined
  /** The farthest place reached, while the chain is a little behind it. */
  let farthest: { piece: number; along: number } | undefined

  const close = () => {
    if (open) told.push({ kind: 'passage', ...open })
    open = undefined
  }
  const add = (arc: number, fromMm: number, toMm: number, enterMs: number, leaveMs: number, joins: boolean) => {
    if (joins && open && open.arc === arc) {
      open.toMm = Math.max(open.toMm, toMm)
      open.leaveMs = leaveMs
      return
    }
    close()
    open = { arc, fromMm, toMm, enterMs, leaveMs }
  }
  const wait = (until: number) => {
    if (at) at.until = until
    if (open) open.leaveMs = Math.max(open.leaveMs, until)
  }
  const stand = (piece: number, along: number, ms: number, until: number) => {
    farthest = undefined
    at = { piece, along, until }
    add(pieceArc[piece]!, along, along, ms, until, false)
  }
  /** Which links of a way every plausible way has: without them there is none that is not much longer. */
  const sureLinks = (from: { piece: number; along: number }, piece: number, along: number, path: readonly number[], length: number, seconds: number): Set<number> => {
    const sure = new Set<number>()
    const limit = Math.min(length * DETOUR_SHARE + DETOUR_MM, speedMax * seconds * 1000)
    for (const link of new Set(path.map((each) => pieceLink[each]!))) {
      ways.forbid(link)
      ways.start(from.piece, from.along, limit, turningMm, Infinity, -Infinity)
      if (ways.costTo(piece, along, 0, limit) === Infinity) sure.add(link)
    }
    ways.forbid(NONE)
    sure.add(pieceLink[from.piece]!).add(pieceLink[piece]!)
    return sure
  }
  return {
    stand,
    wait,
    step(piece, along, ms, until, backMm) {
      let from = at!
      ways.aimAt(piece)
      ways.start(from.piece, from.along, WAY_MM_MAX, turningMm, Infinity, -Infinity)
      const path = ways.pathTo(piece, along, backMm)
      // A little behind where it was, the vehicle stands: it is the noise that moved. What was reached is not driven again.
      const isBehind = path.length === 1 && (piece !== from.piece || along < from.along)
      if (isBehind) farthest ??= { piece: from.piece, along: from.along }
      const again = farthest ? path.indexOf(farthest.piece) : -1
      if (isBehind || (farthest && again === path.length - 1 && along <= farthest.along) || (farthest && again < 0 && pieceLink[piece] === pieceLink[farthest.piece] && path.length <= farthest.piece - from.piece)) {
        at = { piece, along, until }
        wait(until)
        return
      }
      if (farthest && again >= 0) {
        path.splice(0, again)
        from = { ...from, ...farthest }
      } else if (farthest && farthest.piece !== from.piece && open && open.arc === pieceArc[farthest.piece]) {
        // it turned round before: the noise alone went on to the next piece
        open = undefined
      }
      farthest = undefined
      const seconds = (ms - from.until) / 1000
      let length = -from.along + along
      for (let k = 0; k + 1 < path.length; k++) length += lengthOf(path[k]!)
      length = Math.max(0, length)
      let sure: Set<number> | undefined
      if (ms - from.until > gapMs) {
        if (length / 1000 < GAP_SPEED_MIN * seconds && path.length > 1) {
          close()
          told.push({ kind: 'gap', reason: 'slow', fromMs: from.until, toMs: ms })
          stand(piece, along, ms, until)
          return
        }
        sure = sureLinks(from, piece, along, path, length, seconds)
      }
      let gone = 0
      let missing: { kind: 'gap'; reason: 'ambiguous'; fromMs: number; toMs: number } | undefined
      let turned = false
      for (let k = 0; k < path.length; k++) {
        const each = path[k]!
        const arc = pieceArc[each]!
        const turnsRound = k === 0 && path.length > 1 && pieceArc[path[1]!]! === (arc ^ 1) && path[1] !== undefined && from.along < lengthOf(each) && ways.backPiece(each) === path[1]
        const fromMm = k === 0 ? from.along : turned ? lengthOf(each) - from.along : 0
        turned = turnsRound
        const toMm = k === path.length - 1 ? Math.max(along, k === 0 || fromMm > along ? fromMm : 0) : turnsRound ? from.along : lengthOf(each)
        const enter = from.until + (length > 0 ? ((ms - from.until) * Math.min(length, gone)) / length : 0)
        gone += toMm - fromMm
        const leave = k === path.length - 1 ? until : from.until + (length > 0 ? ((ms - from.until) * Math.min(length, gone)) / length : 0)
        if (sure && !sure.has(pieceLink[each]!)) {
          close()
          if (missing) missing.toMs = leave
          else told.push((missing = { kind: 'gap', reason: 'ambiguous', fromMs: enter, toMs: leave }))
          continue
        }
        missing = undefined
        if (toMm > fromMm || k === path.length - 1) add(arc, fromMm, toMm, enter, leave, k === 0)
      }
      at = { piece, along, until }
    },
    lose(piece, along, ms, until) {
      if (open && open.fromMm === open.toMm) open = undefined // stood there only to be lost again
      close()
      told.push({ kind: 'gap', reason: 'ambiguous', fromMs: at!.until, toMs: ms })
      stand(piece, along, ms, until)
    },
    gap(reason, fromMs, toMs) {
      close()
      at = undefined
      told.push({ kind: 'gap', reason, fromMs, toMs })
    },
    close,
    told() {
      const now = told
      told = []
      return now
    },
  }
}
