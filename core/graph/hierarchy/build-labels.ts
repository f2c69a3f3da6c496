import type { Hierarchy } from './hierarchy.ts'
import { type Labels, LOW, PAGE, PAGE_COST } from './labels.ts'

export type LabelOptions = {
  readonly entriesMax?: number
  /** Parts of a vertex at most; more is smaller and slower. */
  readonly partsMax?: number
}

/**
 * Labels from a hierarchy, undefined when they would have more than `entriesMax` entries while they are built.
 *
 * From the top down: a vertex's label is what its neighbours above know, raised by the arcs there. An entry goes when another hub lies
 * on a way to it that costs no more, found by asking the labels done so far; what stays is the least that this order
 * of vertices allows (canonical: Abraham, Delling, Goldberg & Werneck 2012).
 *
 * O(Σ of label × (arcs upward + labels of its hubs)) at worst; the question about a hub ends at its first needless.
 */
export function buildLabels(hierarchy: Hierarchy, { entriesMax = Infinity, partsMax = PARTS_MAX }: LabelOptions = {}): Labels | undefined {
  const { count, upStarts, upHeads, upCosts, downStarts, downHeads, downCosts } = hierarchy
  const outs = createWide(count)
  const ins = createWide(count)
  const builder = createBuilder(count)
  for (let hub = 0; hub < count; hub++) {
    addRow(builder, hub, upStarts, upHeads, upCosts, outs, ins)
    addRow(builder, hub, downStarts, downHeads, downCosts, ins, outs)
    if (outs.used + ins.used > entriesMax) return undefined
  }
  return packed(hierarchy, outs, ins, builder.best, partsMax)
}

/**
 * A vertex that would need more parts than this has a row; and of those that are chosen for it in the first place, than `FEW_MAX`.
 *
 * Bytes a node of all labels, and µs a pair (Portland / Heidelberg): 3 parts 945 / 326, 1.1 / 0.7; 4 878 / 291; 6 777 / 254, 1.2 / 0.85; 8
 * 736 / 241, 1.5 / 0.86. Parts that had to have rows, three at most: 1021 / 373, 1.1 / 0.8.
 */
const PARTS_MAX = 6
const FEW_MAX = 3

/** One side of the labels under construction: hub = distance from the top of the hierarchy, rows in that order, each by ascending hub, the own hub last. */
type Wide = { readonly starts: Uint32Array; hubs: Uint32Array; costs: Float64Array; used: number }

const createWide = (count: number): Wide => ({
  starts: new Uint32Array(count + 1),
  hubs: new Uint32Array(16 * count + 64),
  costs: new Float64Array(16 * count + 64),
  used: 0,
})

type Row = { hubs: Uint32Array; costs: Float64Array; length: number }
type Builder = {
  /** [count] by hub; Infinity between rows. */
  readonly best: Float64Array
  /** Two rows to merge to and fro. */
  one: Row
  two: Row
}

const createBuilder = (count: number): Builder => ({
  best: new Float64Array(count).fill(Infinity),
  one: { hubs: new Uint32Array(256), costs: new Float64Array(256), length: 0 },
  two: { hubs: new Uint32Array(256), costs: new Float64Array(256), length: 0 },
})

/** The row of a hub on one side, merged from those of the hubs above it and pruned by the other side. */
function addRow(builder: Builder, own: number, starts: Uint32Array, heads: Uint32Array, arcCosts: Float64Array, mine: Wide, other: Wide): void {
  const top = builder.best.length - 1
  builder.one.length = 0
  for (let k = starts[top - own]; k < starts[top - own + 1]; k++) {
    merge(builder.one, mine, top - heads[k], arcCosts[k], builder.two)
    const merged = builder.two
    builder.two = builder.one
    builder.one = merged
  }
  const { best } = builder
  const { hubs, costs, length } = builder.one
  for (let i = 0; i < length; i++) best[hubs[i]] = costs[i]
  reserve(mine, length + 1)
  const { starts: otherStarts, hubs: otherHubs, costs: otherCosts } = other
  let used = mine.used
  for (let i = 0; i < length; i++) {
    const hub = hubs[i]
    const cost = costs[i]
    let k = otherStarts[hub]
    const end = otherStarts[hub + 1] - 1 // but for the hub itself
    while (k < end && best[otherHubs[k]] + otherCosts[k] > cost) k++
    if (k < end) continue
    mine.hubs[used] = hub
    mine.costs[used++] = cost
  }
  mine.hubs[used] = own
  mine.costs[used++] = 0
  mine.used = used
  mine.starts[own + 1] = used
  for (let i = 0; i < length; i++) best[hubs[i]] = Infinity
}

