/**
 * Real calls told again. The file of August and September 2016 has dates but no times of day: the hours are drawn from
 * the seed, and every text that is made of such a call says so.
 */
import { between, pick, sourceFor } from './draw.ts'
import type { Call, CallStream } from './call.ts'
import type { ReplayCalls, TownFile } from './town-file.ts'

export type Replay = CallStream & {
  /** What became of the file's rows; they sum to `rows`. */
  readonly count: {
    readonly rows: number
    /** To be told. */
    readonly told: number
    /** No date or no place in the file. */
    readonly unusable: number
    /** Outside the road map: nobody could drive there. */
    readonly offMap: number
    /** Earlier than the start that was asked for. */
    readonly before: number
  }
}

/**
 * Calls of the file within the map and from `from` on, in the order of their (partly drawn) time.
 *
 * @param csv   text of the calls file, with its header
 * @param from  town time `2016-08-01T08:00`; the town file's when absent
 */
export function replay(town: TownFile, csv: string, seed: number, from?: string): Replay {
  if (town.calls.source !== 'replay') throw new Error(`${town.name} has calls from ${town.calls.source}, not a replay`)
  const calls: ReplayCalls = town.calls
  const start = Date.parse(`${from ?? calls.from}Z`) // the town's clock, taken as it reads
  if (!Number.isFinite(start)) throw new Error(`Start ${from}: expected the town's time, like 2016-08-01T08:00`)
  const [west, south, east, north] = town.bounds
  const [header, ...rows] = parseCsv(csv)
  const column = Object.fromEntries(header.map((name, index) => [name, index]))
  for (const name of ['call_group', 'final_case_type', 'case_desc', 'occ_date', 'lon', 'lat']) {
    if (column[name] === undefined) throw new Error(`Calls: no column ${name} among ${header.join(', ')}`)
  }

  const told: { at: number; index: number; row: string[] }[] = []
  let unusable = 0
  let offMap = 0
  let before = 0
  for (const [index, row] of rows.entries()) {
    const day = Date.parse(`${row[column.occ_date]}T00:00Z`)
    const lon = row[column.lon] ? Number(row[column.lon]) : NaN
    const lat = row[column.lat] ? Number(row[column.lat]) : NaN
    if (!Number.isFinite(day) || !Number.isFinite(lon) || !Number.isFinite(lat)) {
      unusable++
      continue
    }
    if (!(lon >= west && lon <= east && lat >= south && lat <= north)) {
      offMap++
      continue
    }
    const random = sourceFor(seed, 'hour', index)
    const at = day + (pick(random, hoursOfDay, (hour) => calls.hours[hour]) * 3600 + random() * 3600) * 1000
    if (at < start) before++
    else told.push({ at, index, row })
  }
  told.sort((a, b) => a.at - b.at || a.index - b.index)

  let next = 0
  let last = start
  return {
    count: { rows: rows.length, told: told.length, unusable, offMap, before },
    next() {
      const item = told[next++]
      if (!item) return undefined
      const { at, index, row } = item
      const group = row[column.call_group]
      const type = row[column.final_case_type]
      const kind = calls.kinds.find((kind) => (kind.group === '' || kind.group === group) && type.startsWith(kind.type))
      if (!kind) throw new Error(`No kind for ${group} ${type}`)
      const random = sourceFor(seed, 'replayed', index)
      const day = row[column.occ_date]
      const call: Call = {
        key: `r-${index}`,
        afterSeconds: (at - last) / 1000,
        category: kind.category,
        priority: kind.priority,
        lon: Number(row[column.lon]),
        lat: Number(row[column.lat]),
        summary: spoken(row[column.case_desc]) + (town.language === 'zh' ? `（${day} 的真实报警，钟点随机）` : ` (a real call of ${day}; the hour is drawn)`),
        units: kind.units,
        onSceneSeconds: between(random, calls.onSceneSeconds),
        found: pick(random, calls.found)[town.language],
        outcome: pick(random, ['settled', 'settled', 'settled', 'handed-over', 'unfounded']),
        townTime: new Date(at).toISOString().slice(0, 16),
      }
      last = at
      return call
    },
  }
}

const hoursOfDay = Array.from({ length: 24 }, (_, hour) => hour)

/** `DISTURBANCE - WITH WEAPON *H` → `Disturbance – with weapon`. */
export function spoken(description: string): string {
  const text = description.replace(/\s*\*H\s*$/, '').replace(/\s+-\s+/g, ' – ').trim().toLowerCase()
  return text === '' ? 'Call' : text[0].toUpperCase() + text.slice(1)
}

/** Comma separated rows with double quotes as RFC 4180 has them. Blank lines are no rows. O(length). */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[i + 1] === '"') {
        cell += '"'
        i++
      } else quoted = false
    } else if (char === '"') quoted = true
    else if (char === ',') {
      row.push(cell)
      cell = ''
    } else if (char === '\n') {
      row.push(cell.endsWith('\r') ? cell.slice(0, -1) : cell)
      if (row.length > 1 || row[0] !== '') rows.push(row)
      row = []
      cell = ''
    } else cell += char
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell])
  return rows
}
