/**
 * Whether somebody may go a way, straight from the map's tags and signs: a second reading of the same rules, slow and plain, that shares
 * nothing with the one the graph is built by. For tests and for the comparison with other engines.
 */
import type { TravelMode } from '#core/graph/graph-input.ts'
import { closedAt, closedTo, isWalkedAcross } from './legal-tags.ts'
import type { OsmData, OsmRelation, OsmWay, Tags } from './pbf.ts'
import type { OsmRoads } from './roads.ts'

type Sign = {
  readonly id: number
  readonly only: boolean
  readonly isUTurn: boolean
  /** Ids of ways. `over`: those between; none where a node is between. */
  readonly from: readonly number[]
  readonly over: readonly number[]
  readonly to: readonly number[]
}
/** What stands on the map for one kind of traveller, by OpenStreetMap's ids. */
export type Signs = {
  readonly mode: TravelMode
  /** Why nobody passes a node. */
  readonly nodes: ReadonlyMap<number, string>
  readonly atNode: ReadonlyMap<number, readonly Sign[]>
  readonly overWays: readonly Sign[]
  /** Areas that are walked across, by each way of their outlines. */
  readonly areas: ReadonlyMap<number, readonly OsmWay[]>
  readonly lonLatOf: (node: number) => readonly [number, number] | undefined
}

/** Why somebody may not go these arcs one after the other; empty when they may. The first and last may be gone in part. */
export function complaintsOf(data: OsmData, roads: OsmRoads, arcs: readonly number[], signs: Signs): string[] {
  const { edgeFrom, edgeTo } = roads.input
  const complaints: string[] = []
  const wayOf = (arc: number) => data.ways[roads.edgeWay[arc >>> 1]!]!.id
  const headOf = (arc: number) => (arc % 2 === 0 ? edgeTo[arc >>> 1]! : edgeFrom[arc >>> 1]!)
  for (const arc of arcs) {
    const why = whyNot(data, roads, arc, signs)
    if (why) complaints.push(`way ${wayOf(arc)}: ${why}`)
  }
  for (let i = 1; i < arcs.length; i++) {
    const [before, after] = [arcs[i - 1]!, arcs[i]!]
    if (headOf(before) !== headOf(after ^ 1)) complaints.push(`step ${i} jumps`)
    const id = roads.nodeIds[headOf(before)]!
    const isUTurn = after === (before ^ 1)
    const barrier = signs.nodes.get(id)
    if (barrier && !isUTurn) complaints.push(`node ${id}: ${barrier}`)
    const [from, to] = [wayOf(before), wayOf(after)]
    const concerned = (signs.atNode.get(id) ?? []).filter((sign) => sign.from.includes(from) && (isUTurn ? sign.isUTurn : !(sign.isUTurn && from === to)))
    for (const sign of concerned) {
      if (!sign.only && sign.to.includes(to)) complaints.push(`relation ${sign.id} at node ${id}: no way from ${from} to ${to}`)
      if (sign.only && !concerned.some((other) => other.only && other.to.includes(to))) complaints.push(`relation ${sign.id} at node ${id}: only another way from ${from} than to ${to}`)
    }
    for (const sign of signs.overWays) {
      const onto = onwardFrom(sign, arcs.slice(i - 1).map(wayOf))
      if (onto !== undefined && sign.to.includes(onto) !== sign.only) complaints.push(`relation ${sign.id}: over ${sign.over.join(', ')} to ${onto}`)
    }
  }
  return complaints
}

/** The way that one goes onto after `from` and all of those between; undefined where one does not go over them. */
function onwardFrom({ from, over }: Sign, ways: readonly number[]): number | undefined {
  if (!from.includes(ways[0]!)) return undefined
  let at = 1
  for (const between of over) {
    if (ways[at] !== between) return undefined
    while (ways[at] === between) at++
  }
  return ways[at]
}

/** Why one arc is closed, by its way's tags, the points inside it, or the area it crosses. */
function whyNot(data: OsmData, roads: OsmRoads, arc: number, { mode, nodes, areas, lonLatOf }: Signs): string | undefined {
  const edge = arc >>> 1
  const way = data.ways[roads.edgeWay[edge]!]!
  const [first, last] = [roads.nodeIds[roads.input.edgeFrom[edge]!]!, roads.nodeIds[roads.input.edgeTo[edge]!]!]
  const points = roads.input.shapeStarts[edge + 1]! - roads.input.shapeStarts[edge]!
  const refs = [...way.refs].filter((ref, i) => ref !== way.refs[i - 1])
  const start = refs.findIndex((ref, i) => ref === first && refs[i + points - 1] === last)
  const squares = mode === 'foot' ? (areas.get(way.id) ?? []) : []
  if (start < 0) return squares.some((square) => crosses(square, lonLatOf(first)!, lonLatOf(last)!, lonLatOf)) ? undefined : 'a line that is no part of the way, and crosses no square'
  for (const ref of refs.slice(start + 1, start + points - 1)) if (nodes.has(ref)) return `node ${ref}: ${nodes.get(ref)}`
  const why = closedTo(way.tags, mode, arc % 2 === 0)
  return why && squares.length > 0 ? undefined : why
}

/** Whether the line lies inside: an odd number of the outline's sides (holes and all) lie east of each of three points on it. */
function crosses(square: OsmWay, [ax, ay]: readonly [number, number], [bx, by]: readonly [number, number], lonLatOf: Signs['lonLatOf']): boolean {
  return [0.25, 0.5, 0.75].every((share) => {
    const [x, y] = [ax + share * (bx - ax), ay + share * (by - ay)]
    let sides = 0
    for (let i = 1; i < square.refs.length; i++) {
      const [a, b] = [lonLatOf(square.refs[i - 1]!), lonLatOf(square.refs[i]!)]
      if (a && b && a[1] > y !== b[1] > y && x < a[0] + ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1])) sides++
    }
    return sides % 2 === 1
  })
}

