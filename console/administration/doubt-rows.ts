/** Roads and places of which the map may be wrong, as one list to be searched, filtered and sorted. Pure. */
import type { DoubtsView, DoubtView, OffMapView } from '#modules/roads/contract.ts'

export const doubtKinds = ['slower', 'faster', 'no-road', 'no-way'] as const
export type DoubtKind = (typeof doubtKinds)[number]

export type DoubtRow =
  | { readonly id: string; readonly kind: DoubtView['kind']; readonly drives: number; readonly road: DoubtView }
  | { readonly id: string; readonly kind: OffMapView['why']; readonly drives: number; readonly place: OffMapView }

/** A road is doubted for each mode by itself, so both are in its name; places have only where they are. */
export const rowsOf = ({ roads, places }: DoubtsView): DoubtRow[] => [
  ...roads.map((road) => ({ id: `${road.mode}_${road.id}`, kind: road.kind, drives: road.drives, road })),
  ...places.map((place) => ({ id: `${place.why}_${place.lon.toFixed(5)}_${place.lat.toFixed(5)}`, kind: place.why, drives: place.drives, place })),
]

/** How far from the map, whichever way; places come after all roads. */
export const strengthOf = (row: DoubtRow): number => ('road' in row ? Math.abs(Math.log(row.road.ratio)) : 0)

/** @param words  in either language, as they are typed */
export function isMeant(row: DoubtRow, words: string): boolean {
  const wanted = words.trim().toLowerCase()
  if (wanted === '') return true
  return 'road' in row && [row.road.street, row.road.streetEn].some((name) => name?.toLowerCase().includes(wanted))
}

type Place = readonly [lon: number, lat: number]
/** Metres from a place to a line, on a flat map around the place: for what was pointed at. */
function metersTo(line: readonly (readonly number[])[], [lon, lat]: Place): number {
  const perLat = 111_195
  const perLon = perLat * Math.cos((lat * Math.PI) / 180)
  const flat = line.map(([x, y]) => [(x! - lon) * perLon, (y! - lat) * perLat] as const)
  let best = Math.min(...flat.map(([x, y]) => Math.hypot(x, y)))
  for (let i = 1; i < flat.length; i++) {
    const [[ax, ay], [bx, by]] = [flat[i - 1]!, flat[i]!]
    const [dx, dy] = [bx - ax, by - ay]
    const length = dx * dx + dy * dy
    const share = length > 0 ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length)) : 0
    best = Math.min(best, Math.hypot(ax + share * dx, ay + share * dy))
  }
  return best
}
export const lineOf = (row: DoubtRow): readonly (readonly number[])[] => ('road' in row ? row.road.line : [[row.place.lon, row.place.lat]])

/** The row nearest to a place that was pointed at, within so many metres. Of two directions of one road, the one on whose side it lies is not told apart: the stronger is meant. */
export function rowAt(rows: readonly DoubtRow[], place: Place, metersMax: number): DoubtRow | undefined {
  let best: { readonly row: DoubtRow; readonly meters: number } | undefined
  for (const row of rows.toSorted((a, b) => strengthOf(b) - strengthOf(a))) {
    const meters = metersTo(lineOf(row), place)
    if (meters <= metersMax && (!best || meters < best.meters - 1)) best = { row, meters }
  }
  return best?.row
}

/** West, south, east, north of a row, with room around it. */
export function boundsOf(row: DoubtRow): readonly [number, number, number, number] {
  const line = lineOf(row)
  const [lons, lats] = [line.map(([lon]) => lon!), line.map(([, lat]) => lat!)]
  const around = 0.0015
  return [Math.min(...lons) - around, Math.min(...lats) - around, Math.max(...lons) + around, Math.max(...lats) + around]
}

/** Seven steps from half the time to the double, the middle one as the map has it: what an hour is coloured by. */
export function stepOf(ratio: number): -3 | -2 | -1 | 0 | 1 | 2 | 3 {
  const steps = [1.1, 1.35, 1.75]
  const size = steps.filter((step) => Math.max(ratio, 1 / ratio) >= step).length
  return (ratio < 1 && size > 0 ? -size : size) as -3 | -2 | -1 | 0 | 1 | 2 | 3
}
