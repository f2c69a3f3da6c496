/** A fence while it is drawn or changed: what was typed and clicked, what is still missing, what is sent. Pure. */
import { METERS_PER_DEGREE, planeAround } from '#core/geo/distance.ts'
import type { AppliesTo, FenceOutline, FenceView } from '#modules/patrol/contract.ts'
import type { UnitKind } from '#modules/units/contract.ts'
import { lengthMeters, type Place } from '#ui/map/things.ts'

export const ways = ['polygon', 'circle', 'route', 'paste'] as const
export type Way = (typeof ways)[number]
export const unitKinds = ['car', 'motorcycle', 'e-bike', 'foot'] as const satisfies readonly UnitKind[]

export type FenceDraft = {
  /** The fence that is changed; null: a new one. */
  readonly id: string | null
  /** What would have been sent when it was opened: what is the same by then is not sent. */
  readonly opened: FenceBody | null
  readonly name: string
  readonly way: Way
  /** Corners clicked so far. */
  readonly points: readonly Place[]
  /** The outline is closed: clicks add nothing more. */
  readonly closed: boolean
  readonly centre: Place | null
  readonly centreTyped: string
  readonly radius: string
  /** Of a route, metres. */
  readonly width: string
  readonly pasted: string
  readonly to: AppliesTo['to']
  readonly kinds: readonly UnitKind[]
  readonly units: readonly string[]
  readonly enter: boolean
  readonly leave: boolean
  /** Minutes; empty: not told. */
  readonly stay: string
  readonly limit: string
  readonly allDay: boolean
  readonly days: readonly number[]
  readonly from: string
  readonly until: string
  readonly severity: FenceView['severity']
  /** A place to visit 到点, from so many minutes inside on. */
  readonly visited: boolean
  readonly visitMinutes: string
}

export const emptyFence: FenceDraft = {
  id: null, opened: null, name: '', way: 'polygon', points: [], closed: false, centre: null, centreTyped: '', radius: '200', width: '60', pasted: '',
  to: 'all', kinds: ['car'], units: [], enter: true, leave: true, stay: '', limit: '', allDay: true, days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', until: '06:00', severity: 'quiet', visited: false, visitMinutes: '1',
}

const placeText = ([lon, lat]: Place) => `${lon.toFixed(5)}, ${lat.toFixed(5)}`
const placeOf = (place: readonly number[]): Place => [place[0]!, place[1]!]

/** A fence as it is, to be changed. One with holes is changed as text. */
export function draftOf({ id, name, geometry, appliesTo, tells, hours, severity, visitSeconds }: FenceView): FenceDraft {
  const outline: Partial<FenceDraft> =
    geometry.type === 'Point'
      ? { way: 'circle', centre: placeOf(geometry.coordinates), centreTyped: placeText(placeOf(geometry.coordinates)), radius: String(geometry.radiusMeters) }
      : geometry.type === 'LineString'
        ? { way: 'route', points: geometry.coordinates.map(placeOf), closed: true, width: String(geometry.widthMeters) }
      : geometry.coordinates.length === 1
        ? { way: 'polygon', points: geometry.coordinates[0]!.slice(0, -1).map(placeOf), closed: true }
        : { way: 'paste', pasted: JSON.stringify(geometry) }
  const draft: FenceDraft = {
    ...emptyFence, id, name, ...outline, severity,
    to: appliesTo.to,
    ...(appliesTo.to === 'kinds' ? { kinds: appliesTo.kinds } : {}),
    ...(appliesTo.to === 'units' ? { units: appliesTo.units } : {}),
    enter: tells.enter,
    leave: tells.leave,
    stay: tells.staySeconds === null ? '' : String(tells.staySeconds / 60),
    limit: tells.speedLimitKmh === null ? '' : String(tells.speedLimitKmh),
    ...(hours ? { allDay: false, ...hours } : {}),
    ...(visitSeconds ? { visited: true, visitMinutes: String(visitSeconds / 60) } : {}),
  }
  return { ...draft, opened: fenceBodyOf(draft) }
}

/** Clicks nearer to each other than this are one: a double click, or a click on the first corner. */
const samePixels = 9

/** How many clicks make an outline or a route. */
export const pointsLeast = (way: Way): number => (way === 'route' ? 2 : 3)

/** After a click on the map. A click on the last corner, or on the first of three of an outline, ends it. */
export function withFenceClick(draft: FenceDraft, at: Place, metersPerPixel: number): FenceDraft {
  if (draft.way === 'circle') return { ...draft, centre: at, centreTyped: placeText(at) }
  if (draft.way === 'paste' || draft.closed) return draft
  const isAt = (corner: Place | undefined) => corner !== undefined && lengthMeters([corner, at]) < samePixels * metersPerPixel
  const { points } = draft
  if (points.length >= pointsLeast(draft.way) && (isAt(points.at(-1)) || (draft.way === 'polygon' && isAt(points[0])))) return { ...draft, closed: true }
  return isAt(points.at(-1)) ? draft : { ...draft, points: [...points, at] }
}

