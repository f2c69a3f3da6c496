/** The tools for roads 道路: which is open, with what; as a few words in the address, so that a link opens the same. Pure. */
import type { TravelMode } from '#modules/roads/contract.ts'
import type { Place } from '#ui/map/things.ts'

export const modes = ['car', 'emergency', 'bike', 'foot'] as const satisfies readonly TravelMode[]

export type RoadsTool =
  | { readonly tool: 'route'; readonly mode: TravelMode; readonly from: Place | null; readonly to: Place | null }
  | { readonly tool: 'reach'; readonly mode: TravelMode; readonly direction: 'from' | 'to'; /** `units`: all free units together. */ readonly at: Place | 'units' | null; /** The usual ones when absent. */ readonly minutes?: readonly number[] }
  | { readonly tool: 'close'; /** Begin with a cut here. */ readonly at?: Place }

/** Minutes of the areas that are shown when nothing else is asked for. */
export const reachMinutes = [5, 10, 15] as const

const placeText = (place: Place | null) => (place ? `${place[0].toFixed(5)},${place[1].toFixed(5)}` : '')

export function writeTool(tool: RoadsTool): string {
  switch (tool.tool) {
    case 'route':
      return ['route', tool.mode, placeText(tool.from), placeText(tool.to)].join(';')
    case 'reach':
      return ['reach', tool.mode, tool.direction, tool.at === 'units' ? 'units' : placeText(tool.at), ...(tool.minutes ? [tool.minutes.join(',')] : [])].join(';')
    case 'close':
      return tool.at ? `close;${placeText(tool.at)}` : 'close'
  }
}

/** What an address says; undefined where it does not read well. */
export function readTool(text: string): RoadsTool | undefined {
  const [name, mode, third = '', fourth = '', fifth = ''] = text.split(';')
  if (name === 'close') {
    const at = placeOf(mode ?? '')
    return { tool: 'close', ...(at ? { at } : {}) }
  }
  const found = modes.find((each) => each === mode)
  if (!found) return undefined
  if (name === 'route') return { tool: 'route', mode: found, from: placeOf(third), to: placeOf(fourth) }
  if (name === 'reach' && (third === 'from' || third === 'to')) return { tool: 'reach', mode: found, direction: third, at: fourth === 'units' ? 'units' : placeOf(fourth), ...minutesOf(fifth) }
  return undefined
}

function minutesOf(text: string): { minutes?: readonly number[] } {
  const minutes = text.split(',').map(Number)
  return text !== '' && minutes.length <= 6 && minutes.every((each) => each >= 1 && each <= 60) ? { minutes } : {}
}

function placeOf(text: string): Place | null {
  const parts = text.split(',').map((part) => (part === '' ? NaN : Number(part)))
  const [lon, lat] = parts
  return parts.length === 2 && Math.abs(lon!) <= 180 && Math.abs(lat!) <= 85 ? [lon!, lat!] : null
}

/** The tool after a click on the map: the next place that it wants. */
export function withClick(tool: RoadsTool, at: Place): RoadsTool {
  switch (tool.tool) {
    case 'route':
      // a third click begins again
      if (!tool.from || tool.to) return { ...tool, from: at, to: null }
      return { ...tool, to: at }
    case 'reach':
      return { ...tool, at }
    case 'close':
      return tool
  }
}

export type Shape = 'cut' | 'line' | 'area'
export type Drawing = { readonly shape: Shape; readonly points: readonly Place[] }

/** After a click while a closure is drawn. A cut is one point. */
export const drawn = ({ shape, points }: Drawing, at: Place): Drawing => ({ shape, points: shape === 'cut' ? [at] : [...points, at] })

/** What is sent; undefined while points are missing. */
export function geometryOf({ shape, points }: Drawing) {
  const [first] = points
  if (!first) return undefined
  const plain = (place: Place) => [...place]
  if (shape === 'cut') return { type: 'Point' as const, coordinates: plain(first) }
  if (shape === 'line') return points.length >= 2 ? { type: 'LineString' as const, coordinates: points.map(plain) } : undefined
  return points.length >= 3 ? { type: 'Polygon' as const, coordinates: [[...points, first].map(plain)] } : undefined
}

export type UntilChoice = 'open' | '1h' | '4h' | 'morning'
export const untilChoices: readonly UntilChoice[] = ['open', '1h', '4h', 'morning']

/** When a closure ends by itself; null: when somebody opens the road. `morning` is the next six o'clock in the town's time. */
export function untilOf(choice: UntilChoice, now: number, timeZone: string): number | null {
  const hour = 3_600_000
  if (choice === 'open') return null
  if (choice === '1h') return now + hour
  if (choice === '4h') return now + 4 * hour
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).formatToParts(now)
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value)
  const sinceMidnight = part('hour') * hour + part('minute') * 60_000 + part('second') * 1000
  const six = now - (now % 1000) - sinceMidnight + 6 * hour
  return six > now ? six : six + 24 * hour
}
