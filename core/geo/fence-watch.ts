/** One unit among many fences: which are near, and what its next fix says to each. */
import { distanceMeters } from './distance.ts'
import { accuracyMetersMax, accuracyMetersUnsaid, observe, presenceOn, type FenceWants, type Passage, type Presence } from './fence.ts'
import type { Outline } from './fence-shape.ts'

export type WatchedFence = { readonly id: string; readonly outline: Outline; readonly wants: FenceWants }

export type WatchedFix = {
  readonly at: number
  readonly lon: number
  readonly lat: number
  readonly accuracyMeters: number | null
  readonly speedKmh: number | null
}

/** What is known of one unit: its last fix, and its presence at fences that are near or that it is in. A fence that is not listed is far off. */
export type Watched = {
  readonly last: WatchedFix
  /** Where the way that is counted as made began. */
  readonly anchor: { readonly lon: number; readonly lat: number }
  readonly presences: ReadonlyMap<string, Presence>
}
export type FencePassage = Passage & { readonly fence: string }

/** Farther off than this from everything a fence encloses, a unit is outside without further thought. */
const farMeters = 400
/** Between two fixes that are farther apart than this many of their accuracy, somebody moved, whatever speed is told. */
const movedAccuracies = 7

/**
 * What is known of a unit after one more fix, and what its fences tell.
 *
 * A unit that was far from a fence at its last fix was outside it. A unit that was never seen before is found out silently.
 *
 * @param near  fences near the fix that are meant for this unit, and those it has a presence at
 * @returns the same `watched` for a fix that is not newer, or too inaccurate
 */
export function sight(watched: Watched | undefined, fix: WatchedFix, near: readonly WatchedFence[]): { readonly watched: Watched | undefined; readonly passages: readonly FencePassage[] } {
  if ((watched && fix.at <= watched.last.at) || (fix.accuracyMeters ?? 0) > accuracyMetersMax) return { watched, passages: none }
  const { movedMeters, anchor } = wayMade(watched, fix)
  if (near.length === 0) return { watched: { last: fix, anchor, presences: nowhere }, passages: none }

  const presences = new Map<string, Presence>()
  const passages: FencePassage[] = []
  for (const { id, outline, wants } of near) {
    const insideMeters = outline.insideMeters(fix.lon, fix.lat)
    const kept = watched?.presences.get(id)
    if (watched && !kept && insideMeters < -farMeters) continue
    const before = kept ?? (watched && presenceOn('outside', watched.last.at))
    const { at, accuracyMeters, speedKmh } = fix
    const after = observe(before, { at, insideMeters, accuracyMeters, speedKmh, movedMeters }, wants)
    for (const passage of after.passages) passages.push({ ...passage, fence: id })
    const { presence } = after
    const isFar = insideMeters < -farMeters && presence?.side !== 'inside' && (presence?.evidence ?? 0) <= 0
    if (presence && !isFar) presences.set(id, presence)
  }
  return { watched: { last: fix, anchor, presences }, passages }
}
const none: readonly FencePassage[] = []
const nowhere: ReadonlyMap<string, Presence> = new Map()

/** By the receiver's own speed, which reflections hardly disturb, or by having come clearly away from where it was. */
function wayMade(watched: Watched | undefined, fix: WatchedFix): { readonly movedMeters: number; readonly anchor: Watched['anchor'] } {
  if (!watched) return { movedMeters: 0, anchor: fix }
  const driven = ((fix.speedKmh ?? 0) / 3.6) * ((fix.at - watched.last.at) / 1000)
  const away = distanceMeters(watched.anchor.lon, watched.anchor.lat, fix.lon, fix.lat)
  const hasMoved = away > movedAccuracies * Math.max(fix.accuracyMeters ?? accuracyMetersUnsaid, 3)
  return hasMoved ? { movedMeters: Math.max(driven, away), anchor: fix } : { movedMeters: driven, anchor: watched.anchor }
}

export type FenceIndex = {
  readonly fences: ReadonlyMap<string, WatchedFence>
  /** Fences that may be nearer than `farMeters`: all that are, and few others. O(what is there). */
  readonly near: (lon: number, lat: number) => readonly WatchedFence[]
}

/** A fence over more squares than this is looked at everywhere. */
const squaresMax = 4096
const squareDegrees = 0.01

/** Fences by squares of a kilometre. O(fences × squares they touch, 4,096 at most) to build. */
export function indexFences(fences: readonly WatchedFence[]): FenceIndex {
  const squares = new Map<number, Boxed[]>()
  const large: Boxed[] = []
  for (const fence of fences) {
    const boxed = withMargin(fence)
    const [fromX, toX, fromY, toY] = [column(boxed.west), column(boxed.east), row(boxed.south), row(boxed.north)]
    if ((toX - fromX + 1) * (toY - fromY + 1) > squaresMax) {
      large.push(boxed)
      continue
    }
    for (let y = fromY; y <= toY; y++) {
      for (let x = fromX; x <= toX; x++) {
        const there = squares.get(y * columns + x)
        if (there) there.push(boxed)
        else squares.set(y * columns + x, [boxed])
      }
    }
  }
  return {
    fences: new Map(fences.map((fence) => [fence.id, fence])),
    near(lon, lat) {
      const found: WatchedFence[] = []
      const look = ({ fence, west, south, east, north }: Boxed) => {
        if (lon >= west && lon <= east && lat >= south && lat <= north) found.push(fence)
      }
      squares.get(row(lat) * columns + column(lon))?.forEach(look)
      large.forEach(look)
      return found
    },
  }
}
const columns = Math.ceil(360 / squareDegrees) + 1
const column = (lon: number): number => Math.floor((lon + 180) / squareDegrees)
const row = (lat: number): number => Math.floor((lat + 90) / squareDegrees)

type Boxed = { readonly fence: WatchedFence; readonly west: number; readonly south: number; readonly east: number; readonly north: number }
function withMargin(fence: WatchedFence): Boxed {
  const { plane, west, south, east, north } = fence.outline
  return {
    fence,
    west: plane.toLon(plane.toX(west) - farMeters),
    east: plane.toLon(plane.toX(east) + farMeters),
    south: plane.toLat(plane.toY(south) - farMeters),
    north: plane.toLat(plane.toY(north) + farMeters),
  }
}

/** Those near that are meant for a unit, and those where something of it is remembered. */
export function concerned(index: FenceIndex, watched: Watched | undefined, { lon, lat }: { readonly lon: number; readonly lat: number }, isMeant: (fence: string) => boolean): WatchedFence[] {
  const found = index.near(lon, lat).filter(({ id }) => isMeant(id))
  for (const id of watched?.presences.keys() ?? []) {
    const fence = index.fences.get(id)
    if (fence && isMeant(id) && !found.includes(fence)) found.push(fence)
  }
  return found
}