/** Merge a row with that of a hub, whose costs are raised; where both know a hub the lower cost stays. */
function merge(from: Row, side: Wide, hub: number, raise: number, to: Row): void {
  const end = side.starts[hub + 1]
  let k = side.starts[hub]
  const most = from.length + end - k
  if (to.hubs.length < most) {
    to.hubs = new Uint32Array(2 * most)
    to.costs = new Float64Array(2 * most)
  }
  const { hubs, costs, length } = from
  const { hubs: sideHubs, costs: sideCosts } = side
  const { hubs: toHubs, costs: toCosts } = to
  let n = 0
  let i = 0
  while (i < length && k < end) {
    const a = hubs[i]
    const b = sideHubs[k]
    if (a < b) {
      toHubs[n] = a
      toCosts[n++] = costs[i++]
    } else if (b < a) {
      toHubs[n] = b
      toCosts[n++] = raise + sideCosts[k++]
    } else {
      const cost = raise + sideCosts[k++]
      toHubs[n] = a
      toCosts[n++] = cost < costs[i] ? cost : costs[i]
      i++
    }
  }
  for (; i < length; i++) {
    toHubs[n] = hubs[i]
    toCosts[n++] = costs[i]
  }
  for (; k < end; k++) {
    toHubs[n] = sideHubs[k]
    toCosts[n++] = raise + sideCosts[k]
  }
  to.length = n
}

function reserve(wide: Wide, more: number): void {
  if (wide.used + more <= wide.hubs.length) return
  const room = Math.max(wide.used + more, 2 * wide.hubs.length)
  const { hubs, costs } = wide
  wide.hubs = new Uint32Array(room)
  wide.hubs.set(hubs)
  wide.costs = new Float64Array(room)
  wide.costs.set(costs)
}

/** Labels in the form they are kept in. */
function packed(hierarchy: Hierarchy, outs: Wide, ins: Wide, best: Float64Array, partsMax: number): Labels {
  const { count, rankOf, upStarts, upHeads, upCosts, downStarts, downHeads, downCosts } = hierarchy
  const outShares = share(outs, upStarts, upHeads, upCosts, best, partsMax)
  const inShares = share(ins, downStarts, downHeads, downCosts, best, partsMax)

  // hubs that stand in rows get the low numbers: then one page does for most towns
  const stands = new Uint8Array(count)
  markHubs(stands, outs, outShares)
  markHubs(stands, ins, inShares)
  const numberOf = new Uint32Array(count)
  let number = 0
  for (let hub = 0; hub < count; hub++) if (stands[hub]) numberOf[hub] = number++
  for (let hub = 0; hub < count; hub++) if (!stands[hub]) numberOf[hub] = number++
  const ownHubs = new Uint32Array(count)
  for (let v = 0; v < count; v++) ownHubs[v] = numberOf[count - 1 - rankOf[v]]

  const entries: Entries = { words: new Uint32Array(1024), used: 0 }
  const outSide = putSide(entries, outs, outShares, hierarchy, numberOf)
  const inSide = putSide(entries, ins, inShares, hierarchy, numberOf)
  return {
    count,
    ownHubs,
    outRows: outSide.rows,
    outPartStarts: outSide.partStarts,
    outParts: outSide.parts,
    outShifts: outSide.shifts,
    inRows: inSide.rows,
    inPartStarts: inSide.partStarts,
    inParts: inSide.parts,
    inShifts: inSide.shifts,
    entries: entries.words.slice(0, 2 * entries.used),
  }
}

/** Which hubs have a row; the parts of the others, `partsMax` places each, filled from the first. */
type Shares = { readonly partsMax: number; readonly isRow: Uint8Array; readonly parts: Int32Array; readonly shifts: Float64Array }
const NONE = -1

/**
 * Choose who has a row. From the bottom up: whose label a few neighbours above know has those for parts, and whoever has it for a
 * part now has them too, as long as nobody has too many. (It stays a part, for itself as a hub.)
 *
 * All that is in a label some neighbour above knows at that cost, so a few of them often know all of it. What they know
 * besides is a way too, if not the least, and does no harm.
 */
function share(side: Wide, arcStarts: Uint32Array, arcHeads: Uint32Array, arcCosts: Float64Array, best: Float64Array, partsMax: number): Shares {
  const count = best.length
  const isRow = new Uint8Array(count)
  const parts = new Int32Array(partsMax * count).fill(NONE)
  const shifts = new Float64Array(partsMax * count)
  /** By hub: those who have it for a part. */
  const users: (number[] | undefined)[] = []
  const use = (user: number, part: number, shift: number): boolean => {
    let at = partsMax * user
    const end = at + partsMax
    while (at < end && parts[at] !== NONE && parts[at] !== part) at++
    if (at === end) return false
    if (parts[at] === NONE) {
      parts[at] = part
      shifts[at] = shift
      const others = users[part]
      if (others) others.push(user)
      else users[part] = [user]
    } else shifts[at] = Math.min(shifts[at], shift)
    return true
  }
  const fewMax = Math.min(FEW_MAX, partsMax)
  const few: Few = { parts: new Int32Array(fewMax), shifts: new Float64Array(fewMax), count: 0 }
  for (let own = count - 1; own >= 0; own--) {
    const mine = users[own] ?? []
    if (!findFew(few, side, own, arcStarts, arcHeads, arcCosts, best) || mine.some((user) => !hasRoom(partsMax, parts, user, few))) {
      isRow[own] = 1
      continue
    }
    for (let i = 0; i < few.count; i++) use(own, few.parts[i], few.shifts[i])
    for (const user of mine) {
      const shift = shifts[parts.indexOf(own, partsMax * user)]
      for (let i = 0; i < few.count; i++) use(user, few.parts[i], shift + few.shifts[i])
    }
  }
  return { partsMax, isRow, parts, shifts }
}