/** After Enter: closed, when there is something to close. */
export const closedOutline = (draft: FenceDraft): FenceDraft => (draft.points.length >= pointsLeast(draft.way) ? { ...draft, closed: true } : draft)
/** After Backspace: the last corner back, or open again. */
export const withoutCorner = (draft: FenceDraft): FenceDraft => (draft.closed ? { ...draft, closed: false } : { ...draft, points: draft.points.slice(0, -1) })

/** What was drawn, as it is sent; undefined while something is missing. */
export function outlineOf({ way, points, centre, radius, width, pasted }: FenceDraft): FenceOutline | undefined {
  switch (way) {
    case 'polygon':
      return points.length >= 3 ? { type: 'Polygon', coordinates: [[...points, points[0]!].map((place) => [...place])] } : undefined
    case 'circle': {
      const radiusMeters = numberOf(radius)
      return centre && radiusMeters !== undefined && radiusMeters > 0 ? { type: 'Point', coordinates: [...centre], radiusMeters } : undefined
    }
    case 'route': {
      const widthMeters = numberOf(width)
      return points.length >= 2 && widthMeters !== undefined && widthMeters > 0 ? { type: 'LineString', coordinates: points.map((place) => [...place]), widthMeters } : undefined
    }
    case 'paste':
      return pastedOutline(pasted)
  }
}

/** A geometry, a feature, or a collection with one feature; undefined for everything else. What is wrong with its corners the server says. */
function pastedOutline(text: string): FenceOutline | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  type Loose = { type?: unknown; features?: unknown; geometry?: unknown; properties?: { radiusMeters?: unknown; widthMeters?: unknown } | null; coordinates?: unknown; radiusMeters?: unknown; widthMeters?: unknown }
  let found = (value ?? {}) as Loose // looked at below
  if (found.type === 'FeatureCollection' && Array.isArray(found.features) && found.features.length === 1) found = (found.features[0] ?? {}) as Loose
  const radiusMeters = found.properties?.radiusMeters ?? found.radiusMeters
  const widthMeters = found.properties?.widthMeters ?? found.widthMeters
  if (found.type === 'Feature') found = (found.geometry ?? {}) as Loose
  const isPlace = (place: unknown): place is number[] => Array.isArray(place) && place.length >= 2 && place.every((each) => typeof each === 'number')
  if (found.type === 'Point' && isPlace(found.coordinates) && typeof radiusMeters === 'number') return { type: 'Point', coordinates: found.coordinates.slice(0, 2), radiusMeters }
  if (found.type === 'LineString' && typeof widthMeters === 'number' && Array.isArray(found.coordinates) && found.coordinates.length >= 2 && found.coordinates.every(isPlace)) {
    return { type: 'LineString', coordinates: found.coordinates.map((place) => place.slice(0, 2)), widthMeters }
  }
  if (found.type !== 'Polygon' || !Array.isArray(found.coordinates)) return undefined
  const rings: unknown[] = found.coordinates
  if (!rings.every((ring): ring is number[][] => Array.isArray(ring) && ring.length > 0 && ring.every(isPlace))) return undefined
  return { type: 'Polygon', coordinates: rings.map((ring) => ring.map((place) => place.slice(0, 2))) }
}

/** Rings to draw on the map; a circle as a polygon of so many corners, a route as what lies around its line. */
export function ringsOf(outline: FenceOutline): number[][][] {
  if (outline.type === 'Polygon') return outline.coordinates
  if (outline.type === 'LineString') return [corridorOf(outline.coordinates.map(placeOf), outline.widthMeters / 2)]
  const [lon, lat] = placeOf(outline.coordinates)
  const plane = planeAround(lon, lat)
  const corners = 72
  return [Array.from({ length: corners + 1 }, (_, k) => {
    const angle = (2 * Math.PI * (k % corners)) / corners
    return [plane.toLon(outline.radiusMeters * Math.cos(angle)), plane.toLat(outline.radiusMeters * Math.sin(angle))]
  })]
}

