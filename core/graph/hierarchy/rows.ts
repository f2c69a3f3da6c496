/**
 * The arcs of a graph that changes: each vertex has a row by ascending cost, with room to grow; a row that is full moves to
 * the end.
 *
 * Typed arrays rather than lists of objects. Moving rows leave holes; doubling the room each time keeps the holes below
 * the arcs.
 */
export type Rows = {
  /** [count] where the row begins, how many arcs it has and has room for. */
  readonly at: Uint32Array
  readonly length: Uint32Array
  readonly room: Uint32Array
  /** Replaced by larger ones as they fill up: read them from here after every change. */
  heads: Uint32Array
  costs: Float64Array
  /** The vertex a shortcut leads over; `ORIGINAL` for an arc of the graph. */
  middles: Uint32Array
  /** Arcs of the graph that an arc stands for. */
  hops: Uint32Array
  used: number
}

/** The `middle` of an arc that is no shortcut. */
export const ORIGINAL = 0xffff_ffff

/** Rows for the degrees given, a little room in each. */
export function createRows(degrees: Uint32Array): Rows {
  const count = degrees.length
  const at = new Uint32Array(count)
  const room = new Uint32Array(count)
  let used = 0
  for (let v = 0; v < count; v++) {
    at[v] = used
    room[v] = degrees[v] + 2
    used += room[v]
  }
  const places = used + (used >>> 1) + 16
  return {
    at,
    length: new Uint32Array(count),
    room,
    heads: new Uint32Array(places),
    costs: new Float64Array(places),
    middles: new Uint32Array(places),
    hops: new Uint32Array(places),
    used,
  }
}

/** Put an arc in a row, or lower the cost of the one that leads there already. */
export function offerArc(rows: Rows, v: number, head: number, cost: number, middle: number, hops: number): void {
  let k = rows.at[v]
  const end = k + rows.length[v]
  while (k < end && rows.heads[k] !== head) k++
  if (k === end) {
    if (rows.length[v] === rows.room[v]) k = moveRow(rows, v) + rows.length[v]
    rows.length[v]++
  } else if (rows.costs[k] <= cost) return
  const { heads, costs, middles, hops: rowHops } = rows
  for (const from = rows.at[v]; k > from && costs[k - 1] > cost; k--) {
    heads[k] = heads[k - 1]
    costs[k] = costs[k - 1]
    middles[k] = middles[k - 1]
    rowHops[k] = rowHops[k - 1]
  }
  heads[k] = head
  costs[k] = cost
  middles[k] = middle
  rowHops[k] = hops
}

/** Take the arc to `head` out of a row that has it. */
export function dropArc(rows: Rows, v: number, head: number): void {
  const { heads, costs, middles, hops } = rows
  let k = rows.at[v]
  while (heads[k] !== head) k++
  for (const last = rows.at[v] + --rows.length[v]; k < last; k++) {
    heads[k] = heads[k + 1]
    costs[k] = costs[k + 1]
    middles[k] = middles[k + 1]
    hops[k] = hops[k + 1]
  }
}

/** Move a row to the end with double the room. */
function moveRow(rows: Rows, v: number): number {
  const from = rows.at[v]
  const length = rows.length[v]
  const room = 2 * rows.room[v]
  const at = rows.used
  rows.used += room
  if (rows.used > rows.heads.length) {
    const places = Math.max(2 * rows.heads.length, rows.used)
    rows.heads = grown(rows.heads, new Uint32Array(places))
    rows.costs = grown(rows.costs, new Float64Array(places))
    rows.middles = grown(rows.middles, new Uint32Array(places))
    rows.hops = grown(rows.hops, new Uint32Array(places))
  }
  rows.heads.copyWithin(at, from, from + length)
  rows.costs.copyWithin(at, from, from + length)
  rows.middles.copyWithin(at, from, from + length)
  rows.hops.copyWithin(at, from, from + length)
  rows.at[v] = at
  rows.room[v] = room
  return at
}

function grown<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
