/** Closed rings on a flat map, the last point the same as the first: what crosses what, what lies inside, and fewer corners. */

export type Ring = readonly (readonly [x: number, y: number])[]

/**
 * The ring with so many corners at most, each of them one of its own; undefined where that would lie farther off than `metersMax`.
 *
 * The corner that is missed least goes first, where what is missed is all corners that the new side leaves out. O(corners² × corners left out at once).
 */
export function withFewerCorners(ring: Ring, cornersMax: number, metersMax: number): Ring | undefined {
  const corners = ring.slice(0, -1)
  /** Of the corners, in order, those that are kept. */
  const kept = [...corners.keys()]
  const missedWithout = (i: number): number => {
    const [before, after] = [kept.at(i - 1)!, kept[(i + 1) % kept.length]!]
    let most = 0
    for (let at = (before + 1) % corners.length; at !== after; at = (at + 1) % corners.length) most = Math.max(most, toSegment(corners[at]!, corners[before]!, corners[after]!))
    return most
  }
  while (kept.length > cornersMax) {
    let [least, at] = [Infinity, 0]
    for (let i = 0; i < kept.length; i++) {
      const missed = missedWithout(i)
      if (missed < least) [least, at] = [missed, i]
    }
    if (least > metersMax || kept.length === 3) return undefined
    kept.splice(at, 1)
  }
  const closed = [...kept, kept[0]!].map((at) => corners[at]!)
  return firstCrossing([closed]) ? undefined : closed
}

/**
 * The line with so many corners at most, each of them one of its own, its ends among them; undefined where that would lie farther off than `metersMax`.
 *
 * The corner that is missed least goes first, as above. O(corners² × corners left out at once).
 */
export function lineWithFewerCorners(line: Ring, cornersMax: number, metersMax: number): Ring | undefined {
  const kept = [...line.keys()]
  while (kept.length > cornersMax) {
    let [least, at] = [Infinity, 0]
    for (let i = 1; i + 1 < kept.length; i++) {
      const [before, after] = [kept[i - 1]!, kept[i + 1]!]
      let missed = 0
      for (let between = before + 1; between < after; between++) missed = Math.max(missed, toSegment(line[between]!, line[before]!, line[after]!))
      if (missed < least) [least, at] = [missed, i]
    }
    if (least > metersMax) return undefined
    kept.splice(at, 1)
  }
  return kept.map((at) => line[at]!)
}

function toSegment([px, py]: readonly [number, number], [ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length2 = dx * dx + dy * dy
  const share = length2 > 0 ? Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length2)) : 0
  return Math.hypot(px - ax - share * dx, py - ay - share * dy)
}

/** Square metres; negative clockwise. */
export function areaOf(ring: Ring): number {
  let twice = 0
  for (let i = 0; i + 1 < ring.length; i++) twice += ring[i]![0] * ring[i + 1]![1] - ring[i + 1]![0] * ring[i]![1]
  return twice / 2
}

type Side = { readonly ring: number; readonly side: number; readonly count: number; readonly from: readonly [number, number]; readonly to: readonly [number, number] }

/** The first two sides that cross or touch where they should not: neighbours may share their corner and nothing else. O(sides²). */
export function firstCrossing(rings: readonly Ring[]): { readonly rings: readonly [number, number]; readonly sides: readonly [number, number] } | undefined {
  const sides = rings.flatMap((points, ring) => {
    // a point that was clicked twice is one corner
    const corners = points.filter((point, i) => i === 0 || point[0] !== points[i - 1]![0] || point[1] !== points[i - 1]![1])
    return corners.slice(0, -1).map((from, side): Side => ({ ring, side, count: corners.length - 1, from, to: corners[side + 1]! }))
  })
  for (let i = 0; i < sides.length; i++) {
    for (let j = i + 1; j < sides.length; j++) {
      const [a, b] = [sides[i]!, sides[j]!]
      const isNext = a.ring === b.ring && (b.side === a.side + 1 || (a.side === 0 && b.side === b.count - 1))
      if (isNext ? isSpike(a, b) : meet(a, b)) return { rings: [a.ring, b.ring], sides: [a.side, b.side] }
    }
  }
  return undefined
}

const turn = (a: readonly [number, number], b: readonly [number, number], c: readonly [number, number]): number =>
  (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
const within = (a: number, b: number, c: number): boolean => Math.min(a, b) <= c && c <= Math.max(a, b)

function meet({ from: a, to: b }: Side, { from: c, to: d }: Side): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)].map(Math.sign) as [number, number, number, number]
  if (abc !== abd && cda !== cdb) return true
  const on = (p: readonly [number, number], q: readonly [number, number], r: readonly [number, number]) => within(p[0], q[0], r[0]) && within(p[1], q[1], r[1])
  return (abc === 0 && on(a, b, c)) || (abd === 0 && on(a, b, d)) || (cda === 0 && on(c, d, a)) || (cdb === 0 && on(c, d, b))
}

/** Two neighbours of which one runs back over the other. */
function isSpike(a: Side, b: Side): boolean {
  const [before, corner, after] = b.side === a.side + 1 ? [a.from, a.to, b.to] : [b.from, b.to, a.to]
  const ahead = (after[0] - corner[0]) * (before[0] - corner[0]) + (after[1] - corner[1]) * (before[1] - corner[1])
  return turn(before, corner, after) === 0 && ahead > 0
}

/** Even–odd. */
export function isInRing([px, py]: readonly [number, number], ring: Ring): boolean {
  let inside = false
  for (let i = 0; i + 1 < ring.length; i++) {
    const [[ax, ay], [bx, by]] = [ring[i]!, ring[i + 1]!]
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}