/** Around a line, up one side and down the other: round where it turns away and at its ends, a corner where it turns in. */
function corridorOf(line: readonly Place[], half: number): number[][] {
  const plane = planeAround(line[0]![0], line[0]![1])
  const flat = line.map(([lon, lat]) => [plane.toX(lon), plane.toY(lat)] as const).filter(([x, y], i, all) => i === 0 || Math.hypot(x - all[i - 1]![0], y - all[i - 1]![1]) > 0.01)
  if (flat.length < 2) return ringsOf({ type: 'Point', coordinates: [...line[0]!], radiusMeters: half })[0]!
  const around = [...flat, ...flat.slice(1, -1).toReversed()]
  const ring = around.flatMap(([x, y], i) => {
    const [before, after] = [around.at(i - 1)!, around[(i + 1) % around.length]!]
    // The way's left, before and after the turn.
    const from = Math.atan2(y - before[1], x - before[0]) + Math.PI / 2
    const to = Math.atan2(after[1] - y, after[0] - x) + Math.PI / 2
    const right = (from - to + 4 * Math.PI) % (2 * Math.PI)
    const isInner = right > Math.PI + 1e-9
    const room = Math.min(Math.hypot(x - before[0], y - before[1]), Math.hypot(after[0] - x, after[1] - y))
    const reach = half / Math.max(0.1, Math.cos((2 * Math.PI - right) / 2))
    if (isInner) return [[x + Math.min(reach, Math.hypot(room, half)) * Math.cos(from - right / 2 + Math.PI), y + Math.min(reach, Math.hypot(room, half)) * Math.sin(from - right / 2 + Math.PI)]]
    const steps = Math.max(1, Math.ceil(right / (Math.PI / 8)))
    return Array.from({ length: steps + 1 }, (_, k) => [x + half * Math.cos(from - (right * k) / steps), y + half * Math.sin(from - (right * k) / steps)])
  })
  return [...ring, ring[0]!].map(([x, y]) => [plane.toLon(x!), plane.toLat(y!)])
}

/** West, south, east, north. */
export function boundsOf(outline: FenceOutline): [number, number, number, number] {
  const places = ringsOf(outline).flat()
  const [lons, lats] = [places.map(([lon]) => lon!), places.map(([, lat]) => lat!)]
  const margin = 100 / METERS_PER_DEGREE
  return [Math.min(...lons) - margin, Math.min(...lats) - margin, Math.max(...lons) + margin, Math.max(...lats) + margin]
}

/** "117.21, 28.29", with any comma; undefined for a name. */
export function placeTyped(text: string): Place | undefined {
  const parts = text.split(/[,，\s]+/).filter(Boolean).map(Number)
  const [lon, lat] = parts
  return parts.length === 2 && Math.abs(lon!) <= 180 && Math.abs(lat!) <= 90 ? [lon!, lat!] : undefined
}

function numberOf(text: string): number | undefined {
  const value = text.trim() === '' ? NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** Why it cannot be saved yet: a key of the catalogue; null when it can. */
export function missingOf(draft: FenceDraft): string | null {
  if (!outlineOf(draft)) return `need.${draft.way}`
  if (draft.name.trim() === '') return 'need.name'
  if (draft.to === 'kinds' && draft.kinds.length === 0) return 'need.kinds'
  if (draft.to === 'units' && draft.units.length === 0) return 'need.units'
  const [stay, limit] = [numberOf(draft.stay), numberOf(draft.limit)]
  if (draft.stay.trim() !== '' && !(stay !== undefined && stay >= 1 && stay <= 1440)) return 'need.stay'
  if (draft.limit.trim() !== '' && !(limit !== undefined && limit >= 5 && limit <= 200)) return 'need.limit'
  const visit = numberOf(draft.visitMinutes)
  if (draft.visited && !(visit !== undefined && visit >= 1 && visit <= 120)) return 'need.visit'
  if (!draft.enter && !draft.leave && stay === undefined && limit === undefined && !draft.visited) return 'need.tells'
  if (!draft.allDay && draft.days.length === 0) return 'need.days'
  return null
}

/** What a fence is to be, without the command's id; call it when nothing is missing. */
export function fenceBodyOf(draft: FenceDraft) {
  const [stay, limit] = [numberOf(draft.stay), numberOf(draft.limit)]
  const appliesTo: AppliesTo = draft.to === 'kinds' ? { to: 'kinds', kinds: [...draft.kinds] } : draft.to === 'units' ? { to: 'units', units: [...draft.units] } : { to: 'all' }
  return {
    name: draft.name.trim(),
    geometry: outlineOf(draft),
    appliesTo,
    tells: { enter: draft.enter, leave: draft.leave, staySeconds: stay === undefined ? null : Math.round(stay * 60), speedLimitKmh: limit === undefined ? null : Math.round(limit), overSeconds: 10 },
    hours: draft.allDay ? null : { days: [...draft.days].sort(), from: draft.from, until: draft.until },
    severity: draft.severity,
    visitSeconds: draft.visited ? Math.round((numberOf(draft.visitMinutes) ?? 1) * 60) : null,
  }
}

type FenceBody = ReturnType<typeof fenceBodyOf>

/** What is sent to change a fence: what is other than when the form was opened, so that two at one form undo nothing of each other. */
export function fenceChangesOf(draft: FenceDraft): Partial<Omit<FenceBody, 'tells'>> & { readonly tells?: Partial<FenceBody['tells']> } {
  const { tells, ...others } = fenceBodyOf(draft)
  if (!draft.opened) return { tells, ...others }
  const told = changed(tells, draft.opened.tells)
  const { tells: _tells, ...before } = draft.opened
  return { ...changed(others, before), ...(Object.keys(told).length > 0 ? { tells: told } : {}) }
}

const changed = <Of extends object>(now: Of, before: Of): Partial<Of> =>
  Object.fromEntries(Object.entries(now).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof Of]))) as Partial<Of>
