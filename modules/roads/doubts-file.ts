/** Where the map is wrong, as files that other programs open: a table, and features for a map editor. Pure. */
import { byteOrderMark, csvLine } from '#core/csv.ts'
import type { DoubtsView, DoubtView, OffMapView } from './contract.ts'

type Language = 'zh' | 'en'

const heads = {
  zh: ['类型', '道路', '出行方式', '实际与地图用时之比', '区间下限', '区间上限', '次数', '天数', '地图车速_kmh', '学得车速_kmh', '长度_m', '经度', '纬度'],
  en: ['kind', 'street', 'mode', 'time_by_map_time', 'low', 'high', 'drives', 'days', 'map_kmh', 'learned_kmh', 'meters', 'lon', 'lat'],
}
const kinds: Readonly<Record<DoubtView['kind'] | OffMapView['why'], Readonly<Record<Language, string>>>> = {
  slower: { zh: '比地图慢', en: 'slower' },
  faster: { zh: '比地图快', en: 'faster' },
  'no-road': { zh: '地图上没有路', en: 'no-road' },
  'no-way': { zh: '地图上不通', en: 'no-way' },
}
const modes: Readonly<Record<DoubtView['mode'], Readonly<Record<Language, string>>>> = {
  car: { zh: '汽车', en: 'car' },
  emergency: { zh: '紧急行车', en: 'emergency' },
  bike: { zh: '摩托车', en: 'bike' },
  foot: { zh: '步行', en: 'foot' },
}
const streetOf = ({ street, streetEn }: DoubtView, language: Language) => (language === 'en' ? (streetEn ?? street) : street) ?? ''
const rounded = (value: number, digits: number) => Number(value.toFixed(digits))
/** The middle of the line that was drawn: where one finds it on a map. */
const middleOf = (line: readonly (readonly number[])[]) => line[line.length >> 1]!

/** RFC 4180, with the byte order mark that spreadsheets need to read Chinese. */
export function doubtsCsv({ roads, places }: DoubtsView, language: Language): string {
  const rows = [
    heads[language],
    ...roads.map((road) => [
      kinds[road.kind][language], streetOf(road, language), modes[road.mode][language], rounded(road.ratio, 2), rounded(road.low, 2), rounded(road.high, 2), Math.round(road.drives), '',
      rounded(road.mapKmh, 1), rounded(road.learnedKmh, 1), Math.round(road.meters), ...middleOf(road.line),
    ]),
    ...places.map(({ why, lon, lat, drives, days }) => [kinds[why][language], '', '', '', '', '', drives, days, '', '', '', rounded(lon, 6), rounded(lat, 6)]),
  ]
  return byteOrderMark + rows.map(csvLine).join('')
}

/** GeoJSON (RFC 7946): roads as lines in the direction driven, places as points in the middle of their square. */
export function doubtsGeojson({ roads, places }: DoubtsView): string {
  const features = [
    ...roads.map(({ line, ...properties }) => ({ type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties })),
    ...places.map(({ lon, lat, why, ...properties }) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { kind: why, ...properties } })),
  ]
  return JSON.stringify({ type: 'FeatureCollection', features })
}
