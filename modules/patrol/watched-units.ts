/**
 * What is known of many units, as numbers in one table and, for the few that are near a fence, their presences: as objects a city's
 * fleet would be new every few seconds, and old enough by then to be the collector's hardest work.
 */
import type { Watched } from '#core/geo/fence-watch.ts'

/** Of a unit: instant, lon, lat, accuracy, speed, lon and lat of its anchor; NaN for what is not said. */
const doubles = 7

export type WatchedUnits = {
  get(unit: string): Watched | undefined
  set(unit: string, watched: Watched): void
  delete(unit: string): void
  clear(): void
  units(): IterableIterator<string>
}

export function watchedUnits(): WatchedUnits {
  let table = new Float64Array(1024 * doubles)
  let used = 0
  const free: number[] = []
  const rows = new Map<string, number>()
  /** Where there are any. */
  const presences = new Map<string, Watched['presences']>()

  function rowOf(unit: string): number {
    let row = rows.get(unit)
    if (row !== undefined) return row
    rows.set(unit, (row = free.pop() ?? used++))
    if (row * doubles === table.length) {
      const wider = new Float64Array(2 * table.length)
      wider.set(table)
      table = wider
    }
    return row
  }

  return {
    get(unit) {
      const row = rows.get(unit)
      if (row === undefined) return undefined
      const at = row * doubles
      return {
        last: { at: table[at]!, lon: table[at + 1]!, lat: table[at + 2]!, accuracyMeters: orNull(table[at + 3]!), speedKmh: orNull(table[at + 4]!) },
        anchor: { lon: table[at + 5]!, lat: table[at + 6]! },
        presences: presences.get(unit) ?? nowhere,
      }
    },
    set(unit, { last, anchor, presences: known }) {
      const at = rowOf(unit) * doubles
      table[at] = last.at
      table[at + 1] = last.lon
      table[at + 2] = last.lat
      table[at + 3] = last.accuracyMeters ?? NaN
      table[at + 4] = last.speedKmh ?? NaN
      table[at + 5] = anchor.lon
      table[at + 6] = anchor.lat
      if (known.size > 0) presences.set(unit, known)
      else presences.delete(unit)
    },
    delete(unit) {
      const row = rows.get(unit)
      if (row === undefined) return
      rows.delete(unit)
      presences.delete(unit)
      free.push(row)
    },
    clear() {
      rows.clear()
      presences.clear()
      free.length = 0
      used = 0
    },
    units: () => rows.keys(),
  }
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value)
const nowhere: Watched['presences'] = new Map()
