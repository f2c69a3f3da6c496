/**
 * Which units are seen and as what: signs with names; dots where they are too many for signs, and signs only for who is at
 * work; from afar clusters over dots. Pure; 20,000 units take some milliseconds, in columns that are used again.
 */
import type { Tone } from '../state.ts'
import { shareOf, type Glide } from './glide.ts'
import type { MapUnit } from './things.ts'

/** Where the map is looked from. `x`, `y`: where its centre is on the screen, pixels. */
export type Camera = { readonly lon: number; readonly lat: number; readonly zoom: number; readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** Below this zoom units come together in clusters that say what is in them. */
export const clusterZoom = 11
/** More units than this are dots, until they are fewer than the second: nothing changes to and fro at the edge. */
export const signsMax = 400
const signsAgain = 300
/** Units this far outside are still looked at: half a sign may be seen of them. Pixels. */
const marginPixels = 24
/** Clusters gather what is nearer than about this. Pixels. */
const clusterPixels = 88

/** Where units are in the world at a moment; stays true until they have moved by what can be seen. */
export type Located = {
  /** So many of the columns are in use. */
  count: number
  /** [capacity] index into the units. */
  unit: Uint32Array
  /** [capacity] on the world's square of Web Mercator, 0…1 from the north-west. */
  x: Float64Array
  y: Float64Array
  /** [capacity] how fast it goes, worlds a millisecond. */
  speed: Float32Array
  /** [capacity] 1 where its fix is stale. */
  stale: Uint8Array
}

/** Those of them that are on the screen. */
export type Seen = {
  count: number
  /** [capacity] index into the units. */
  unit: Uint32Array
  /** [capacity] pixels from the upper left. */
  x: Float32Array
  y: Float32Array
  /** [capacity] 1 where its fix is stale. */
  stale: Uint8Array
}

/** Units together. `tones`: those that are not stale; `x`, `y` in the middle of them. */
export type Cluster = { x: number; y: number; count: number; stale: number; readonly tones: Record<Tone, number> }

export type Arranged = {
  readonly dots: Uint32Array
  readonly signs: Uint32Array
  readonly clusters: readonly Cluster[]
}

export const locatedNobody = (): Located => ({ count: 0, unit: new Uint32Array(0), x: new Float64Array(0), y: new Float64Array(0), speed: new Float32Array(0), stale: new Uint8Array(0) })
export const seenNobody = (): Seen => ({ count: 0, unit: new Uint32Array(0), x: new Float32Array(0), y: new Float32Array(0), stale: new Uint8Array(0) })

/** How far down the world a latitude lies, 0…1 (Web Mercator). */
export function mercatorY(lat: number): number {
  const sine = Math.sin((lat * Math.PI) / 180)
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
}

const worldPixels = (zoom: number): number => 512 * 2 ** zoom
/** Where each unit that has a place is at this moment. @param located  is filled anew, in the order of the units */
export function locate(units: readonly MapUnit[], glides: ReadonlyMap<number, Glide>, now: number, located: Located): void {
  if (located.unit.length < units.length) Object.assign(located, columns(units.length))
  let count = 0
  for (let n = 0; n < units.length; n++) {
    const glide = glides.get(units[n]!.handle)
    if (!glide) continue
    const share = shareOf(glide, now)
    located.unit[count] = n
    located.x[count] = (glide.fromLon + (glide.lon - glide.fromLon) * share + 180) / 360
    located.y[count] = mercatorY(glide.fromLat + (glide.lat - glide.fromLat) * share)
    located.speed[count] = share < 1 ? Math.hypot(glide.lon - glide.fromLon, glide.lat - glide.fromLat) / 360 / glide.durationMs : 0
    located.stale[count] = glide.stale ? 1 : 0
    count++
  }
  located.count = count
}

function columns(count: number): Omit<Located, 'count'> {
  const capacity = Math.ceil(count * 1.25)
  return { unit: new Uint32Array(capacity), x: new Float64Array(capacity), y: new Float64Array(capacity), speed: new Float32Array(capacity), stale: new Uint8Array(capacity) }
}

/**
 * Who of them is on the screen, and where.
 *
 * @param seen  is filled anew
 * @returns how fast the fastest of them goes, pixels a millisecond; 0 when nobody moves
 */
export function look(located: Located, camera: Camera, seen: Seen): number {
  if (seen.unit.length < located.count) Object.assign(seen, { unit: new Uint32Array(located.unit.length), x: new Float32Array(located.unit.length), y: new Float32Array(located.unit.length), stale: new Uint8Array(located.unit.length) })
  const world = worldPixels(camera.zoom)
  const [left, top] = corner(camera)
  const [right, bottom] = [camera.width + marginPixels, camera.height + marginPixels]
  let count = 0
  let fastest = 0
  for (let k = 0; k < located.count; k++) {
    const x = located.x[k]! * world - left
    const y = located.y[k]! * world - top
    if (x < -marginPixels || y < -marginPixels || x > right || y > bottom) continue
    if (located.speed[k]! > fastest) fastest = located.speed[k]!
    seen.unit[count] = located.unit[k]!
    seen.x[count] = x
    seen.y[count] = y
    seen.stale[count] = located.stale[k]!
    count++
  }
  seen.count = count
  return fastest * world
}

/** Where in the world the upper left of the screen is, pixels. */
function corner({ lon, lat, zoom, x, y }: Pick<Camera, 'lon' | 'lat' | 'zoom' | 'x' | 'y'>): readonly [left: number, top: number] {
  const world = worldPixels(zoom)
  return [((lon + 180) / 360) * world - x, mercatorY(lat) * world - y]
}

/** Places on the screen of places on the ground. */
export function projection(camera: Camera): (lon: number, lat: number) => readonly [x: number, y: number] {
  const world = worldPixels(camera.zoom)
  const [left, top] = corner(camera)
  return (lon, lat) => [((lon + 180) / 360) * world - left, mercatorY(lat) * world - top]
}

/** Drawn as a sign even among dots. */
const isAtWork = (tone: Tone) => tone !== 'free' && tone !== 'rest'

/**
 * As what each is drawn. Dots come in the order in which they are painted: who is at work last.
 *
 * @param selected  the unit that is always a sign
 * @param wereDots  they were too many before
 */
export function arrange(units: readonly MapUnit[], seen: Seen, camera: Pick<Camera, 'zoom' | 'lon' | 'lat' | 'x' | 'y'>, selected: string | null, wereDots: boolean): Arranged {
  const isMany = seen.count > (wereDots ? signsAgain : signsMax)
  const toneOf = (k: number) => units[seen.unit[k]!]!.tone
  const isSelected = (k: number) => selected !== null && units[seen.unit[k]!]!.id === selected
  if (camera.zoom < clusterZoom) {
    const { clusters, alone } = gather(units, seen, camera)
    return { dots: isMany ? which(seen, () => true) : noneOfThem, signs: inOrder(which(seen, (k) => alone[k] === 1 || isSelected(k)), units, seen), clusters }
  }
  if (!isMany) return { dots: noneOfThem, signs: inOrder(which(seen, () => true), units, seen), clusters: [] }
  const atWork = which(seen, (k) => isAtWork(toneOf(k)))
  if (atWork.length <= signsMax) {
    return { dots: which(seen, (k) => !isAtWork(toneOf(k)) && !isSelected(k)), signs: inOrder(which(seen, (k) => isAtWork(toneOf(k)) || isSelected(k)), units, seen), clusters: [] }
  }
  const others = which(seen, (k) => !isAtWork(toneOf(k)) && !isSelected(k))
  return { dots: Uint32Array.from([...others, ...atWork.filter((k) => !isSelected(k))]), signs: which(seen, isSelected), clusters: [] }
}

const noneOfThem = new Uint32Array(0)

function which(seen: Seen, isWanted: (k: number) => boolean): Uint32Array {
  const found = new Uint32Array(seen.count)
  let count = 0
  for (let k = 0; k < seen.count; k++) if (isWanted(k)) found[count++] = k
  return found.slice(0, count)
}

/** Who is at work is painted over the others. */
function inOrder(signs: Uint32Array, units: readonly MapUnit[], seen: Seen): Uint32Array {
  const rank = (k: number) => {
    const { tone } = units[seen.unit[k]!]!
    return tone === 'rest' ? 0 : tone === 'free' ? 1 : 2
  }
  return signs.sort((a, b) => rank(a) - rank(b) || a - b)
}

export const clusterRadius = (count: number): number => (count < 10 ? 19 : count < 50 ? 23 : count < 200 ? 28 : count < 1000 ? 34 : 38)

/**
 * Units near each other, by squares that lie still on the ground while the map is moved; what would overlap becomes one, the
 * smaller joining the larger.
 *
 * @returns clusters of two and more; `alone`, by the columns of `seen`, 1 where a unit is in none
 *
 * O(seen + clusters²)
 */
function gather(units: readonly MapUnit[], seen: Seen, camera: Pick<Camera, 'zoom' | 'lon' | 'lat' | 'x' | 'y'>): { clusters: Cluster[]; alone: Uint8Array } {
  const side = clusterPixels * 2 ** (camera.zoom - Math.round(camera.zoom))
  const [left, top] = corner(camera)
  // squares are counted from the first that can be seen, so that their numbers are small
  const [eastOf, southOf] = [left - (Math.floor((left - marginPixels) / side) * side), top - (Math.floor((top - marginPixels) / side) * side)]
  type Gathering = Cluster & { readonly first: number }
  const squares: Gathering[] = []
  const byNumber: (Gathering | undefined)[] = []
  for (let k = 0; k < seen.count; k++) {
    const [x, y] = [seen.x[k]!, seen.y[k]!]
    const number = Math.floor((x + eastOf) / side) * 256 + Math.floor((y + southOf) / side)
    let cluster = byNumber[number]
    if (!cluster) squares.push((byNumber[number] = cluster = { x: 0, y: 0, count: 0, stale: 0, tones: { rest: 0, free: 0, busy: 0, 'en-route': 0, 'on-scene': 0, panic: 0 }, first: k }))
    cluster.x += x
    cluster.y += y
    cluster.count++
    if (seen.stale[k] === 1) cluster.stale++
    else cluster.tones[units[seen.unit[k]!]!.tone]++
  }
  const sorted = squares.sort((a, b) => b.count - a.count)
  for (const cluster of sorted) {
    cluster.x /= cluster.count
    cluster.y /= cluster.count
  }
  const kept: Gathering[] = []
  for (const cluster of sorted) {
    const larger = kept.find((other) => Math.hypot(other.x - cluster.x, other.y - cluster.y) < clusterRadius(other.count) + clusterRadius(cluster.count) + 4)
    if (!larger) {
      kept.push(cluster)
      continue
    }
    const count = larger.count + cluster.count
    larger.x = (larger.x * larger.count + cluster.x * cluster.count) / count
    larger.y = (larger.y * larger.count + cluster.y * cluster.count) / count
    larger.count = count
    larger.stale += cluster.stale
    for (const tone of Object.keys(larger.tones) as Tone[]) larger.tones[tone] += cluster.tones[tone]
  }
  const alone = new Uint8Array(seen.count)
  for (const { count, first } of kept) if (count === 1) alone[first] = 1
  return { clusters: kept.filter(({ count }) => count > 1), alone }
}

/** Where a name stands to its sign: below, right, left, above, or nowhere. */
export const nameSides = ['below', 'right', 'left', 'above'] as const
export type NameSide = (typeof nameSides)[number]

const nameHeight = 14
const nameGap = 10
const signReach = 7

/** The upper left corner of a name beside a sign. */
export function nameCorner(side: NameSide, x: number, y: number, width: number): readonly [x: number, y: number] {
  switch (side) {
    case 'below':
      return [x - width / 2, y + nameGap]
    case 'above':
      return [x - width / 2, y - nameGap - nameHeight]
    case 'right':
      return [x + nameGap, y - nameHeight / 2]
    case 'left':
      return [x - nameGap - width, y - nameHeight / 2]
  }
}

/**
 * Names that do not lie on each other nor on signs; the first come first, and each where it stood before if it can.
 *
 * @param signs   in the order in which names are given out
 * @param width   of a sign's name, pixels
 * @param before  where names stood, by the unit's handle; is brought up to date
 */
export function placeNames(signs: Iterable<number>, seen: Seen, handleOf: (k: number) => number, width: (k: number) => number, before: Map<number, NameSide>): Map<number, NameSide> {
  const cell = 32
  const taken = new Map<number, [number, number, number, number][]>()
  const cellsOf = (x0: number, y0: number, x1: number, y1: number, visit: (key: number) => boolean): boolean => {
    for (let cx = Math.floor(x0 / cell); cx <= Math.floor(x1 / cell); cx++) for (let cy = Math.floor(y0 / cell); cy <= Math.floor(y1 / cell); cy++) if (visit(cx * 65536 + cy)) return true
    return false
  }
  const take = (x0: number, y0: number, x1: number, y1: number) =>
    void cellsOf(x0, y0, x1, y1, (key) => {
      const list = taken.get(key)
      if (list) list.push([x0, y0, x1, y1])
      else taken.set(key, [[x0, y0, x1, y1]])
      return false
    })
  const isTaken = (x0: number, y0: number, x1: number, y1: number) =>
    cellsOf(x0, y0, x1, y1, (key) => taken.get(key)?.some(([a, b, c, d]) => x0 < c && x1 > a && y0 < d && y1 > b) === true)

  const list = [...signs]
  for (const k of list) take(seen.x[k]! - signReach, seen.y[k]! - signReach, seen.x[k]! + signReach, seen.y[k]! + signReach)
  const placed = new Map<number, NameSide>()
  const now = new Map<number, NameSide>()
  for (const k of list) {
    const [x, y, wide, handle] = [seen.x[k]!, seen.y[k]!, width(k), handleOf(k)]
    const last = before.get(handle)
    for (const side of last ? [last, ...nameSides] : nameSides) {
      const [left, top] = nameCorner(side, x, y, wide)
      if (isTaken(left, top, left + wide, top + nameHeight)) continue
      take(left, top, left + wide, top + nameHeight)
      placed.set(k, side)
      now.set(handle, side)
      break
    }
  }
  before.clear()
  for (const [handle, side] of now) before.set(handle, side)
  return placed
}
