/** Tables of points (id,lon,lat), read with care: whatever is wrong is said with its file and row. */
import { boundsOf, type RoadGraph } from '#core/graph/road-graph.ts'
import { METERS_PER_DEGREE } from '#core/geo/distance.ts'
import { SNAP_METERS_MAX } from '#core/graph/grid.ts'
import { readCsv } from './csv.ts'
import { readBytes } from './roads-file.ts'
import { roadsFault } from './roads-fault.ts'

export type NamedPoint = { readonly id: string; readonly lon: number; readonly lat: number }

const columns = ['id', 'lon', 'lat'] as const

/** @throws a fault that names file and row, what was found and what was expected */
export async function readPoints(path: string): Promise<NamedPoint[]> {
  const [head, ...rows] = rowsOf(path, await readBytes(path))
  if (!head) throw roadsFault(`${path} is empty. Expected a table with the first row id,lon,lat and a point in each further row.`)
  const names = head.map((name) => name.trim().toLowerCase())
  const places = columns.map((name) => names.indexOf(name))
  const asFound = `"${shown(head.join(','))}"`
  if (places.includes(-1)) throw roadsFault(`${path}: the first row is ${asFound}, expected the columns id,lon,lat with commas between. Name the columns so.`)
  for (const name of columns) if (names.filter((each) => each === name).length > 1) throw roadsFault(`${path}: the first row is ${asFound}, expected one column ${name}.`)

  const rowOf = new Map<string, number>()
  const points: NamedPoint[] = []
  for (const [i, cells] of rows.entries()) {
    if (cells.length === 1 && cells[0]!.trim() === '') continue
    const row = i + 2
    const at = `${path}, row ${row}`
    if (cells.length !== head.length) throw roadsFault(`${at}: ${cells.length} cells in "${shown(cells.join(','))}", expected ${head.length} as in the first row. Put cells that hold commas into quotes.`)
    const [id, lon, lat] = places.map((place) => cells[place]!.trim()) as [string, string, string]
    if (id === '') throw roadsFault(`${at}: the id is empty, expected a name of its own for each point.`)
    const before = rowOf.get(id)
    if (before !== undefined) throw roadsFault(`${at}: the id "${shown(id)}" is that of row ${before} already, expected a name of its own for each point.`)
    rowOf.set(id, row)
    points.push({ id, ...coordinates(at, lon, lat) })
  }
  if (points.length === 0) throw roadsFault(`${path} has no point below its first row. Expected at least one.`)
  return points
}

/** Numbers as people and programs write them; not the 0x10, Infinity and "" that a machine also takes. */
const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function coordinates(at: string, lon: string, lat: string) {
  const [x, y] = [lon, lat].map((text) => (numeral.test(text) ? Number(text) : NaN)) as [number, number]
  const isSwapped = Math.abs(x) <= 90 && Math.abs(y) > 90 && Math.abs(y) <= 180
  const hint = isSwapped ? ' Are lon and lat swapped?' : ''
  for (const [name, text, value, most] of [['lon', lon, x, 180], ['lat', lat, y, 90]] as const) {
    if (!(Math.abs(value) <= most)) throw roadsFault(`${at}: ${name} is "${shown(text)}", expected a number of degrees from -${most} to ${most}.${hint}`)
  }
  return { lon: x, lat: y }
}

/** Points that lie nowhere near the map, but on it with lon and lat swapped, are a mistake. @throws a fault */
export function refuseSwapped(path: string, points: readonly NamedPoint[], graph: RoadGraph): void {
  const [west, south, east, north] = boundsOf(graph)
  const margin = SNAP_METERS_MAX / METERS_PER_DEGREE
  const isOn = (lon: number, lat: number) => lon >= west - 2 * margin && lon <= east + 2 * margin && lat >= south - margin && lat <= north + margin
  const swapped = points.find(({ lon, lat }) => !isOn(lon, lat) && isOn(lat, lon))
  if (swapped) {
    const bounds = [west, south, east, north].map((each) => Number(each.toFixed(4))).join(',')
    throw roadsFault(`${path}: the point "${shown(swapped.id)}" (lon ${swapped.lon}, lat ${swapped.lat}) lies outside of the map (${bounds}), and on it with lon and lat swapped. Swap the columns.`)
  }
}

function rowsOf(path: string, bytes: Uint8Array): string[][] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw roadsFault(`${path} is not text in UTF-8. Save it as CSV (UTF-8).`)
  }
  const rows = readCsv(text)
  if (typeof rows === 'string') throw roadsFault(`${path}: ${rows}.`)
  return rows
}

/** Enough to recognise. */
const shown = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text)
