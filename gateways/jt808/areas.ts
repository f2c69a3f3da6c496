/** Our fences as areas that a JT/T 808 terminal keeps: 0x8600 circles, 0x8602 rectangles, 0x8604 polygons and 0x8606 routes, so that the driver is told without us. */
import { planeAround } from '#core/geo/distance.ts'
import { lineWithFewerCorners, withFewerCorners, type Ring } from '#core/geo/rings.ts'
import { localClock, minutesOf } from '#kernel/local-clock.ts'
import type { Instant } from '#kernel/names.ts'
import type { FenceHours, FenceView } from '#modules/patrol/contract.ts'
import type { Circle, Command, Corner, Point, Polygon, Rectangle, Route, Told } from './downlink.ts'

/** Small terminals hold so many corners of a polygon or a route (a firmware in the open: 20). */
const cornersMaxUsual = 20
/** What an outline may lose when corners are left out: the error of a fix. */
const outlineMetersMax = 15
const limitKmhMax = 200
/** The width of a stretch is a byte. */
const widthMetersMax = 255
const overSecondsMax = 255

export type AreaFence = Pick<FenceView, 'id' | 'name' | 'geometry' | 'tells' | 'hours'>

/** Why a terminal cannot keep a fence. */
export type AreaRefusal = 'area-has-holes' | 'area-in-two-hemispheres' | 'area-too-many-corners' | 'area-too-wide' | 'area-id-taken' | 'area-tells-nothing'

export type TerminalAreas = {
  readonly circles: readonly Circle[]
  readonly rectangles: readonly Rectangle[]
  readonly polygons: readonly Polygon[]
  readonly routes: readonly Route[]
  readonly refused: readonly { readonly fence: string; readonly because: AreaRefusal }[]
  /** When they have to be sent again, because a window of hours is over; null: never. */
  readonly renewAt: Instant | null
}

/**
 * Fences as areas.
 *
 * A terminal knows one window of time and not days of the week: it gets the window that is or comes next. It knows no stays; those
 * are found here. Crossings are told to the platform, and to the driver where `driver` says so.
 *
 * @param options.at        from when on the next window counts
 * @param options.timeZone  of the fences' hours
 */
export function areasOf(fences: readonly AreaFence[], options: { readonly at: Instant; readonly timeZone: string; readonly driver?: boolean; readonly cornersMax?: number }): TerminalAreas {
  const circles: Circle[] = []
  const rectangles: Rectangle[] = []
  const polygons: Polygon[] = []
  const routes: Route[] = []
  const refused: { fence: string; because: AreaRefusal }[] = []
  const taken = new Set<number>()
  let renewAt: Instant | null = null
  for (const fence of fences) {
    const outline = outlineFor(fence, options.cornersMax ?? cornersMaxUsual)
    const id = areaIdOf(fence.id)
    const { enter, leave, speedLimitKmh, overSeconds } = fence.tells
    const because = typeof outline === 'string' ? outline : taken.has(id) ? 'area-id-taken' : !enter && !leave && speedLimitKmh === null ? 'area-tells-nothing' : undefined
    if (because || typeof outline === 'string') {
      refused.push({ fence: fence.id, because: because! })
      continue
    }
    taken.add(id)
    const window = fence.hours ? windowAfter(fence.hours, options.at, options.timeZone) : undefined
    if (window) renewAt = Math.min(renewAt ?? Infinity, window.until)
    const told: Told = options.driver ? 'both' : 'platform'
    const area = {
      id,
      name: fence.name,
      ...window,
      ...(enter ? { entering: told } : {}),
      ...(leave ? { leaving: told } : {}),
    }
    const limit = speedLimitKmh === null ? {} : { limit: { speedKmh: Math.min(limitKmhMax, speedLimitKmh), overSeconds: Math.min(overSecondsMax, overSeconds) } }
    if ('centre' in outline) circles.push({ ...area, ...limit, ...outline })
    else if ('west' in outline) rectangles.push({ ...area, ...limit, ...outline })
    else if ('vertices' in outline) polygons.push({ ...area, ...limit, ...outline })
    // A route has its limit on each of its stretches.
    else routes.push({ ...area, corners: outline.corners.map((corner, index) => ({ ...corner, ...limit, id: index + 1, segment: index + 1 })) })
  }
  return { circles, rectangles, polygons, routes, refused, renewAt }
}

/** The same number for a fence for ever, on every node: FNV-1a over its id, never 0. Of two with one number the second is refused. */
export function areaIdOf(fence: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(fence)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash || 1
}

function outlineFor({ geometry }: AreaFence, cornersMax: number): Pick<Circle, 'centre' | 'radiusMeters'> | Box | Pick<Polygon, 'vertices'> | Way | AreaRefusal {
  if (geometry.type === 'Point') return { centre: pointOf(geometry.coordinates), radiusMeters: Math.max(1, Math.round(geometry.radiusMeters)) }
  if (geometry.type === 'LineString') return wayOf(geometry, cornersMax)
  const [outer, ...holes] = geometry.coordinates
  if (holes.length > 0) return 'area-has-holes'
  const points = outer!.map(pointOf)
  const isOneSided = (values: readonly number[]) => values.every((value) => value <= 0) || values.every((value) => value >= 0)
  if (!isOneSided(points.map(({ lat }) => lat)) || !isOneSided(points.map(({ lon }) => lon))) return 'area-in-two-hemispheres'
  const box = boxOf(points)
  if (box) return box
  const plane = planeAround(points[0]!.lon, points[0]!.lat)
  const ring: Ring = points.map(({ lon, lat }) => [plane.toX(lon), plane.toY(lat)] as const)
  const fewer = withFewerCorners(ring, cornersMax, outlineMetersMax)
  if (!fewer) return 'area-too-many-corners'
  // The corners themselves, not their way back from the flat map.
  return { vertices: fewer.slice(0, -1).map((corner) => points[ring.indexOf(corner)]!) }
}

