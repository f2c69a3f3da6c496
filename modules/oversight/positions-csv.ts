/** Positions as a table for a spreadsheet: a line for each, impossible jumps among them and marked. Pure. */
import { byteOrderMark, csvLine } from '#core/csv.ts'
import type { PastFixes } from './deps.ts'
import type { ExportedUnit } from './export-playback.ts'
import { inPieces } from './pieces.ts'

const heads = {
  zh: ['呼号', '单位', '时间_UTC', '当地时间', '经度', '纬度', '速度_kmh', '航向_度', '可疑跳变'],
  en: ['call_sign', 'agency', 'time_utc', 'time_local', 'lon', 'lat', 'speed_kmh', 'course_deg', 'impossible_jump'],
}

export const positionsHead = (language: 'zh' | 'en'): string => byteOrderMark + csvLine(heads[language])

export function positionsLines({ callSign, agencyName }: ExportedUnit, fixes: PastFixes, timeZone: string): Generator<string> {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  const known = (value: number, of: number) => (value < 0 ? '' : value / of)
  return inPieces(fixes.fixAt, (at, index) =>
    csvLine([
      callSign, agencyName, new Date(at).toISOString(), clock.format(at), fixes.lon[index]! / 1e6, fixes.lat[index]! / 1e6,
      known(fixes.speed[index]!, 10), known(fixes.course[index]!, 1), fixes.flagged[index]!,
    ]),
  )
}
