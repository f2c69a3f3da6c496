/**
 * Whether a car may drive a way, straight from the map's tags and signs: a second reading of the same rules, slow and plain, that shares
 * nothing with the one the graph is built by. For tests and for the comparison with other engines.
 */
import type { OsmRoads } from './roads.ts'
import type { OsmData, OsmRelation, Tags } from './pbf.ts'

const drivable = /^(motorway|trunk|primary|secondary|tertiary|unclassified|residential|living_street|service|road|track)(_link)?$/
const forbids = /^(no|agricultural|forestry|military|discouraged|restricted|use_sidepath)$/
const allows = /^(yes|permissive|designated|official|public|allowed|destination|private|customers|delivery|permit|residents|employees|visitors)$/
const particular = ['motorcar', 'motor_vehicle', 'vehicle', 'access']

/** Why a car may not drive these arcs one after the other; empty when it may. The first and last may be driven in part. */
export function complaintsOf(data: OsmData, roads: OsmRoads, arcs: readonly number[], signs: Signs): string[] {
  const { edgeFrom, edgeTo } = roads.input
  const complaints: string[] = []
  const wayOf = (arc: number) => data.ways[roads.edgeWay[arc >>> 1]!]!
  for (const arc of arcs) {
    const why = closedTo(wayOf(arc).tags, arc % 2 === 0)
    if (why) complaints.push(`way ${wayOf(arc).id}: ${why}`)
  }
  for (let i = 1; i < arcs.length; i++) {
    const [before, after] = [arcs[i - 1]!, arcs[i]!]
    const node = before % 2 === 0 ? edgeTo[before >>> 1]! : edgeFrom[before >>> 1]!
    if (node !== (after % 2 === 0 ? edgeFrom[after >>> 1]! : edgeTo[after >>> 1]!)) complaints.push(`step ${i} jumps`)
    const id = roads.nodeIds[node]!
    const barrier = signs.nodes.get(id)
    if (barrier && after !== (before ^ 1)) complaints.push(`node ${id}: ${barrier}`)
    const [from, to] = [wayOf(before).id, wayOf(after).id]
    for (const sign of signs.via.get(id) ?? []) {
      if (!sign.from.includes(from) || (after === (before ^ 1) && !sign.isUTurn) || (sign.isUTurn && from === to && after !== (before ^ 1))) continue
      if (!sign.only && sign.to.includes(to)) complaints.push(`relation ${sign.id} at node ${id}: no way from ${from} to ${to}`)
      if (sign.only && !sign.to.includes(to) && !(signs.via.get(id) ?? []).some((other) => other.only && other.from.includes(from) && other.to.includes(to))) complaints.push(`relation ${sign.id} at node ${id}: only another way from ${from} than to ${to}`)
    }
  }
  return complaints
}

function closedTo(tags: Tags, along: boolean): string | undefined {
  if (!drivable.test(tags.highway ?? '')) {
    const said = particular.map((key) => tags[key]).find((value) => value !== undefined && (allows.test(value) || forbids.test(value)))
    if (!said || !allows.test(said)) return `highway=${tags.highway} is no road for cars`
  }
  for (const key of particular) {
    const value = tags[`${key}:${along ? 'forward' : 'backward'}`] ?? tags[key]
    if (value === undefined || (!allows.test(value) && !forbids.test(value))) continue
    if (forbids.test(value)) return `${key}=${value}`
    break
  }
  const oneway = tags['oneway:motorcar'] ?? tags['oneway:motor_vehicle'] ?? tags['oneway:vehicle'] ?? tags.oneway ?? (tags.junction === 'roundabout' || tags.junction === 'circular' || tags.highway === 'motorway' ? 'yes' : 'no')
  if (/^(yes|true|1)$/.test(oneway) && !along) return 'against a one-way'
  if (/^(-1|reverse)$/.test(oneway) && along) return 'against a one-way'
  return tags.route === 'ferry' ? 'a ferry' : undefined
}

type Sign = { readonly id: number; readonly only: boolean; readonly isUTurn: boolean; readonly from: readonly number[]; readonly to: readonly number[] }
/** What stands at nodes, by OpenStreetMap's id. */
export type Signs = { readonly nodes: ReadonlyMap<number, string>; readonly via: ReadonlyMap<number, readonly Sign[]> }

const stops = new Set(['bollard', 'block', 'stile', 'turnstile', 'kissing_gate', 'cycle_barrier', 'wall', 'fence', 'hedge', 'debris', 'log', 'planter', 'jersey_barrier', 'bus_trap', 'motorcycle_barrier'])

export function signsOf(data: OsmData): Signs {
  const nodes = new Map<number, string>()
  for (const [place, tags] of data.nodeTags) {
    const said = particular.map((key) => tags[key]).find((value) => value !== undefined && (allows.test(value) || forbids.test(value)))
    const isClosed = said !== undefined && forbids.test(said)
    if (tags.barrier && (isClosed || (stops.has(tags.barrier) && !(said && /^(yes|permissive|designated|official|public|allowed|destination)$/.test(said))))) nodes.set(data.nodeIds[place]!, `barrier=${tags.barrier}`)
  }
  const via = new Map<number, Sign[]>()
  const ways = new Set(data.ways.map(({ id }) => id))
  for (const relation of data.relations) {
    const sign = signOf(relation)
    // a sign that leads to a road which the file lacks can be followed by nobody
    if (sign?.sign.to.every((to) => ways.has(to))) via.set(sign.node, [...(via.get(sign.node) ?? []), sign.sign])
  }
  return { nodes, via }
}

function signOf({ id, tags, members }: OsmRelation): { node: number; sign: Sign } | undefined {
  const said = tags['restriction:motorcar'] ?? tags['restriction:motor_vehicle'] ?? tags['restriction:vehicle'] ?? tags.restriction
  const found = /^(no|only)_(left_turn|right_turn|straight_on|u_turn|entry|exit)$/.exec(said ?? '')
  if (!tags.type?.startsWith('restriction') || !found || tags.hour_on || tags.day_on || tags.date_on) return undefined
  if (/\b(motorcar|motor_vehicle|vehicle)\b/.test(tags.except ?? '')) return undefined
  const ids = (role: string, type: string) => members.filter((member) => member.role === role && member.type === type).map(({ ref }) => ref)
  const [node] = ids('via', 'node')
  return node === undefined ? undefined : { node, sign: { id, only: found[1] === 'only', isUTurn: found[2] === 'u_turn', from: ids('from', 'way'), to: ids('to', 'way') } }
}