type Way = { readonly corners: readonly Omit<Corner, 'id' | 'segment'>[] }

/** Its corners carry their own hemispheres, so it may cross the equator. */
function wayOf({ coordinates, widthMeters }: { readonly coordinates: readonly (readonly number[])[]; readonly widthMeters: number }, cornersMax: number): Way | AreaRefusal {
  if (widthMeters > widthMetersMax) return 'area-too-wide'
  const points = coordinates.map(pointOf)
  const plane = planeAround(points[0]!.lon, points[0]!.lat)
  const line: Ring = points.map(({ lon, lat }) => [plane.toX(lon), plane.toY(lat)] as const)
  const fewer = lineWithFewerCorners(line, cornersMax, outlineMetersMax)
  if (!fewer) return 'area-too-many-corners'
  return { corners: fewer.map((corner) => ({ ...points[line.indexOf(corner)]!, widthMeters: Math.round(widthMeters) })) }
}

type Box = Pick<Rectangle, 'west' | 'south' | 'east' | 'north'>

/** An outline of four corners along the meridians: a terminal has a message for it that holds many. */
function boxOf(points: readonly Point[]): Box | undefined {
  if (points.length !== 5) return undefined
  const isAlong = points.slice(1).every((point, index) => (point.lon === points[index]!.lon) !== (point.lat === points[index]!.lat))
  const [lons, lats] = [points.map(({ lon }) => lon), points.map(({ lat }) => lat)]
  return isAlong ? { west: Math.min(...lons), south: Math.min(...lats), east: Math.max(...lons), north: Math.max(...lats) } : undefined
}

/** So many areas and no more, that a message of them stays one frame: few terminals put parts together. */
const areasOfAMessage = { plain: 20, named: 6 } as const

/**
 * What makes a terminal keep these areas and no others, in the order in which it has to be told: each only when the one before is answered.
 *
 * The set of rules is the standard's: a list that "updates" takes the place of what was there, further ones are appended; polygons and routes come one by one.
 */
export function areaCommands({ circles, rectangles, polygons, routes }: Pick<TerminalAreas, 'circles' | 'rectangles' | 'polygons' | 'routes'>): Command[] {
  const size = [...circles, ...rectangles].some(({ name }) => name) ? areasOfAMessage.named : areasOfAMessage.plain
  const chunks = <Item>(list: readonly Item[]) => Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size))
  const action = (index: number) => (index === 0 ? 'update' : 'append')
  return [
    { type: 'delete-areas', shape: 'circles', ids: [] },
    { type: 'delete-areas', shape: 'rectangles', ids: [] },
    { type: 'delete-areas', shape: 'polygons', ids: [] },
    { type: 'delete-areas', shape: 'routes', ids: [] },
    ...chunks(circles).map((areas, index) => ({ type: 'set-circles', action: action(index), areas }) as const),
    ...chunks(rectangles).map((areas, index) => ({ type: 'set-rectangles', action: action(index), areas }) as const),
    ...polygons.map((area) => ({ type: 'set-polygon', area }) as const),
    ...routes.map((route) => ({ type: 'set-route', route }) as const),
  ]
}

const pointOf = ([lon, lat]: readonly number[]): Point => ({ lon: lon!, lat: lat! })

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

/** The window that an instant lies in, or the next. */
function windowAfter(hours: FenceHours, at: Instant, timeZone: string): { readonly from: Instant; readonly until: Instant } {
  const [from, until] = [minutesOf(hours.from), minutesOf(hours.until)]
  // A window that began yesterday may not be over; eight days on, every day of the week has come.
  for (let ahead = -1; ahead <= 8; ahead++) {
    const noon = noonOf(at + ahead * dayMs, timeZone)
    if (!hours.days.includes(noon.day)) continue
    const begins = onClock(noon.at, from, timeZone)
    const ends = onClock(until > from ? noon.at : noonOf(noon.at + dayMs, timeZone).at, until, timeZone)
    if (ends > at) return { from: begins, until: ends }
  }
  return { from: at, until: at + dayMs } // no day of the week at all: the contract has one
}

/** Noon of the local day that holds an instant: never an hour that a change of clocks leaves out. */
function noonOf(at: Instant, timeZone: string): { readonly at: Instant; readonly day: number } {
  const whole = at - (at % minuteMs)
  const { day, minutes } = localClock(whole, timeZone)
  return { at: whole + (720 - minutes) * minuteMs, day }
}

/** When the clock shows so many minutes after midnight on the day of this noon. */
function onClock(noon: Instant, minutes: number, timeZone: string): Instant {
  const guess = noon + (minutes - 720) * minuteMs
  return guess + (minutes - localClock(guess, timeZone).minutes) * minuteMs // where the clocks changed between, off by that
}