/** Neighbours above that together know a label. */
type Few = { readonly parts: Int32Array; readonly shifts: Float64Array; count: number }

/** False when more than there is room for would be needed. */
function findFew(few: Few, { starts, hubs, costs }: Wide, own: number, arcStarts: Uint32Array, arcHeads: Uint32Array, arcCosts: Float64Array, best: Float64Array): boolean {
  const count = best.length
  const rank = count - 1 - own
  const from = starts[own]
  const to = starts[own + 1] - 1
  for (let k = from; k < to; k++) best[hubs[k]] = costs[k]
  let missing = to - from
  few.count = 0
  while (few.count < few.parts.length && missing > 0) {
    // the neighbour that knows most of what is missing
    let most = 0
    let part = NONE
    let shift = 0
    for (let arc = arcStarts[rank]; arc < arcStarts[rank + 1]; arc++) {
      const above = count - 1 - arcHeads[arc]
      let knows = 0
      for (let k = starts[above]; k < starts[above + 1]; k++) if (best[hubs[k]] === arcCosts[arc] + costs[k]) knows++
      if (knows <= most) continue
      most = knows
      part = above
      shift = arcCosts[arc]
    }
    for (let k = starts[part]; k < starts[part + 1]; k++) if (best[hubs[k]] === shift + costs[k]) best[hubs[k]] = Infinity
    missing -= most
    few.parts[few.count] = part
    few.shifts[few.count++] = shift
  }
  for (let k = from; k < to; k++) best[hubs[k]] = Infinity
  return missing === 0
}

/** Whether a few more parts have room. */
function hasRoom(partsMax: number, parts: Int32Array, user: number, few: Few): boolean {
  const from = partsMax * user
  let used = 0
  while (used < partsMax && parts[from + used] !== NONE) used++
  let fresh = 0
  for (let i = 0; i < few.count; i++) if (!parts.subarray(from, from + used).includes(few.parts[i])) fresh++
  return used + fresh <= partsMax
}

function markHubs(stands: Uint8Array, { starts, hubs }: Wide, { isRow }: Shares): void {
  for (let own = 0; own < isRow.length; own++) {
    if (isRow[own]) for (let k = starts[own]; k < starts[own + 1] - 1; k++) stands[hubs[k]] = 1
  }
}

type Entries = { words: Uint32Array; used: number }

/** One side in the order of vertices; its rows are added to the entries. */
function putSide(entries: Entries, { starts, hubs, costs }: Wide, { partsMax, isRow, parts, shifts }: Shares, { count, rankOf, vertexAt }: Hierarchy, numberOf: Uint32Array) {
  const rows = new Uint32Array(count + 1)
  const partStarts = new Uint32Array(count + 1)
  const vertexParts = new Uint32Array(parts.length)
  const vertexShifts = new Float64Array(parts.length)
  let partsUsed = 0
  rows[0] = entries.used
  for (let v = 0; v < count; v++) {
    const own = count - 1 - rankOf[v]
    for (let i = partsMax * own; i < partsMax * (own + 1) && parts[i] !== NONE; i++) {
      vertexParts[partsUsed] = vertexAt[count - 1 - parts[i]]
      vertexShifts[partsUsed++] = shifts[i]
    }
    if (isRow[own]) {
      let firstHub = 0
      let page = 0
      for (let k = starts[own]; k < starts[own + 1] - 1; k++) {
        const hub = numberOf[hubs[k]]
        const pageNeeded = Math.floor(costs[k] / PAGE_COST)
        if (hub < firstHub || hub - firstHub >= PAGE || pageNeeded !== page) {
          if (hub < firstHub || hub - firstHub >= PAGE) firstHub = hub
          page = pageNeeded
          putEntry(entries, PAGE, page, firstHub)
        }
        const rest = costs[k] - page * PAGE_COST
        const high = Math.floor(rest / LOW)
        putEntry(entries, hub - firstHub, high, rest - high * LOW)
      }
    }
    rows[v + 1] = entries.used
    partStarts[v + 1] = partsUsed
  }
  return { rows, partStarts, parts: vertexParts.slice(0, partsUsed), shifts: vertexShifts.slice(0, partsUsed) }
}

function putEntry(entries: Entries, hub: number, high: number, low: number): void {
  const at = 2 * entries.used++
  if (at === entries.words.length) {
    const { words } = entries
    entries.words = new Uint32Array(2 * at)
    entries.words.set(words)
  }
  entries.words[at] = hub + high * 0x1_0000
  entries.words[at + 1] = low
}
