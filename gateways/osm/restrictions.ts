/** Turn restrictions: what the map's relations say, as sequences of arcs, for each kind of traveller whom they concern. */
import { travelModes, type TravelMode, type TurnRestriction } from '#core/graph/graph-input.ts'
import type { DropReason } from './dropped.ts'
import type { OsmRelation, Tags } from './pbf.ts'

const kinds = /^(no|only)_(left_turn|right_turn|straight_on|u_turn|entry|exit)$/
/** Whom a restriction may name. Nobody who walks is restricted in turning. */
const namesOf: Readonly<Record<TravelMode, readonly string[]>> = {
  car: ['motorcar', 'motor_vehicle', 'vehicle'],
  emergency: ['emergency', 'motorcar', 'motor_vehicle', 'vehicle'],
  bike: ['motorcycle', 'motor_vehicle', 'vehicle'],
  foot: [],
}
/** Whose exceptions are an emergency's too. */
const leading = ['psv', 'bus', 'taxi']

export type Restriction = { readonly only: boolean; readonly uTurn: boolean }

/** What a restriction relation says to a traveller at all hours; else why it says nothing. */
export function restrictionOf(tags: Tags, mode: TravelMode): Restriction | DropReason {
  const names = namesOf[mode]
  const [, onlyFor] = tags.type?.split(':') ?? []
  const exceptions = (tags.except ?? '').split(';').map((word) => word.trim())
  const isExcepted = exceptions.some((word) => names.includes(word) || (mode === 'emergency' && leading.includes(word)))
  if (names.length === 0 || isExcepted || (onlyFor !== undefined && !names.includes(onlyFor))) return 'restriction-for-others'
  // Limits by the hour are left out: a car that obeys them at the wrong hour is sent round for nothing.
  if (tags.hour_on || tags.day_on || tags.date_on) return 'conditional-restriction'
  const said = names.map((name) => tags[`restriction:${name}`]).find((value) => value !== undefined) ?? tags.restriction
  if (said === undefined) return isConditional(tags) ? 'conditional-restriction' : 'restriction-for-others'
  // "no_left_turn;no_u_turn" is two signs on one pole; two that speak of different things are none
  const found = said.split(';').map((word) => kinds.exec(word.trim()))
  if (found.some((each) => !each || each[1] !== found[0]![1])) return 'unknown-restriction'
  return { only: found[0]![1] === 'only', uTurn: found.every((each) => each![2] === 'u_turn') }
}

const isConditional = (tags: Tags) => Object.keys(tags).some((key) => key.startsWith('restriction') && key.endsWith(':conditional'))

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
    if (concerned.length > 0 && isConditional(relation.tags)) drop('conditional-restriction', relation.id)
    if (concerned.length === 0) {
      drop(rules[0] as DropReason, relation.id)
      continue
    }
    const members = (role: string) => relation.members.filter((member) => member.role === role)
    // of several ways that one comes from or goes to, those that the file lacks are missed by nobody
    const known = (role: string) => members(role).filter(({ type, ref }) => type === 'way' && edges.wayEdges.has(ref))
    const [fromWays, toWays, via] = [known('from'), known('to'), members('via')]
    if (fromWays.length === 0 || toWays.length === 0 || via.length === 0 || via.some(({ type, ref }) => type === 'way' && !edges.wayEdges.has(ref))) {
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
            const paths = pathsThrough(steps, head, tail, isOpen)
            found.push(...(paths.length > 0 ? paths : pathsThrough(steps, head, tail, () => true)))
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
 * The shortest runs of arcs that begin on the first way, go along all the ways between in their order, and end on the last: one arc of
 * the first and the last, at least one of each between. One run for each arc to begin and to end with. Breadth first.
 */
function pathsThrough(steps: readonly (readonly number[])[], head: (arc: number) => number, tail: (arc: number) => number, isOpen: (arc: number) => boolean): number[][] {
  type Step = { readonly arc: number; readonly way: number; readonly length: number; readonly before: Step | undefined }
  const paths: number[][] = []
  for (const first of steps[0]!.filter(isOpen)) {
    const queue: Step[] = [{ arc: first, way: 0, length: 1, before: undefined }]
    const seen = new Set<string>()
    let shortest = Infinity
    for (let i = 0; i < queue.length && queue[i]!.length < shortest; i++) {
      const here = queue[i]!
      for (const way of here.way === 0 ? [1] : [here.way, here.way + 1]) {
        for (const arc of steps[way] ?? []) {
          const key = `${way} ${arc}`
          if (tail(arc) !== head(here.arc) || (arc ^ 1) === here.arc || !isOpen(arc) || seen.has(key)) continue
          seen.add(key)
          const step: Step = { arc, way, length: here.length + 1, before: here }
          if (way < steps.length - 1) {
            queue.push(step)
            continue
          }
          shortest = step.length
          const path: number[] = []
          for (let at: Step | undefined = step; at; at = at.before) path.unshift(at.arc)
          paths.push(path)
        }
      }
    }
  }
  return paths
}
