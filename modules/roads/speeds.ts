/** Learned speeds as rules: which hour it is, what a road is called over the years, how old drives fade. Pure. */
import { accept, type Decision } from '#kernel/decision.ts'
import type { Story } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import type { SpeedsEvent, TravelMode } from './contract.ts'

/** Who drives, and so teaches. Walkers are as fast everywhere. */
export const taught = ['car', 'emergency', 'bike'] as const satisfies readonly TravelMode[]
export type TaughtMode = (typeof taught)[number]

// ——— the rule: used or not, forgotten or not ———

export type SpeedsRule = { readonly used: boolean; readonly epoch: number }

export const speedsRule: Story<SpeedsRule, SpeedsEvent> = {
  initial: { used: true, epoch: 0 },
  evolve: (rule, event) => (event.type === 'road-speeds-switched' ? { ...rule, used: event.used } : { ...rule, epoch: rule.epoch + 1 }),
}
export const switchSpeeds = (rule: SpeedsRule, used: boolean, at: Instant): Decision<SpeedsEvent> =>
  rule.used === used ? accept() : accept({ type: 'road-speeds-switched', at, used })
export const forgetSpeeds = (_: SpeedsRule, at: Instant): Decision<SpeedsEvent> => accept({ type: 'road-speeds-forgotten', at })

// ——— time ———

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Hours since Monday 00:00 by a town's clock, 0 … 167. The hour that comes twice in autumn is one hour. */
export function hourOfWeekIn(timeZone: string): (at: Instant) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: 'numeric', hourCycle: 'h23' })
  return (at) => {
    const parts = format.formatToParts(at)
    const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
    return 24 * weekdays.indexOf(part('weekday')) + Number(part('hour'))
  }
}

/** Months since January 1970, UTC. */
export function monthOf(at: Instant): number {
  const date = new Date(at)
  return 12 * (date.getUTCFullYear() - 1970) + date.getUTCMonth()
}
/** Drives of so many months ago count half. */
const HALF_LIFE_MONTHS = 3
/** Drives older than this are dropped. */
export const MONTHS_KEPT = 12
/** How much drives of a month count in another. */
export const fadeOf = (month: number, now: number): number => 0.5 ** (Math.max(0, now - month) / HALF_LIFE_MONTHS)

// ——— places ———

/**
 * [2 × edges] a number for each arc that stays the same over new maps as long as the ends and the length of its road do. 64 bits of
 * Fowler–Noll–Vo (FNV-1a); two roads with one number would share their drives, which for 10⁶ roads happens once in 10⁷ towns.
 */
export function arcNumbers(graph: Pick<RoadGraph, 'nodes' | 'edgeFrom' | 'edgeTo' | 'edgeMillimeters'>): BigInt64Array {
  const { nodes, edgeFrom, edgeTo, edgeMillimeters } = graph
  const numbers = new BigInt64Array(2 * edgeFrom.length)
  const words = new Int32Array(5)
  for (let arc = 0; arc < numbers.length; arc++) {
    const edge = arc >>> 1
    const [from, to] = arc & 1 ? [edgeTo[edge]!, edgeFrom[edge]!] : [edgeFrom[edge]!, edgeTo[edge]!]
    words.set([nodes[2 * from]!, nodes[2 * from + 1]!, nodes[2 * to]!, nodes[2 * to + 1]!, Math.round(edgeMillimeters[edge]! / 100)])
    numbers[arc] = fnv(words)
  }
  return numbers
}
function fnv(words: Int32Array): bigint {
  let hash = 0xcbf29ce484222325n
  for (const word of words) {
    hash ^= BigInt(word >>> 0)
    hash = BigInt.asUintN(64, hash * 0x100000001b3n)
  }
  return BigInt.asIntN(64, hash)
}

/** A square of some 50 metres, for where drives leave the known roads. */
const SQUARE_DEGREES = 0.0005
export const squareOf = (lon: number, lat: number): { readonly x: number; readonly y: number } => ({ x: Math.floor(lon / SQUARE_DEGREES), y: Math.floor(lat / SQUARE_DEGREES) })
export const middleOf = (x: number, y: number): { readonly lon: number; readonly lat: number } => ({ lon: (x + 0.5) * SQUARE_DEGREES, lat: (y + 0.5) * SQUARE_DEGREES })

// ——— doubts ———

/** A square is shown from so many drives on so many days: one drive of one unit is nobody's business. */
export const SQUARE_DRIVES_MIN = 5
export const SQUARE_DAYS_MIN = 2
/** A road is doubted from so many drives, when its own time is this far from the map's and zero lies outside 3 standard errors. */
const DOUBT_DRIVES_MIN = 8
const DOUBT_LOG_MIN = Math.log(1.25)
const DOUBT_ERRORS = 3

export const isDoubted = ({ value, error, drives }: { readonly value: number; readonly error: number; readonly drives: number }): boolean =>
  drives >= DOUBT_DRIVES_MIN && Math.abs(value) >= DOUBT_LOG_MIN && Math.abs(value) >= DOUBT_ERRORS * error