export function signsOf(data: OsmData, mode: TravelMode): Signs {
  const nodes = new Map<number, string>()
  for (const [place, tags] of data.nodeTags) {
    const why = closedAt(tags, mode)
    if (why) nodes.set(data.nodeIds[place]!, why)
  }
  const wayById = new Map<number, OsmWay>()
  for (const way of data.ways) if (!wayById.has(way.id)) wayById.set(way.id, way)
  const atNode = new Map<number, Sign[]>()
  const overWays: Sign[] = []
  for (const relation of data.relations) {
    const found = signOf(relation, mode, wayById)
    if (found?.via.length === 1 && found.sign.over.length === 0) atNode.set(found.via[0]!, [...(atNode.get(found.via[0]!) ?? []), found.sign])
    else if (found && found.sign.over.length > 0) overWays.push(found.sign)
  }
  const placeOf = new Map<number, number>()
  data.nodeIds.forEach((id, place) => placeOf.has(id) || placeOf.set(id, place))
  const lonLatOf = (node: number) => ((place) => (place === undefined ? undefined : ([data.nodeLonLat[2 * place]!, data.nodeLonLat[2 * place + 1]!] as const)))(placeOf.get(node))
  return { mode, nodes, atNode, overWays, areas: areasOf(data, wayById), lonLatOf }
}

/** Outlines of the areas that are walked across, all their pieces one after the other (a piece that is not joined adds a side twice, or none). */
function areasOf(data: OsmData, wayById: ReadonlyMap<number, OsmWay>): Map<number, OsmWay[]> {
  const areas = new Map<number, OsmWay[]>()
  const add = (way: number, area: OsmWay) => areas.set(way, [...(areas.get(way) ?? []), area])
  for (const way of data.ways) if (way.refs[0] === way.refs.at(-1) && isWalkedAcross(way.tags)) add(way.id, way)
  for (const { id, tags, members } of data.relations) {
    if (tags.type !== 'multipolygon' || !isWalkedAcross(tags)) continue
    const pieces = members.flatMap(({ type, ref }) => (type === 'way' && wayById.has(ref) ? [wayById.get(ref)!] : []))
    // NaN is nobody's id: it parts the pieces
    const area = { id, tags, refs: Float64Array.from(pieces.flatMap(({ refs }) => [...refs, Number.NaN])) }
    for (const piece of pieces) add(piece.id, area)
  }
  return areas
}

const restricted: Readonly<Record<TravelMode, readonly string[]>> = {
  car: ['motorcar', 'motor_vehicle', 'vehicle'],
  emergency: ['emergency', 'motorcar', 'motor_vehicle', 'vehicle'],
  bike: ['motorcycle', 'motor_vehicle', 'vehicle'],
  foot: [],
}

function signOf({ id, tags, members }: OsmRelation, mode: TravelMode, wayById: ReadonlyMap<number, OsmWay>): { via: number[]; sign: Sign } | undefined {
  const kind = /^restriction(?::(.+))?$/.exec(tags.type ?? '')
  const names = restricted[mode]
  if (!kind || names.length === 0 || (kind[1] && !names.includes(kind[1])) || tags.hour_on || tags.day_on || tags.date_on) return undefined
  const excepted = (tags.except ?? '').split(';').map((word) => word.trim())
  if (excepted.some((word) => names.includes(word) || (mode === 'emergency' && ['psv', 'bus', 'taxi'].includes(word)))) return undefined
  const value = names.map((name) => tags[`restriction:${name}`]).find((text) => text !== undefined) ?? tags.restriction ?? ''
  const words = value.split(';').map((word) => /^(no|only)_(left_turn|right_turn|straight_on|u_turn|entry|exit)$/.exec(word.trim()))
  if (words.some((word) => !word || word[1] !== words[0]![1])) return undefined
  const only = words[0]![1] === 'only'
  const ids = (role: string, type: string) => members.filter((member) => member.role === role && member.type === type).map(({ ref }) => ref)
  const [via, over] = [ids('via', 'node'), ids('via', 'way')]
  const meets = (way: number, others: readonly number[]) => wayById.get(way)?.refs.some((ref) => others.includes(ref)) ?? false
  const ends = via.length > 0 ? [via, via] : [over.at(0), over.at(-1)].map((way) => [...(wayById.get(way ?? -1)?.refs ?? [])])
  const from = ids('from', 'way').filter((way) => meets(way, ends[0]!))
  let to = ids('to', 'way').filter((way) => meets(way, ends[1]!))
  // a demand that nobody can follow is none
  if (only) to = to.filter((way) => mayEnter(wayById.get(way)!, ends[1]!, mode))
  if (from.length === 0 || to.length === 0 || (over.length > 0 && via.length > 0)) return undefined
  if (only && over.some((way) => isClosed(wayById.get(way)?.tags ?? {}, mode))) return undefined
  return { via, sign: { id, only, isUTurn: words.every((word) => word![2] === 'u_turn'), from, over, to } }
}

const isClosed = (tags: Tags, mode: TravelMode) => closedTo(tags, mode, true) !== undefined && closedTo(tags, mode, false) !== undefined
const mayEnter = ({ refs, tags }: OsmWay, ends: readonly number[], mode: TravelMode) =>
  [...refs].some((ref, i) => ends.includes(ref) && ((i < refs.length - 1 && !closedTo(tags, mode, true)) || (i > 0 && !closedTo(tags, mode, false))))
