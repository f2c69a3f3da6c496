/** Incidents as a table for a spreadsheet. Pure. Nobody's name or telephone number is in it. */
import { byteOrderMark, csvLine } from '#core/csv.ts'
import type { CategoryView, IncidentView } from './contract.ts'

const heads = {
  zh: ['日期', '编号', '类别', '等级', '状态', '单位', '地点', '经度', '纬度', '报警时间', '首次派警', '首次签收', '首次到场', '结案时间', '结果', '出动单元', '内容'],
  en: ['day', 'number', 'category', 'priority', 'status', 'agency', 'place', 'lon', 'lat', 'opened', 'first_ordered', 'first_acknowledged', 'first_on_scene', 'closed', 'outcome', 'units', 'summary'],
}

/** The first line, after the byte order mark that Excel needs to read Chinese. */
export const csvHead = (language: 'zh' | 'en'): string => byteOrderMark + csvLine(heads[language])

/** The lines of these incidents (RFC 4180); times in the town's own zone. */
export function csvLines(incidents: readonly IncidentView[], categories: readonly CategoryView[], language: 'zh' | 'en', timeZone: string): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  const time = (at: number | null) => (at === null ? '' : clock.format(at))
  const first = (times: readonly (number | null)[]) => {
    const known = times.filter((at) => at !== null)
    return known.length === 0 ? null : Math.min(...known)
  }
  const nameOf = new Map(categories.map((category) => [category.id, language === 'zh' ? category.name : category.nameEn]))
  const rows = incidents.map((incident) => [
    incident.day,
    incident.number,
    nameOf.get(incident.category) ?? incident.category,
    incident.priority,
    incident.status,
    incident.agency,
    language === 'zh' ? incident.place : incident.placeEn,
    incident.lon,
    incident.lat,
    time(incident.openedAt),
    time(first(incident.assignments.map((each) => each.orderedAt))),
    time(first(incident.assignments.map((each) => each.acknowledgedAt))),
    time(first(incident.assignments.map((each) => each.onSceneAt))),
    time(incident.closedAt),
    incident.outcome ?? '',
    incident.assignments.map((each) => each.callSign).join(' '),
    incident.summary,
  ])
  return rows.map(csvLine).join('')
}
