/** Turn restrictions: what the map's relations say, as sequences of arcs, for each kind of traveller whom they concern. */
import { travelModes, type TravelMode, type TurnRestriction } from '#core/graph/graph-input.ts'
import type { DropReason } from './dropped.ts'
import type { OsmRelation, Tags } from './pbf.ts'

const kinds = /^(no|only)_(left_turn|right_turn|straight_on|u_turn|entry|exit)$/
/** Whom a restriction, or an exception from one, may name. Nobody who walks is restricted in turning. */
const namesOf: Readonly<Record<TravelMode, readonly string[]>> = {
  car: ['motorcar', 'motor_vehicle', 'vehicle'],
  emergency: ['emergency', 'motorcar', 'motor_vehicle', 'vehicle'],
  bike: ['motorcycle', 'motor_vehicle', 'vehicle'],
  foot: [],
}

export type Restriction = { readonly only: boolean; readonly uTurn: boolean }

/** What a restriction relation says to a traveller at all hours; else why it says nothing. */
export function restrictionOf(tags: Tags, mode: TravelMode): Restriction | DropReason {
  const names = namesOf[mode]
  const exceptions = (tags.except ?? '').split(';').map((word) => word.trim())
  if (names.length === 0 || exceptions.some((word) => names.includes(word))) return 'restriction-for-others'
  // Limits by the hour are left out: a car that obeys them at the wrong hour is sent round for nothing.
  if (tags.hour_on || tags.day_on || tags.date_on) return 'conditional-restriction'
  const said = names.map((name) => tags[`restriction:${name}`]).find((value) => value !== undefined) ?? tags.restriction
  if (said === undefined) return Object.keys(tags).some((key) => key.endsWith(':conditional')) ? 'conditional-restriction' : 'restriction-for-others'
  const found = kinds.exec(said)
  return found ? { only: found[1] === 'only', uTurn: found[2] === 'u_turn' } : 'unknown-restriction'
}

type Edges = {
  readonly edgeFrom: Uint32Array
  readonly edgeTo: Uint32Array
  readonly arcKmh: readonly Float64Array[]
  readonly wayEdges: ReadonlyMap<number, readonly [first: number, end: number]>
}

/**
 * Relations as sequences of arcs. Where a way runs through the via node both of its sides are meant.
 *
 * @param nodeOf  graph node of an OpenStreetMap node, −1 where there is none
 */
export function restrictionsOf(
  relations: readonly OsmRelation[],
  edges: Edges,
  nodeOf: (id: number) => number,
  drop: (reason: DropReason, id: number) => void,
): { byMode: Record<TravelMode, TurnRestriction[]>; understood: number } {
  const byMode: Record<TravelMode, TurnRestriction[]> = { car: [], emergency: [], bike: [], foot: [] }
  const head = (arc: number) => (arc & 1 ? edges.edgeFrom[arc >>> 1]! : edges.edgeTo[arc >>> 1]!)
  const tail = (arc: number) => head(arc ^ 1)
  const arcsOf = (way: number): number[] => {
    const range = edges.wayEdges.get(way)
    return range ? Array.from({ length: 2 * (range[1] - range[0]) }, (_, i) => 2 * range[0] + i) : []
  }
  let understood = 0
  for (const relation of relations) {
    if (!relation.tags.type?.startsWith('restriction')) continue
    const rules = travelModes.map((mode) => restrictionOf(relation.tags, mode))
    const concerned = travelModes.filter((_, i) => typeof rules[i] !== 'string')
    if (concerned.length === 0) {
      drop(rules[0] as DropReason, relation.id)
      continue
    }
    const members = (role: string) => relation.members.filter((member) => member.role === role)
    const fromWays = members('from').filter((member) => member.type === 'way')
    const toWays = members('to').filter((member) => member.type === 'way')
    const via = members('via')
    const isKnown = [...fromWays, ...toWays, ...via.filter(({ type }) => type === 'way')].every(({ ref }) => edges.wayEdges.has(ref))
    if (fromWays.length === 0 || toWays.length === 0 || via.length === 0 || !isKnown) {
      drop('restriction-member-missing', relation.id)
      continue
    }
    let any = false
    for (const mode of concerned) {
      const i = travelModes.indexOf(mode)
      const rule = rules[i] as Restriction
      const isOpen = (arc: number) => edges.arcKmh[i]![arc]! > 0
      const found: number[][] = []
      for (const fromWay of fromWays) {
        for (const toWay of toWays) {
          if (via.length === 1 && via[0]!.type === 'node') {
            const node = nodeOf(via[0]!.ref)
            for (const a of arcsOf(fromWay.ref)) {
              if (head(a) !== node) continue
              for (const b of arcsOf(toWay.ref)) {
                if (tail(b) !== node) continue
                if ((a ^ 1) === b && !rule.uTurn) continue
                if (rule.uTurn && fromWay.ref === toWay.ref && (a ^ 1) !== b) continue
                found.push([a, b])
              }
            }
          } else if (via.every((member) => member.type === 'way')) {
            const steps = [fromWay, ...via, toWay].map((member) => arcsOf(member.ref))
            const path = pathThrough(steps, head, tail, isOpen) ?? pathThrough(steps, head, tail, () => true)
            if (path) found.push(path)
          }
        }
      }
      any ||= found.length > 0
      for (const arcs of found) byMode[mode].push({ only: rule.only, arcs })
    }
    if (any) understood++
    else drop('restriction-not-joined', relation.id)
  }
  return { byMode, understood }
}

/**
 * The shortest run of arcs that begins on the first way, goes along all the ways between in their order, and ends on the
 * last: one arc of the first and the last, at least one of each between. Breadth first.
 */
function pathThrough(
  steps: readonly (readonly number[])[],
  head: (arc: number) => number,
  tail: (arc: number) => number,
  isOpen: (arc: number) => boolean,
): number[] | undefined {
  type Step = { readonly arc: number; readonly way: number; readonly before: Step | undefined }
  const queue: Step[] = steps[0]!.filter(isOpen).map((arc) => ({ arc, way: 0, before: undefined }))
  const seen = new Set<string>()
  for (let i = 0; i < queue.length; i++) {
    const here = queue[i]!
    const onward = here.way === 0 ? [1] : [here.way, here.way + 1]
    for (const way of onward) {
      for (const arc of steps[way] ?? []) {
        if (tail(arc) !== head(here.arc) || (arc ^ 1) === here.arc || !isOpen(arc)) continue
        const step: Step = { arc, way, before: here }
        if (way === steps.length - 1) {
          const path: number[] = []
          for (let at: Step | undefined = step; at; at = at.before) path.unshift(at.arc)
          return path
        }
        const key = `${way} ${arc}`
        if (seen.has(key)) continue
        seen.add(key)
        queue.push(step)
      }
    }
  }
  return undefined
}
