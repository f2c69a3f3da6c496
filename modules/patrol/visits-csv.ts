/** Visits as a table for a spreadsheet. Pure. */
import { byteOrderMark, csvLine } from '#core/csv.ts'
import type { VisitView } from './contract.ts'

const heads = {
  zh: ['地点', '警力单元', '到达时间', '离开时间', '停留分钟', '定位数'],
  en: ['place', 'unit', 'arrived', 'left', 'minutes', 'fixes'],
}

/** RFC 4180; times in the town's own zone. Who is still there has not left. */
export function visitsCsv(visits: readonly VisitView[], language: 'zh' | 'en', timeZone: string): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  const rows = visits.map(({ fenceName, callSign, unit, arrivedAt, leftAt, seconds, fixes }) => [
    fenceName, callSign ?? unit, clock.format(arrivedAt), leftAt === null ? '' : clock.format(leftAt), Math.round(seconds / 6) / 10, fixes,
  ])
  return byteOrderMark + csvLine(heads[language]) + rows.map(csvLine).join('')
}
